/* run.c — `hobnail run`: boot a kernel in QEMU under UEFI firmware, show and judge what it prints. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "process.h"

enum {
	QUIET_MILLISECONDS = 1000,  /* nothing printed for so long after the verdict is clear: enough */
	LINGER_MILLISECONDS = 2000, /* ... and not longer than this */
};

/* ---- Preparing ----------------------------------------------------------------------------------------------- */

/* What was not said is the architecture's default, or the board's own. */
static int settle_machine(struct machine *m)
{
	m->board = board_named(m->machine);
	if (m->board && m->board->arch != m->arch)
		return complain(STATUS_TROUBLE, "%s is a machine of %s", m->board->machine, arch_info[m->board->arch].name);
	if (m->memory_mib == 0)
		m->memory_mib = m->board ? m->board->memory_mib : m->arch == ARCH_X86_64 ? 256 : 512;
	if (m->cpus == 0)
		m->cpus = m->board ? m->board->cpus : 1;
	return 0;
}

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
	return settle_machine(&r->machine);
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
	r->volume.power_of_two = r->machine.board != NULL;
	r->machine.disk = temporary_path(qemu_bus_is_cd(r->machine.disk_bus) ? "disk.iso" : "disk.img");
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
		r->timeout_seconds = run_is_judged(r) && !r->machine.wait_for_gdb ? DEFAULT_TIMEOUT_SECONDS : 0;
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
	if (run_is_judged(r) || r->timeout_seconds || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
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

static void give_commands(struct run *r, long long now)
{
	for (size_t i = 0; i < r->pattern_count; i++) {
		struct pattern *p = &r->patterns[i];
		if (!p->command || !p->seen || p->is_done)
			continue;
		if (!p->seen_at)
			p->seen_at = now;
		p->is_done = now - p->seen_at >= p->delay_seconds * 1000;
		if (p->is_done)
			guest_command(&r->guest, p->command);
	}
}

static void type_what_is_due(struct run *r)
{
	while (r->typed < r->typing_count && r->console.squeezed.at) {
		const struct typing *t = &r->typings[r->typed];
		const char *all = r->console.squeezed.at, *found = strstr(all + r->typed_until, t->after.squeezed);
		if (!found)
			return;
		r->typed_until = (size_t)(found - all) + strlen(t->after.squeezed);
		r->typed++;
		guest_type(&r->guest, t->keys);
		guest_type(&r->guest, "\r");
	}
}

/* What take_output() keeps of the console is searched and, if nothing is looked for, dropped again. */
static void take_output(void *context, const char *bytes, size_t count)
{
	struct run *r = context;

	show(r, bytes, count);
	if (r->pattern_count == 0 && r->typed == r->typing_count && r->console.lines.bytes > 1 << 20)
		r->console.lines.bytes = r->console.squeezed.bytes = r->console.lines_searched = 0;
	size_t before = r->console.lines.bytes;
	console_feed(&r->console, bytes, count, false, r->patterns, r->pattern_count);
	if (r->log_file && r->console.lines.bytes > before) {
		fwrite(r->console.lines.at + before, 1, r->console.lines.bytes - before, r->log_file);
		fflush(r->log_file);
	}
	type_what_is_due(r);
	r->last_output = milliseconds_now();
}

static void watch(struct run *r, int input)
{
	long long start = milliseconds_now(), decided = 0;

	r->last_output = start;
	while (r->guest.end == GUEST_RUNS && !signal_seen()) {
		guest_wait(&r->guest, 100, input, take_output, r);
		long long now = milliseconds_now();
		give_commands(r, now);
		if (!decided && run_is_decided(r))
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

/* ---- The whole -------------------------------------------------------------------------------------------------- */

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

	int verdict = run_judge(r);
	return verdict ? verdict : status;
}

int run_command(int argc, char **argv)
{
	struct run r = {
		.machine = { .disk_bus = "virtio", .display = "none" },
		.timeout_seconds = -1,
		.expect_exit = -1,
	};
	int status = run_take_options(&r, argc, argv);

	if (status)
		return status;
	r.shown.filter = r.raw ? FILTER_NOTHING : isatty(STDOUT_FILENO) ? FILTER_LAYOUT : FILTER_ALL;
	signals_watch();
	status = run(&r);
	if (r.log_file)
		fclose(r.log_file);
	return status;
}
