/* run.c — `hobnail run`: boot a kernel in QEMU under UEFI firmware, show and judge what it prints. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"
#include "console.h"
#include "file.h"
#include "firmware.h"
#include "guest.h"
#include "process.h"
#include "qemu.h"
#include "volume.h"

enum {
	DEFAULT_TIMEOUT_SECONDS = 120, /* when something is expected */
	QUIET_MILLISECONDS = 1000,     /* nothing printed for so long after the verdict is clear: enough */
	LINGER_MILLISECONDS = 2000,    /* ... and not longer than this */
};

struct run {
	struct volume_options volume;
	struct machine machine;
	struct firmware firmware;
	const char *disk;
	const char *wanted_firmware;
	const char *picture;
	const char *log;
	long timeout_seconds; /* 0: none, -1: not said */
	int expect_exit;      /* -1: not said */
	bool raw;
	struct pattern *patterns;
	size_t pattern_count;

	struct guest guest;
	struct console console;
	struct cleaner shown;
	FILE *log_file;
	char last_line[160];
	bool inside_line;     /* of what is shown */
	long long last_output; /* when */
	bool timed_out;
};

/* ---- Help --------------------------------------------------------------------------------------------------- */

static void help(void)
{
	printf("usage: hobnail run [KERNEL] [options] [-- QEMU-ARGUMENT...]\n"
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
	       "  --machine M           QEMU's name and options; default: q35, virt\n"
	       "  --cpu MODEL           default: QEMU's; cortex-a72 on aarch64\n"
	       "  --cpus N              processors; default: 1\n"
	       "  --memory N[M|G|T]     default: 256M; 512M on aarch64 and riscv64\n"
	       "  --disk-bus B          virtio (default), ahci, nvme, usb, scsi\n"
	       "  --firmware F          edk2 (default), uboot, or a file\n"
	       "  --display D           as QEMU's -display takes it (gtk, ...); default: none, and no graphics card\n"
	       "  --gdb                 wait for a debugger on port 1234\n"
	       "\n"
	       "The verdict:\n"
	       "  --expect TEXT         must be printed; repeatable, in any order; white space is ignored, since firmware\n"
	       "                        consoles break lines\n"
	       "  --expect-re REGEX     the same, a POSIX extended expression matched against whole lines\n"
	       "  --forbid TEXT, --forbid-re REGEX\n"
	       "                        must not be printed\n"
	       "  --expect-exit N       the guest must end by itself, with status N\n"
	       "  --timeout SECONDS     end the guest after so long; default: %d if anything is expected, else never\n"
	       "  --screenshot FILE     write the screen as PNG when the guest ends or all was seen\n"
	       "  --log FILE            write the guest's output there, too\n"
	       "  --raw                 show the output as it comes, with all terminal sequences\n"
	       "\n"
	       "A run with something expected or forbidden ends a second after everything was seen. Without --expect-exit the\n"
	       "guest's own status does not count then.\n"
	       "\n"
	       "The guest passes a status by writing it to I/O port 0xf4 (x86_64, 0 to 127; isa-debug-exit) or by the\n"
	       "semihosting call SYS_EXIT (aarch64, riscv64). Semihosting also lets the guest read and write your files.\n"
	       "\n"
	       "Exit status: 0 all as expected; 1 not so, or the guest reset; 2 usage, or a tool or file is missing; 124 time\n"
	       "is up; with nothing expected, the status that the guest passed (0 if it powered off).\n",
	       volume_help, DEFAULT_TIMEOUT_SECONDS);
}

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
	OPTION_EXPECT,
	OPTION_EXPECT_RE,
	OPTION_FORBID,
	OPTION_FORBID_RE,
	OPTION_EXPECT_EXIT,
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
	{ "expect", required_argument, NULL, OPTION_EXPECT },
	{ "expect-re", required_argument, NULL, OPTION_EXPECT_RE },
	{ "forbid", required_argument, NULL, OPTION_FORBID },
	{ "forbid-re", required_argument, NULL, OPTION_FORBID_RE },
	{ "expect-exit", required_argument, NULL, OPTION_EXPECT_EXIT },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "screenshot", required_argument, NULL, OPTION_SCREENSHOT },
	{ "log", required_argument, NULL, OPTION_LOG },
	{ "raw", no_argument, NULL, OPTION_RAW },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* A decimal number from 0 to most. */
static int take_number(const char *option, const char *text, long most, long *out)
{
	char *end;

	errno = 0;
	long n = strtol(text, &end, 10);
	if (errno || *end || !isdigit((unsigned char)*text) || n > most)
		return complain(STATUS_TROUBLE, "--%s %s: say a number from 0 to %ld", option, text, most);
	*out = n;
	return 0;
}

static int take_memory(const char *text, uint64_t *mib)
{
	char *end;

	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	unsigned shift = *end == 'G' ? 10 : *end == 'T' ? 20 : 0;
	bool has_unit = shift || *end == 'M';
	if (errno || !isdigit((unsigned char)*text) || end[has_unit] || n == 0 || n > 1u << 24)
		return complain(STATUS_TROUBLE, "--memory %s: say 256M, 4G or 1T", text);
	*mib = n << shift;
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

static int take_bus(struct run *r, const char *name)
{
	if (!qemu_knows_bus(name))
		return complain(STATUS_TROUBLE, "--disk-bus %s: say virtio, ahci, nvme, usb or scsi", name);
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

static int take_options(struct run *r, int argc, char **argv)
{
	int option, status = 0;

	argv[0] = "hobnail run"; /* as getopt_long() complains */
	argc = split_extra(r, argc, argv);
	while (!status && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			help();
			exit(STATUS_OK);
		}
		status = take_option(r, option, optarg);
	}
	for (; optind < argc && !status; optind++)
		status = volume_option(&r->volume, VOLUME_KERNEL, argv[optind]);
	if (!status && r->machine.cpus == 0)
		status = complain(STATUS_TROUBLE, "--cpus 0: a machine needs a processor");
	if (!status && r->volume.kernels.count > 1)
		status = complain(STATUS_TROUBLE, "%s and %s: one kernel at a time", r->volume.kernels.at[0],
		                  r->volume.kernels.at[1]);
	return status;
}

/* ---- Preparing ----------------------------------------------------------------------------------------------- */

static int settle_arch(struct run *r)
{
	unsigned count = 0;
	int status = volume_settle_archs(&r->volume);

	if (status)
		return status;
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++)
		if (r->volume.archs[a]) {
			r->machine.arch = a;
			count++;
		}
	if (count != 1)
		return complain(STATUS_TROUBLE, "several architectures are possible: say --arch");
	if (r->machine.memory_mib == 0)
		r->machine.memory_mib = r->machine.arch == ARCH_X86_64 ? 256 : 512;
	return 0;
}

static bool has_volume(const struct run *r)
{
	const struct volume_options *v = &r->volume;

	return v->kernels.count || v->modules.count || v->adds.count || v->loaders.count || v->config || v->cmdline ||
	       v->verbose || v->size_mib;
}

static int prepare_disk(struct run *r)
{
	if (r->disk && has_volume(r))
		return complain(STATUS_TROUBLE, "%s is used as it is: a kernel, modules and the like are for a generated disk",
		                r->disk);
	if (r->disk && !file_exists(r->disk))
		return complain(STATUS_TROUBLE, "the disk image %s cannot be read: %s", r->disk, strerror(errno));
	if (r->disk) {
		r->machine.disk = r->disk;
		r->machine.disk_is_users = true;
		return 0;
	}
	r->machine.disk = temporary_path("disk.img");
	return r->machine.disk ? volume_build(&r->volume, r->machine.disk) : STATUS_TROUBLE;
}

static int prepare_firmware(struct run *r)
{
	struct machine *m = &r->machine;
	const char *name = m->machine ? m->machine : arch_info[m->arch].machine;
	int status = firmware_find(m->arch, name, r->wanted_firmware, &r->firmware);

	m->firmware = &r->firmware;
	if (status || !r->firmware.vars)
		return status;
	m->vars = temporary_path("vars.fd");
	return m->vars ? file_copy(r->firmware.vars, m->vars) : STATUS_TROUBLE;
}

static bool is_judged(const struct run *r)
{
	return r->pattern_count || r->expect_exit >= 0;
}

/* A display that nobody sees is needed for a picture. */
static int prepare(struct run *r)
{
	int status = settle_arch(r);

	if (!status)
		status = prepare_firmware(r);
	if (!status)
		status = prepare_disk(r);
	if (!status && r->log && !(r->log_file = fopen(r->log, "we")))
		status = complain(STATUS_TROUBLE, "cannot write %s: %s", r->log, strerror(errno));
	if (r->picture)
		r->machine.screen = r->machine.pause_at_end = true;
	if (r->timeout_seconds < 0)
		r->timeout_seconds = is_judged(r) && !r->machine.wait_for_gdb ? DEFAULT_TIMEOUT_SECONDS : 0;
	return status;
}

/* ---- The terminal --------------------------------------------------------------------------------------------- */

static struct termios terminal_before;

static void terminal_restore(void)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
}

/* Keys go to the guest one by one and unechoed; Ctrl-C stays ours. Returns the descriptor to read, or -1. */
static int terminal_open(const struct run *r)
{
	if (is_judged(r) || r->timeout_seconds || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &terminal_before) != 0)
		return -1;
	struct termios t = terminal_before;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_iflag &= ~(tcflag_t)ICRNL;
	atexit(terminal_restore);
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &t) == 0 ? STDIN_FILENO : -1;
}

/* ---- While it runs --------------------------------------------------------------------------------------------- */

static void show(struct run *r, const char *bytes, size_t count)
{
	struct buffer text = { 0 };

	cleaner_feed(&r->shown, bytes, count, &text);
	if (text.bytes) {
		fwrite(text.at, 1, text.bytes, stdout);
		fflush(stdout);
		r->inside_line = text.at[text.bytes - 1] != '\n';
	}
	free(text.at);
}

/* What take_output() keeps of the console is searched and, if nothing is looked for, dropped again. */
static void take_output(void *context, const char *bytes, size_t count)
{
	struct run *r = context;

	show(r, bytes, count);
	if (!is_judged(r) && r->console.lines.bytes > 1 << 20)
		r->console.lines.bytes = r->console.squeezed.bytes = r->console.lines_searched = 0;
	size_t before = r->console.lines.bytes;
	console_feed(&r->console, bytes, count, false, r->patterns, r->pattern_count);
	if (r->log_file && r->console.lines.bytes > before) {
		fwrite(r->console.lines.at + before, 1, r->console.lines.bytes - before, r->log_file);
		fflush(r->log_file);
	}
	r->last_output = milliseconds_now();
}

static bool forbidden_seen(const struct run *r)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (r->patterns[i].is_forbidden && r->patterns[i].seen)
			return true;
	return false;
}

static bool all_expected_seen(const struct run *r)
{
	size_t expected = 0;

	for (size_t i = 0; i < r->pattern_count; i++) {
		expected += !r->patterns[i].is_forbidden;
		if (!r->patterns[i].is_forbidden && !r->patterns[i].seen)
			return false;
	}
	return expected > 0;
}

/* Is it clear how the run went, whatever the guest still does? */
static bool is_decided(const struct run *r)
{
	return forbidden_seen(r) || r->console.full || (all_expected_seen(r) && r->expect_exit < 0);
}

static void watch(struct run *r, int input)
{
	long long start = milliseconds_now(), decided = 0;

	r->last_output = start;
	while (r->guest.end == GUEST_RUNS && !signal_seen()) {
		guest_wait(&r->guest, 100, input, take_output, r);
		long long now = milliseconds_now();
		if (!decided && is_decided(r))
			decided = now;
		if (decided && (now - r->last_output >= QUIET_MILLISECONDS || now - decided >= LINGER_MILLISECONDS))
			return;
		if (!decided && r->timeout_seconds && now - start >= r->timeout_seconds * 1000LL) {
			r->timed_out = true;
			return;
		}
	}
}

/* The control socket may say how it ended before the last of the output has been read. */
static void read_rest(struct run *r)
{
	long long deadline = milliseconds_now() + (r->guest.pause_at_end ? 100 : 1000);

	while (r->guest.end != GUEST_RUNS && r->guest.serial >= 0 && milliseconds_now() < deadline)
		guest_wait(&r->guest, 50, -1, take_output, r);
	console_feed(&r->console, "", 0, true, r->patterns, r->pattern_count);
}

/* ---- The verdict ------------------------------------------------------------------------------------------------ */

static char *missing_texts(const struct run *r)
{
	char *all = string_copy("");

	for (size_t i = 0; i < r->pattern_count; i++) {
		if (r->patterns[i].is_forbidden || r->patterns[i].seen)
			continue;
		char *more = string_format("%s%s\"%s\"", all, *all ? ", " : "", r->patterns[i].text);
		free(all);
		all = more;
	}
	return all;
}

/* The last line with something in it, or "". */
static const char *last_line(struct run *r)
{
	const struct buffer *b = &r->console.lines;
	size_t end = b->bytes;

	while (end && isspace((unsigned char)b->at[end - 1]))
		end--;
	size_t start = end;
	while (start && b->at[start - 1] != '\n')
		start--;
	snprintf(r->last_line, sizeof(r->last_line), "%.*s", (int)(end - start), b->at ? b->at + start : "");
	return r->last_line;
}

/* "the guest reset ...": how it ended, as the first half of a sentence. */
static char *ending(struct run *r)
{
	if (r->timed_out)
		return string_format("time is up after %ld s", r->timeout_seconds);
	switch (r->guest.end) {
	case GUEST_RESET:
		return string_format("the guest reset, and printed no explanation after \"%s\"%s", last_line(r),
		                     r->machine.arch == ARCH_X86_64 ? " (most often a triple fault: an exception that no "
		                                                      "handler could take)" : "");
	case GUEST_OFF:
		return string_copy("the guest powered off");
	case GUEST_STATUS:
		return string_format("the guest ended with status %d", r->guest.status);
	default:
		return string_copy("the guest was ended");
	}
}

static int fail_with(struct run *r, const char *what)
{
	char *how = ending(r);
	int status = complain(r->timed_out ? STATUS_TIMEOUT : STATUS_FAILED, "%s%s%s", how, *what ? "; " : "", what);

	free(how);
	return status;
}

static int judge_missing(struct run *r)
{
	char *texts = missing_texts(r);
	char *what = string_format("not seen: %s", texts);
	int status = *texts ? fail_with(r, what) : 0;

	free(what);
	free(texts);
	return status;
}

static int judge_exit_status(struct run *r)
{
	int status = r->guest.end == GUEST_STATUS ? r->guest.status : r->guest.end == GUEST_OFF ? 0 : -1;
	char *what = string_format("expected was that it ends by itself with status %d", r->expect_exit);
	int result = status == r->expect_exit ? 0 : fail_with(r, what);

	free(what);
	return result;
}

static int judge_patterns(struct run *r)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (r->patterns[i].is_forbidden && r->patterns[i].seen)
			return complain(STATUS_FAILED, "the guest printed \"%s\", which is forbidden", r->patterns[i].text);
	if (r->console.full)
		return complain(STATUS_FAILED, "the guest printed more than %d MiB", CONSOLE_MAX_BYTES >> 20);
	int status = judge_missing(r);
	if (!status && r->expect_exit >= 0)
		status = judge_exit_status(r);
	if (!status && r->timed_out && !all_expected_seen(r))
		status = fail_with(r, "the guest did not end");
	return status;
}

static int judge_guest(struct run *r)
{
	if (r->guest.end == GUEST_STATUS)
		return r->guest.status;
	return r->guest.end == GUEST_OFF ? STATUS_OK : fail_with(r, "");
}

static int judge(struct run *r)
{
	const struct buffer *errors = &r->guest.errors;
	bool suspicious = r->guest.end == GUEST_BROKEN || (r->guest.end == GUEST_STATUS && r->guest.status == 1);

	if (signal_seen())
		return STATUS_SIGNAL + signal_seen();
	if (suspicious && errors->bytes)
		complain(0, "QEMU said: %.*s", (int)strcspn(errors->at, "\n"), errors->at);
	if (r->guest.end == GUEST_BROKEN)
		return complain(STATUS_TROUBLE, "QEMU itself failed; nothing can be said about the guest");
	return is_judged(r) ? judge_patterns(r) : judge_guest(r);
}

static int run(struct run *r)
{
	int status = prepare(r);

	if (!status)
		status = guest_start(&r->guest, &r->machine, r->machine.extra != NULL);
	if (status)
		return status;
	if (r->machine.wait_for_gdb)
		complain(0, "waiting for a debugger: target remote :1234");
	watch(r, terminal_open(r));
	if (r->picture && !signal_seen() && !guest_picture(&r->guest, r->picture, take_output, r))
		status = complain(STATUS_TROUBLE, "no picture of the screen: QEMU has ended, or cannot write %s", r->picture);
	read_rest(r);
	guest_stop(&r->guest);
	if (r->inside_line)
		putchar('\n');

	int verdict = judge(r);
	return verdict ? verdict : status;
}

int run_command(int argc, char **argv)
{
	struct run r = {
		.machine = { .cpus = 1, .disk_bus = "virtio", .display = "none" },
		.timeout_seconds = -1,
		.expect_exit = -1,
	};
	int status = take_options(&r, argc, argv);

	if (status)
		return status;
	r.shown.filter = r.raw ? FILTER_NOTHING : isatty(STDOUT_FILENO) ? FILTER_LAYOUT : FILTER_ALL;
	signals_watch();
	status = run(&r);
	if (r.log_file)
		fclose(r.log_file);
	return status;
}
