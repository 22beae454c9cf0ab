/* run.c — `hobnail run`: boots a kernel in QEMU under UEFI firmware, shows its output and judges the run. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli.h"
#include "file.h"
#include "junit.h"
#include "output.h"
#include "process.h"
#include "waiting.h"
#include "warm.h"
#include "warm_cache.h"

/* ---- Preparing ----------------------------------------------------------------------------------------------- */

/* Fills in missing options with the architecture's default, or the board's own value. */
static int settle_machine(struct machine *m)
{
	m->board = board_named(m->machine);
	if (m->board && m->board->arch != m->arch)
		return complain(STATUS_TROUBLE, "%s is a machine of %s", m->board->machine,
		                arch_info[m->board->arch].name);
	if (m->memory_mib == 0)
		m->memory_mib = m->board ? m->board->memory_mib : arch_info[m->arch].memory_mib;
	if (m->cpus == 0)
		m->cpus = m->board ? m->board->cpus : 1;
	return 0;
}

static bool has_volume(const struct run *r)
{
	const struct volume_options *v = &r->volume;

	return v->kernels.count || v->modules.count || v->initrds.count || v->device_tree || v->adds.count ||
	       v->loaders.count || v->config || v->cmdline || v->verbose || v->size_mib;
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
	if (count != 1 && !r->disk && !has_volume(r))
		return complain(STATUS_TROUBLE, "say what is to be booted: hobnail run KERNEL, or --disk FILE");
	if (count != 1)
		return complain(STATUS_TROUBLE, "several architectures are possible: say --arch");
	return settle_machine(&r->machine);
}

/* A QEMU argument (-set, -global) that changes the disk's sector size, which would not fit its partition table; NULL:
 * none. The sectors of other devices (device.NAME.) may be set. */
static const char *extra_sectors(const struct machine *m)
{
	static const char key[] = ".logical_block_size=";

	for (char *const *extra = m->extra; extra && *extra; extra++) {
		const char *at = strstr(*extra, key);
		bool is_other = strncmp(*extra, "device.", 7) == 0 && strncmp(*extra, "device.boot.", 12) != 0;
		if (at && !is_other && strcmp(at + strlen(key), "512") != 0)
			return *extra;
	}
	return NULL;
}

static int prepare_disk(struct run *r)
{
	const char *sectors = r->volume.sector_bytes ? NULL : extra_sectors(&r->machine);

	r->machine.sector_bytes = r->volume.sector_bytes;
	if (r->machine.board && r->machine.sector_bytes > 512)
		return complain(STATUS_TROUBLE, "--sector-size: the disk of %s has sectors of 512 bytes",
		                r->machine.board->machine);
	if (r->machine.sector_bytes && !qemu_bus_has_sectors(r->machine.disk_bus, r->machine.sector_bytes))
		return complain(STATUS_TROUBLE, "--sector-size %u: not on the bus %s", r->machine.sector_bytes,
		                r->machine.disk_bus);
	if (r->disk && has_volume(r))
		return complain(STATUS_TROUBLE,
		                "%s is used as it is: a kernel, modules and the like are for a generated disk",
		                r->disk);
	if (r->disk && !file_exists(r->disk))
		return complain(STATUS_TROUBLE, "the disk image %s cannot be read: %s", r->disk, strerror(errno));
	if (r->disk) {
		r->machine.disk = r->disk;
		r->machine.disk_is_users = true;
		return 0;
	}
	if (sectors)
		return complain(STATUS_TROUBLE,
		                "%s: the generated disk has a partition table for sectors of 512 bytes; "
		                "say --sector-size 4096",
		                sectors);
	r->volume.power_of_two = r->machine.board != NULL;
	r->machine.disk = temporary_path(qemu_bus_is_cd(r->machine.disk_bus) ? "disk.iso" : "disk.img");
	return r->machine.disk ? volume_build(&r->volume, r->machine.disk) : STATUS_TROUBLE;
}

static bool gives_device_tree(const struct machine *m)
{
	char *const *extra = m->extra;

	while (extra && *extra && strcmp(*extra, "-dtb") != 0)
		extra++;
	return m->firmware->device_tree || (extra && *extra);
}

static int prepare_firmware(struct run *r)
{
	struct machine *m = &r->machine;

	/* U-Boot for x86_64 does not find a virtio disk on a q35 (2025.01). */
	if (m->arch == ARCH_X86_64 && !m->machine && r->wanted_firmware && strcmp(r->wanted_firmware, "uboot") == 0)
		m->machine = "pc";
	const char *name = m->machine ? m->machine : arch_info[m->arch].machine;
	int status = firmware_find(m->arch, name, r->wanted_firmware, &r->firmware);

	m->firmware = &r->firmware;
	if (!status && r->firmware.wants_device_tree && !gives_device_tree(m))
		return complain(
			STATUS_TROUBLE,
			"%s wants the device tree %s: it is in Debian's packages linux-image-*-arm64; say -- -dtb "
			"FILE",
			r->firmware.code, file_name(m->board->device_tree));
	if (status || (!r->firmware.vars && !r->firmware.empty_vars_bytes))
		return status;
	m->vars = temporary_path("vars.fd"); /* made by warm_start() */
	return m->vars ? 0 : STATUS_TROUBLE;
}

/* QEMU's list of values for this option. 0 or a status. */
static int ask_qemu(const struct machine *m, const char *option, char *answer, size_t room)
{
	struct strings argv = { 0 };

	strings_of(&argv, arch_info[m->arch].qemu, option, "help", NULL);
	int status = tool_ask(&argv, answer, room);
	strings_free(&argv);
	return status;
}

/* Does a line of the answer begin with this name? */
static bool lists(const char *answer, const char *name, size_t bytes)
{
	for (const char *line = answer; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, bytes) == 0 && strchr(" \n", line[bytes]))
			return true;
	}
	return false;
}

/* Else the firmware, which is looked for by the machine's name, would be blamed. */
static int check_machine_type(const struct machine *m)
{
	static char answer[1 << 16];
	const char *usual = arch_info[m->arch].machine, *name = m->machine ? m->machine : usual;
	size_t bytes = strcspn(name, ",");

	if (m->board || (bytes == strlen(usual) && strncmp(name, usual, bytes) == 0))
		return 0;
	int status = ask_qemu(m, "-machine", answer, sizeof answer);
	if (status || lists(answer, name, bytes))
		return status;
	return complain(STATUS_TROUBLE, "--machine %s: %s has no such machine; its option -machine help lists those "
	                "that it has", m->machine, arch_info[m->arch].qemu);
}

/* Windows need a part of QEMU that has a package of its own, and a display server. QEMU itself judges all else. */
static int check_display(const struct machine *m)
{
	size_t kind = strcspn(m->display, ",");
	bool is_gtk = kind == 3 && strncmp(m->display, "gtk", 3) == 0;
	const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
	char answer[1024];

	if (!is_gtk && !(kind == 3 && strncmp(m->display, "sdl", 3) == 0))
		return 0;
	int status = ask_qemu(m, "-display", answer, sizeof answer);
	if (status)
		return status;
	if (!lists(answer, m->display, kind))
		return complain(STATUS_TROUBLE, "--display %s: this QEMU lacks it; install the package qemu-system-gui "
		                "(Debian's name for it)", m->display);
	if (!(x && *x) && !(wayland && *wayland))
		return complain(STATUS_TROUBLE, "--display %s: there is no display for its window: neither DISPLAY nor "
		                "WAYLAND_DISPLAY is set", m->display);
	return 0;
}

/* Files that the run will write. Each one that cannot be written is named. */
static int check_reports(const struct run *r)
{
	const struct { const char *path; bool may_be_pipe; } reports[] = {
		{ r->dump, false }, { r->log, true }, { r->recording, true }, { r->picture, false },
		{ r->junit, false },
	};
	int status = 0;

	for (size_t i = 0; i < COUNT_OF(reports); i++)
		if (reports[i].path && output_check(reports[i].path, reports[i].may_be_pipe))
			status = STATUS_TROUBLE;
	return status;
}

/* A screenshot needs a graphics card, even without a visible display. */
static int prepare(struct run *r)
{
	int status = settle_arch(r);

	if (!status)
		status = check_machine_type(&r->machine);
	if (!status)
		status = check_display(&r->machine);
	if (!status)
		status = prepare_firmware(r);
	if (!status)
		status = prepare_disk(r);
	if (!status)
		status = check_reports(r);
	if (!status)
		status = run_prepare_debugger(r);
	const char *log = r->gdb ? r->debugger.console : r->log;
	if (!status && log && !(r->log_file = fopen(log, "we")))
		status = complain(STATUS_TROUBLE, "cannot write %s: %s", log, strerror(errno));
	if (r->picture)
		r->machine.screen = true;
	if (r->timeout_seconds < 0)
		r->timeout_seconds = run_is_judged(r) && !r->gdb && !r->gdb_server ? DEFAULT_TIMEOUT_SECONDS : 0;
	return status;
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

static int run(struct run *r)
{
	int status = prepare(r);

	r->begun = milliseconds_now();
	if (!r->gdb)
		waiting_begin("waiting for the firmware");
	if (!status)
		status = accelerator_settle(r);
	if (!status)
		status = warm_start(r);
	if (r->debugger.listener >= 0)
		close(r->debugger.listener);
	if (status)
		return status;
	if (r->machine.wait_for_gdb && run_start_debugger(r) != 0)
		r->over = OVER_USER;
	input_open(r);
	run_watch(r);
	waiting_end();
	struct guest_ears ears = run_ears(r);
	if (r->picture && !signal_seen() && !guest_picture(&r->guest, r->picture, &ears))
		status = complain(STATUS_TROUBLE, "no picture of the screen: QEMU has ended, or cannot write %s",
		                  r->picture);
	outside_explain(r);
	if (r->dump && !signal_seen() && !guest_dump(&r->guest, r->dump, &ears))
		status = complain(STATUS_TROUBLE, "no dump of the memory: QEMU has ended, or cannot write %s", r->dump);
	run_hear_rest(r);
	guest_stop(&r->guest);
	debugger_end(&r->debugger, r->over != OVER_NOT);
	if (r->inside_line)
		putchar('\n');

	int verdict = run_judge(r);
	if (!verdict)
		verdict = status;
	int written = r->junit ? junit_write(r, verdict) : 0;
	return verdict ? verdict : written;
}

/* False: there is nothing to write, or it cannot be written, and that was said. */
static bool write_recording(const struct run *r)
{
	const struct buffer *lines = &r->record.lines;

	if (!lines->bytes) {
		complain(0, "the loader has not described the machine: its configuration must say verbose = yes");
		return false;
	}
	FILE *out = fopen(r->recording, "we");
	bool ok = out && fputs("# A machine as the loader saw it, for hobnail check --machine.\n", out) >= 0 &&
	          fwrite(lines->at, 1, lines->bytes, out) == lines->bytes;
	int error = errno;
	if (out && fclose(out) != 0 && ok) {
		ok = false;
		error = errno;
	}
	if (!ok)
		complain(0, "cannot write %s: %s", r->recording, strerror(error));
	return ok;
}

int run_command(int argc, char **argv)
{
	struct run r = {
		.machine = { .disk_bus = "virtio", .display = "none" },
		.debugger = { .listener = -1 },
		.timeout_seconds = -1,
		.expect_exit = -1,
	};
	int status = run_take_environment(&r);

	if (!status)
		status = run_take_options(&r, argc, argv);
	if (status)
		return status;
	if (r.forget)
		return cache_forget();
	r.shown.filter = r.raw ? FILTER_NOTHING : isatty(STDOUT_FILENO) ? FILTER_LAYOUT : FILTER_ALL;
	signals_watch();
	status = run(&r);
	/* Another report may be the trouble. */
	if (r.recording && (status != STATUS_TROUBLE || r.record.lines.bytes) && !write_recording(&r))
		status = STATUS_TROUBLE;
	if (r.log_file)
		fclose(r.log_file);
	return status;
}
