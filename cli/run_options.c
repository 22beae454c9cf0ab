#include "run.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "number.h"
#include "strlist.h"

/* ---- Help --------------------------------------------------------------------------------------------------- */

static const char help[] =
	"usage: hobnail run [KERNEL] [options] [-- QEMU-ARGUMENT...]\n"
	"\n"
	"Boots KERNEL, an ELF file, in QEMU: a temporary disk image with the loader, real UEFI firmware found through\n"
	"QEMU's firmware descriptors, a fresh variable store. The guest's serial output goes to standard output; on a\n"
	"terminal, what is typed goes to the guest, and Ctrl-C ends it.\n"
	"\n"
	"The volume:\n"
	"%s"
	"  --disk FILE           boot this disk image instead; it is not changed\n"
	"\n"
	"The machine:\n"
	"  --machine M           QEMU's name and options; default: q35 (pc for U-Boot), virt; raspi3b and raspi4b are known, too:\n"
	"                        boards with four processors, 1 or 2 GiB and their own U-Boot\n"
	"  --cpu MODEL           default: QEMU's; cortex-a72 on aarch64\n"
	"  --cpus N              processors; default: 1\n"
	"  --memory N[M|G|T]     default: 256M; 512M on aarch64 and riscv64\n"
	"  --disk-bus B          virtio (default), ahci, nvme, usb, scsi; with an ISO in a CD drive: ahci-cd, usb-cd, scsi-cd\n"
	"  --firmware F          edk2 (default), uboot, or a file: as BIOS, or, if it is made for that (OVMF_CODE.fd), in flash\n"
	"                        with the variable store beside it (OVMF_VARS.fd) or an empty one\n"
	"  --display D           as QEMU's -display takes it (gtk, ...); default: none, and no graphics card\n"
	"  --gdb                 wait for a debugger on port 1234, and say what it has to be told; with --verbose also for the\n"
	"                        loader, once its log says where it lies (the same in the next run). A position-independent\n"
	"                        kernel runs elsewhere than it is linked (not said: where it does with the MMU off, or at EL2)\n"
	"  --when TEXT=COMMAND   give QEMU's monitor this command (eject disk, device_del boot, sendkey ret, ...) as soon as\n"
	"                        the guest prints TEXT; repeatable. A command that begins with +N waits N seconds. What the\n"
	"                        monitor answers is shown. The disk's device is boot, its drive is disk\n"
	"  --type TEXT=KEYS      type KEYS and Return as soon as the guest prints TEXT; repeatable, one after the other: each\n"
	"                        TEXT is waited for behind the one before\n"
	"\n"
	"The verdict:\n"
	"  --expect TEXT         must be printed; repeatable, in any order; white space is ignored, since firmware\n"
	"                        consoles break lines\n"
	"  --expect-re REGEX     the same, a POSIX extended expression matched against whole lines\n"
	"  --forbid TEXT, --forbid-re REGEX\n"
	"                        must not be printed\n"
	"  --expect-exit N       the guest must end by itself, with status N\n"
	"  --expect-reset        the guest must reset\n"
	"  --timeout SECONDS     end the guest after so long; default: %d if anything is expected, else never\n"
	"  --stay                go on when nothing more will happen (see below)\n"
	"  --screenshot FILE     write the screen as PNG when the guest ends or all was seen\n"
	"  --log FILE            write the guest's output there, too\n"
	"  --raw                 show the output as it comes, with all terminal sequences\n"
	"\n"
	"A run with something expected or forbidden ends a second after everything was seen. Without --expect-exit the\n"
	"guest's own status does not count then; a reset does, and a panic.\n"
	"\n"
	"A run ends, too, when nothing more will happen: when the last lines are those with which the loader goes back to the\n"
	"firmware (at once; after 10 quiet seconds where anything is looked for), with which the loader's fault reporter or pith\n"
	"stops (a quiet second; five if other processors may run the kernel), or with which the firmware finds nothing to boot; or\n"
	"when the guest sleeps. A guest that prints those very lines is believed. --stay, --gdb, --display and a terminal go on.\n"
	"\n"
	"Standard input that is no terminal is typed to the guest as soon as it, and not firmware or loader, has said something\n"
	"and is quiet for half a second; line ends arrive as Return, with --raw as they are. Its end ends the run once the guest\n"
	"has been quiet for %d seconds (%d if it has said nothing yet, or has not read all that was typed), unless anything is\n"
	"expected, or --timeout or --stay is given. So does the end of whoever reads standard output. On a terminal, Ctrl-A C\n"
	"opens QEMU's monitor, Ctrl-A X ends the guest, Ctrl-A H helps.\n"
	"\n"
	"The guest passes a status by writing it to I/O port 0xf4 (x86_64, 0 to 127; isa-debug-exit), by the semihosting\n"
	"call SYS_EXIT (aarch64), or by writing status * 0x10000 + 0x3333 to the test device at 0x100000 (riscv64, the virt\n"
	"machine). Semihosting also lets the guest read and write your files.\n"
	"\n"
	"Exit status: 0 all as expected; 1 not so, or the guest reset, panicked or stopped; 2 usage, or a tool or file is\n"
	"missing; 124 time is up; 128 and a signal's number: by that (141: nobody reads the output any more). With nothing\n"
	"expected: the status that the guest passed; 0 if it powered off, or if standard input ended and it had said something.\n";

/* ---- Options ------------------------------------------------------------------------------------------------- */

enum {
	OPTION_DISK = VOLUME_OPTION_END,
	OPTION_MACHINE,
	OPTION_CPU,
	OPTION_CPUS,
	OPTION_MEMORY,
	OPTION_DISK_BUS,
	OPTION_FIRMWARE,
	OPTION_DISPLAY,
	OPTION_GDB,
	OPTION_WHEN,
	OPTION_TYPE,
	OPTION_EXPECT,
	OPTION_EXPECT_RE,
	OPTION_FORBID,
	OPTION_FORBID_RE,
	OPTION_EXPECT_EXIT,
	OPTION_EXPECT_RESET,
	OPTION_STAY,
	OPTION_TIMEOUT,
	OPTION_SCREENSHOT,
	OPTION_LOG,
	OPTION_RAW,
};

static const struct option options[] = {
	VOLUME_LONG_OPTIONS,
	{ "disk", required_argument, NULL, OPTION_DISK },
	{ "machine", required_argument, NULL, OPTION_MACHINE },
	{ "cpu", required_argument, NULL, OPTION_CPU },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "disk-bus", required_argument, NULL, OPTION_DISK_BUS },
	{ "firmware", required_argument, NULL, OPTION_FIRMWARE },
	{ "display", required_argument, NULL, OPTION_DISPLAY },
	{ "gdb", no_argument, NULL, OPTION_GDB },
	{ "when", required_argument, NULL, OPTION_WHEN },
	{ "type", required_argument, NULL, OPTION_TYPE },
	{ "expect", required_argument, NULL, OPTION_EXPECT },
	{ "expect-re", required_argument, NULL, OPTION_EXPECT_RE },
	{ "forbid", required_argument, NULL, OPTION_FORBID },
	{ "forbid-re", required_argument, NULL, OPTION_FORBID_RE },
	{ "expect-exit", required_argument, NULL, OPTION_EXPECT_EXIT },
	{ "expect-reset", no_argument, NULL, OPTION_EXPECT_RESET },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "stay", no_argument, NULL, OPTION_STAY },
	{ "screenshot", required_argument, NULL, OPTION_SCREENSHOT },
	{ "log", required_argument, NULL, OPTION_LOG },
	{ "raw", no_argument, NULL, OPTION_RAW },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* A decimal number from 0 to most. */
static int take_number(const char *option, const char *text, long most, long *out)
{
	const char *rest;
	uint64_t n;

	if (!number_read(text, (uint64_t)most, &n, &rest) || *rest)
		return complain(STATUS_TROUBLE, "--%s %s: say a number from 0 to %ld", option, text, most);
	*out = (long)n;
	return 0;
}

static int take_memory(const char *text, uint64_t *mib)
{
	const char *unit;
	uint64_t n;

	if (!number_read(text, 1u << 24, &n, &unit) || n == 0 || (*unit && (!strchr("MGT", *unit) || unit[1])))
		return complain(STATUS_TROUBLE, "--memory %s: say 256M, 4G or 1T", text);
	*mib = n << (*unit == 'G' ? 10 : *unit == 'T' ? 20 : 0);
	return 0;
}

static int take_pattern(struct run *r, const char *text, bool is_regex, bool is_forbidden)
{
	r->patterns = memory_resize(r->patterns, (r->pattern_count + 1) * sizeof(*r->patterns));
	const char *wrong = pattern_make(&r->patterns[r->pattern_count], text, is_regex, is_forbidden);
	if (wrong)
		return complain(STATUS_TROUBLE, "\"%s\" cannot be looked for: %s", text, wrong);
	r->pattern_count++;
	return 0;
}

/* "COMMAND" or "+N COMMAND" */
static bool read_command(const char *text, struct pattern *p)
{
	uint64_t seconds = 0;

	if (*text == '+' && (!number_read(text + 1, 1000000, &seconds, &text) || *text++ != ' '))
		return false;
	p->command = text;
	p->delay_seconds = (long)seconds;
	return *text;
}

/* TEXT=COMMAND */
static int take_when(struct run *r, const char *given)
{
	const char *equals = strchr(given, '=');
	struct pattern action;

	if (!equals || !read_command(equals + 1, &action))
		return complain(STATUS_TROUBLE, "--when %s: say TEXT=COMMAND or TEXT=+SECONDS COMMAND", given);
	char *text = string_format("%.*s", (int)(equals - given), given); /* kept by the pattern */
	int status = take_pattern(r, text, false, false);
	if (status)
		return status;
	r->patterns[r->pattern_count - 1].command = action.command;
	r->patterns[r->pattern_count - 1].delay_seconds = action.delay_seconds;
	return 0;
}

/* TEXT=KEYS */
static int take_type(struct run *r, const char *given)
{
	const char *equals = strchr(given, '=');

	if (!equals)
		return complain(STATUS_TROUBLE, "--type %s: say TEXT=KEYS", given);
	r->typings = memory_resize(r->typings, (r->typing_count + 1) * sizeof(*r->typings));
	struct typing *t = &r->typings[r->typing_count];
	const char *wrong = pattern_make(&t->after, string_format("%.*s", (int)(equals - given), given), false, false);
	if (wrong)
		return complain(STATUS_TROUBLE, "--type %s: the text cannot be looked for: %s", given, wrong);
	t->keys = equals + 1;
	r->typing_count++;
	return 0;
}

static int take_bus(struct run *r, const char *name)
{
	if (!qemu_knows_bus(name))
		return complain(STATUS_TROUBLE, "--disk-bus %s: say virtio, ahci, nvme, usb, scsi, ahci-cd, usb-cd or scsi-cd", name);
	r->machine.disk_bus = name;
	return 0;
}

static int take_machine_option(struct run *r, int option, const char *value)
{
	struct machine *m = &r->machine;
	long n = 0;
	int status = 0;

	switch (option) {
	case OPTION_MACHINE:
		m->machine = value;
		break;
	case OPTION_CPU:
		m->cpu = value;
		break;
	case OPTION_CPUS:
		status = take_number("cpus", value, 4096, &n);
		m->cpus = (unsigned)n;
		if (!status && n == 0)
			status = complain(STATUS_TROUBLE, "--cpus 0: a machine needs a processor");
		break;
	case OPTION_MEMORY:
		status = take_memory(value, &m->memory_mib);
		break;
	case OPTION_DISK_BUS:
		status = take_bus(r, value);
		break;
	case OPTION_FIRMWARE:
		r->wanted_firmware = value;
		break;
	case OPTION_DISPLAY:
		m->display = value;
		m->screen = true;
		break;
	case OPTION_GDB:
		m->wait_for_gdb = true;
		break;
	default: /* getopt_long() has complained */
		status = STATUS_TROUBLE;
	}
	return status;
}

static int take_option(struct run *r, int option, const char *value)
{
	long n = 0;
	int status = 0;

	if (option >= VOLUME_OPTION && option < VOLUME_OPTION_END)
		return volume_option(&r->volume, option, value);
	switch (option) {
	case OPTION_DISK:
		r->disk = value;
		break;
	case OPTION_WHEN:
		status = take_when(r, value);
		break;
	case OPTION_TYPE:
		status = take_type(r, value);
		break;
	case OPTION_EXPECT:
	case OPTION_EXPECT_RE:
		status = take_pattern(r, value, option == OPTION_EXPECT_RE, false);
		break;
	case OPTION_FORBID:
	case OPTION_FORBID_RE:
		status = take_pattern(r, value, option == OPTION_FORBID_RE, true);
		break;
	case OPTION_EXPECT_EXIT:
		status = take_number("expect-exit", value, 255, &n);
		r->expect_exit = (int)n;
		break;
	case OPTION_EXPECT_RESET:
		r->expect_reset = true;
		break;
	case OPTION_STAY:
		r->stay = true;
		break;
	case OPTION_TIMEOUT:
		status = take_number("timeout", value, 1000000, &r->timeout_seconds);
		break;
	case OPTION_SCREENSHOT:
		r->picture = value;
		break;
	case OPTION_LOG:
		r->log = value;
		break;
	case OPTION_RAW:
		r->raw = true;
		break;
	default:
		status = take_machine_option(r, option, value);
	}
	return status;
}

/* What follows "--" is QEMU's; getopt_long() must not see it, since it reorders. */
static int split_extra(struct run *r, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			r->machine.extra = argv + i + 1;
			argv[i] = NULL;
			return i;
		}
	return argc;
}

int run_take_options(struct run *r, int argc, char **argv)
{
	int option, status = 0;

	argv[0] = "hobnail run"; /* as getopt_long() complains */
	argc = split_extra(r, argc, argv);
	while (!status && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			printf(help, volume_help, DEFAULT_TIMEOUT_SECONDS, INPUT_QUIET_SECONDS, INPUT_SILENT_SECONDS);
			exit(STATUS_OK);
		}
		status = take_option(r, option, optarg);
	}
	for (; optind < argc && !status; optind++)
		status = volume_option(&r->volume, VOLUME_KERNEL, argv[optind]);
	if (!status && r->volume.kernels.count > 1)
		status = complain(STATUS_TROUBLE, "%s and %s: one kernel at a time", r->volume.kernels.at[0],
		                  r->volume.kernels.at[1]);
	if (!status && r->expect_exit >= 0 && r->expect_reset)
		status = complain(STATUS_TROUBLE, "--expect-exit and --expect-reset: a guest does one of them");
	return status;
}
