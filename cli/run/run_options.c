#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "number.h"
#include "strlist.h"
#include "explain/symbols.h"
#include "verb.h"

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
	OPTION_GDB_SERVER,
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
	OPTION_DUMP,
	OPTION_SYMBOLS,
	OPTION_LOG,
	OPTION_JUNIT,
	OPTION_RECORD,
	OPTION_RAW,
	OPTION_COLD,
	OPTION_FORGET,
	OPTION_ACCEL,
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
	{ "gdb-server", no_argument, NULL, OPTION_GDB_SERVER },
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
	{ "dump", required_argument, NULL, OPTION_DUMP },
	{ "symbols", required_argument, NULL, OPTION_SYMBOLS },
	{ "log", required_argument, NULL, OPTION_LOG },
	{ "junit", required_argument, NULL, OPTION_JUNIT },
	{ "record", required_argument, NULL, OPTION_RECORD },
	{ "raw", no_argument, NULL, OPTION_RAW },
	{ "cold", no_argument, NULL, OPTION_COLD },
	{ "forget", no_argument, NULL, OPTION_FORGET },
	{ "accel", required_argument, NULL, OPTION_ACCEL },
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
	return number_memory(text, mib) ? 0 : complain(STATUS_TROUBLE, "--memory %s: say 256M, 4G or 1T", text);
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

/* FILE or FILE@SLIDE; read once now, so that a wrong file is refused before the guest starts. */
static int take_symbols(struct run *r, const char *given)
{
	struct symbols *list = NULL;
	int status = symbols_add(&list, given);

	symbols_free(list);
	strings_add(&r->symbols, given);
	return status;
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

static int take_accelerator(struct run *r, const char *given_by, const char *name)
{
	static const char *const names[] = {
		[ACCELERATOR_AUTO] = "auto", [ACCELERATOR_TCG] = "tcg", [ACCELERATOR_KVM] = "kvm",
	};
	size_t i = 0;

	while (i < COUNT_OF(names) && strcmp(names[i], name) != 0)
		i++;
	if (i == COUNT_OF(names))
		return complain(STATUS_TROUBLE, "%s%s: say auto, tcg or kvm", given_by, name);
	r->accelerator = (enum accelerator_wish)i;
	return 0;
}

static int take_bus(struct run *r, const char *name)
{
	if (!qemu_knows_bus(name))
		return complain(STATUS_TROUBLE,
		                "--disk-bus %s: say virtio, ahci, nvme, usb, scsi, ahci-cd, usb-cd or scsi-cd", name);
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
		r->gdb = true;
		break;
	case OPTION_GDB_SERVER:
		r->gdb_server = true;
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
	case OPTION_DUMP:
		r->dump = value;
		break;
	case OPTION_SYMBOLS:
		status = take_symbols(r, value);
		break;
	case OPTION_LOG:
		r->log = value;
		break;
	case OPTION_JUNIT:
		r->junit = value;
		break;
	case OPTION_RECORD:
		r->recording = value;
		break;
	case OPTION_RAW:
		r->raw = true;
		break;
	case OPTION_COLD:
		r->cold = true;
		break;
	case OPTION_ACCEL:
		status = take_accelerator(r, "--accel ", value);
		break;
	case OPTION_FORGET:
		r->forget = true;
		break;
	default:
		status = take_machine_option(r, option, value);
	}
	return status;
}

/* Splits off QEMU's arguments after "--", because getopt_long() would reorder them. */
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

int run_take_environment(struct run *r)
{
	const char *accelerator = getenv("HOBNAIL_ACCEL");

	return accelerator && *accelerator ? take_accelerator(r, "HOBNAIL_ACCEL=", accelerator) : 0;
}

int run_take_options(struct run *r, int argc, char **argv)
{
	int option, status = 0;

	argc = split_extra(r, argc, argv);
	while (!status && (option = verb_option(&run_verb, argc, argv)) != -1)
		status = take_option(r, option, optarg);
	for (; optind < argc && !status; optind++)
		status = volume_option(&r->volume, VOLUME_KERNEL, argv[optind]);
	if (r->recording && !r->disk && !r->volume.config)
		r->volume.verbose = true; /* the loader describes the machine in its log */
	if (!status && r->volume.kernels.count > 1)
		status = complain(STATUS_TROUBLE, "%s and %s: one kernel at a time", r->volume.kernels.at[0],
		                  r->volume.kernels.at[1]);
	if (!status && r->expect_exit >= 0 && r->expect_reset)
		status = complain(STATUS_TROUBLE, "--expect-exit and --expect-reset: a guest does one of them");
	if (!status && r->gdb && r->gdb_server)
		status = complain(STATUS_TROUBLE, "--gdb and --gdb-server: say one of them");
	return status;
}

/* ---- Help --------------------------------------------------------------------------------------------------- */

const struct verb run_verb = {
	.name = "run", .summary = "boot a kernel in QEMU under UEFI firmware, and judge what it prints",
	.usage = "[KERNEL] [options] [-- QEMU-ARGUMENT...]", .run = run_command, .letters = "h", .options = options,
	.sections = {
	{ "Description",
	  "Boots KERNEL, an ELF file or an EFI program such as Linux, in QEMU: a temporary disk image with the\n"
	  "loader, real UEFI firmware found through QEMU's firmware descriptors, a fresh variable store. The\n"
	  "guest's serial output goes to standard output; on a terminal, keys go to the guest, and Ctrl-C ends\n"
	  "it.\n" },
	{ "The volume",
	  VOLUME_HELP
	  "  --disk FILE           boot this disk image instead; it is not changed\n" },
	{ "The machine",
	  "  --machine M           QEMU's name and options; default: q35 (pc for U-Boot), virt. raspi3b and raspi4b\n"
	  "                        are boards with four processors, 1 or 2 GiB and their own U-Boot\n"
	  "  --cpu MODEL           the processor's model; default: QEMU's; cortex-a72 on aarch64\n"
	  "  --cpus N              processors; default: 1\n"
	  "  --accel auto|tcg|kvm  who executes the guest: QEMU (tcg) or the host's processor (kvm). auto, the\n"
	  "                        default: kvm on x86_64 if firmware runs under it, which is tried once for each\n"
	  "                        machine. Under kvm no log tells of exceptions, a guest on aarch64 cannot pass its\n"
	  "                        status, and machines are not kept. HOBNAIL_ACCEL\n"
	  "                        in the environment is another default\n"
	  "  --memory N[M|G|T]     default: 256M; 512M on aarch64 and riscv64\n"
	  "  --disk-bus virtio|ahci|nvme|usb|scsi|ahci-cd|usb-cd|scsi-cd\n"
	  "                        the disk's controller; -cd: a CD drive, for an ISO; default: virtio\n"
	  "  --firmware edk2|uboot|FILE\n"
	  "                        UEFI firmware; default: edk2. A file for flash (OVMF_CODE.fd) goes there, with the\n"
	  "                        variable store beside it (OVMF_VARS.fd) or an empty one; other files are BIOSes\n"
	  "  --display D           QEMU's -display argument (gtk, sdl, vnc=:1, ...); default: none, and no graphics\n"
	  "                        card\n"
	  "  --gdb                 start gdb, with the symbols of kernel and loader at their addresses in memory,\n"
	  "                        and breakpoints at the hand-off and at the kernel's entry (not if that is with\n"
	  "                        the MMU off). gdb has the terminal: Ctrl-C stops the guest, quit ends the run. The\n"
	  "                        guest's output goes to --log FILE, or to a temporary file; the command console\n"
	  "                        shows its end. With --verbose the command loader reads the loader's symbols where\n"
	  "                        the firmware runs it, once its log has the address\n"
	  "  --gdb-server          wait for a debugger on a port, and print that and the same commands\n"
	  "  --when TEXT=COMMAND   give QEMU's monitor this command (eject disk, device_del boot, sendkey ret, ...)\n"
	  "                        as soon as the guest prints TEXT; repeatable. A command that begins with +N\n"
	  "                        waits N seconds. The monitor's answer is shown. The disk's device is boot, its\n"
	  "                        drive is disk\n"
	  "  --cold                begin with the firmware's start (see below, Kept machines)\n"
	  "  --forget              remove all kept machines, and do nothing else\n"
	  "  --type TEXT=KEYS      type KEYS and Return as soon as the guest prints TEXT; repeatable, in order:\n"
	  "                        each TEXT must come after the one before\n" },
	{ "The verdict",
	  "  --expect TEXT         must be printed; repeatable, in any order; white space is ignored, since\n"
	  "                        firmware consoles break lines\n"
	  "  --expect-re REGEX     likewise, a POSIX extended expression matched against whole lines\n"
	  "  --forbid TEXT, --forbid-re REGEX\n"
	  "                        must not be printed\n"
	  "  --expect-exit N       the guest must end by itself, with status N\n"
	  "  --expect-reset        the guest must reset\n"
	  "  --timeout SECONDS     end the guest after this time; default: " VERB_TEXT(DEFAULT_TIMEOUT_SECONDS)
	  " if anything is expected, else never\n"
	  "  --stay                go on when nothing more will happen (see below)\n"
	  "  --screenshot FILE     write the screen as PNG when the guest ends or everything was seen\n"
	  "  --dump FILE           write the memory to FILE, an ELF core of physical addresses, when the guest ends\n"
	  "                        or everything was seen; impossible if the guest ends QEMU itself (exit device\n"
	  "                        before QEMU 9.1, semihosting)\n"
	  "  --symbols FILE[@N]    explain addresses by this ELF file, too, and give it to gdb; N is what is added to\n"
	  "                        its addresses. Repeatable; the kernel and the loader are known. The code of\n"
	  "                        position-independent files is looked for where the processors stand\n"
	  "  --log FILE            write the guest's output to FILE, too\n"
	  "  --junit FILE          write the verdict as JUnit XML: a test case for each expectation and one for the\n"
	  "                        run as a whole, and the guest's output (its end if nothing is expected)\n"
	  "  --record FILE         write the machine to FILE, as the loader sees it: hobnail check --machine FILE and\n"
	  "                        hobnail map --machine FILE take it. Implies --verbose; a configuration or a disk\n"
	  "                        of your own must say verbose = yes\n"
	  "  --raw                 show the output unchanged, with all terminal sequences\n"
	  "  -h, --help            print this help\n"
	  "\n"
	  "If anything is expected or forbidden, the run ends a second after everything expected was seen.\n"
	  "Without --expect-exit the guest's own status does not count then; a reset counts, and so does a\n"
	  "panic.\n" },
	{ "The end of a run",
	  "A run also ends when nothing more will happen, which hobnail recognises by the last lines:\n"
	  "\n"
	  "  the loader returns to the firmware\n"
	  "                        at once; after 10 quiet seconds if anything is expected or forbidden\n"
	  "  the loader's fault report, or pith stops\n"
	  "                        after a quiet second; after five if other processors may run the kernel\n"
	  "  the firmware finds nothing to boot\n"
	  "                        after a quiet second; after ten if anything is expected or forbidden\n"
	  "\n"
	  "or when the guest sleeps. A guest that prints these lines itself is believed. Two more ends are seen\n"
	  "in the processors, whatever the kernel and its loader:\n"
	  "\n"
	  "  no processor will do anything any more\n"
	  "                        after a quiet second: each is halted with interrupts off, or polls what is\n"
	  "                        not there\n"
	  "  the same exceptions come again and again\n"
	  "                        after half a second\n"
	  "\n"
	  "With --stay, --gdb, --gdb-server, --display or on a terminal the run goes on.\n" },
	{ "Explanations",
	  "If the guest resets, takes the same exceptions for ever, or will not do anything any more, the first\n"
	  "fault or the place of each processor is explained on standard error, with the walk of the page tables\n"
	  "and the functions that led there: for any kernel and any loader, without their help. After a timeout,\n"
	  "Ctrl-C or the end of standard input it is said where each processor stands. QEMU's log is used for\n"
	  "that, unless a QEMU-ARGUMENT is -d or -D. Nothing is explained with --gdb, on riscv64, and if\n"
	  "--expect-reset was met.\n" },
	{ "Kept machines",
	  "The first run keeps the machine as it stands when its firmware is ready to boot. Later runs with the\n"
	  "same QEMU, firmware and arguments resume it, with another disk: they take less than a second to the\n"
	  "kernel. A resumed machine has printed nothing of the firmware's own, and has no Boot#### variables.\n"
	  "Where this does not work, and with --gdb, more than 2 GiB of memory, NVMe, CDs, most QEMU-ARGUMENTs or\n"
	  "expected text of the firmware's, runs begin with the firmware's start.\n"
	  "\n"
	  "Machines are kept in $XDG_CACHE_HOME/hobnail or ~/.cache/hobnail, up to 1 GiB; those that were not\n"
	  "used for longest are removed.\n" },
	{ "Input",
	  "If standard input is not a terminal, it is typed to the guest. Typing begins when the guest itself,\n"
	  "not firmware or loader, has printed something and is quiet for half a second. Line ends arrive as\n"
	  "Return, with --raw unchanged. After the end of standard input the run ends once the guest has been\n"
	  "quiet for " VERB_TEXT(INPUT_QUIET_SECONDS) " seconds (" VERB_TEXT(INPUT_SILENT_SECONDS) " if it has "
	  "printed nothing yet, or has not read all input), unless anything\n"
	  "is expected, or --timeout or --stay is given. The run also ends when the reader of standard output is\n"
	  "gone. On a terminal, Ctrl-A C opens QEMU's monitor, Ctrl-A X ends the guest, Ctrl-A H prints help.\n" },
	{ "The guest's status",
	  "The guest passes a status by writing it to I/O port 0xf4 (x86_64, 0 to 127; isa-debug-exit), by the\n"
	  "semihosting call SYS_EXIT (aarch64), or by writing status * 0x10000 + 0x3333 to the test device at\n"
	  "0x100000 (riscv64, the virt machine). Semihosting also lets the guest read and write your files.\n" },
	{ "Exit status",
	  "  0      everything as expected\n"
	  "  1      something not as expected, or the guest reset, panicked or stopped\n"
	  "  2      wrong usage, or a tool or file is missing\n"
	  "  124    timeout\n"
	  "  128+N  ended by signal N (141: nobody reads the output any more)\n"
	  "\n"
	  "If nothing is expected: the status that the guest passed; 0 if it powered off, or if standard input\n"
	  "ended and the guest had printed something.\n" },
	{ "Examples",
	  "    hobnail run kernel.elf\n"
	  "    hobnail run kernel.elf --module initrd.cpio --cmdline quiet --memory 4G --cpus 4\n"
	  "    hobnail run --linux vmlinuz --initrd initrd.img --cmdline console=ttyS0\n"
	  "    hobnail run kernel.elf --expect \"all tests passed\" --forbid panic --timeout 60\n" },
	{ 0 },
	},
};
