/* run.c — `hobnail run`: boot a kernel in QEMU under UEFI firmware, show and judge what it prints. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "gdb.h"
#include "output.h"
#include "process.h"

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

/* The disk's sectors are those that its partition table is made for: QEMU's own way (-set, -global) changes the disk alone. The
 * argument that does so; NULL: none. Other devices (device.NAME.) may have what they like. */
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
		return complain(STATUS_TROUBLE, "--sector-size: the disk of %s has sectors of 512 bytes", r->machine.board->machine);
	if (r->machine.sector_bytes && !qemu_bus_has_sectors(r->machine.disk_bus, r->machine.sector_bytes))
		return complain(STATUS_TROUBLE, "--sector-size %u: not on the bus %s", r->machine.sector_bytes, r->machine.disk_bus);
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
	if (sectors)
		return complain(STATUS_TROUBLE, "%s: the generated disk has a partition table for sectors of 512 bytes; say --sector-size "
		                "4096", sectors);
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

	/* U-Boot for x86_64 sees no virtio disk on a q35 (2025.01). */
	if (m->arch == ARCH_X86_64 && !m->machine && r->wanted_firmware && strcmp(r->wanted_firmware, "uboot") == 0)
		m->machine = "pc";
	const char *name = m->machine ? m->machine : arch_info[m->arch].machine;
	int status = firmware_find(m->arch, name, r->wanted_firmware, &r->firmware);

	m->firmware = &r->firmware;
	if (!status && r->firmware.wants_device_tree && !gives_device_tree(m))
		return complain(STATUS_TROUBLE, "%s wants the device tree %s: it is in Debian's packages linux-image-*-arm64; say -- -dtb "
		                "FILE", r->firmware.code, file_name(m->board->device_tree));
	if (status || (!r->firmware.vars && !r->firmware.empty_vars_bytes))
		return status;
	m->vars = temporary_path("vars.fd");
	if (!m->vars)
		return STATUS_TROUBLE;
	return r->firmware.vars ? file_copy(r->firmware.vars, m->vars) : file_zeros(m->vars, r->firmware.empty_vars_bytes);
}

/* A display that nobody sees is needed for a picture. */
static int prepare(struct run *r)
{
	int status = settle_arch(r);

	if (!status)
		status = prepare_firmware(r);
	if (!status)
		status = prepare_disk(r);
	if (!status && r->log)
		status = output_check(r->log, true);
	if (!status && r->picture)
		status = output_check(r->picture, false);
	if (!status && r->log && !(r->log_file = fopen(r->log, "we")))
		status = complain(STATUS_TROUBLE, "cannot write %s: %s", r->log, strerror(errno));
	if (r->picture)
		r->machine.screen = r->machine.pause_at_end = true;
	if (r->timeout_seconds < 0)
		r->timeout_seconds = run_is_judged(r) && !r->machine.wait_for_gdb ? DEFAULT_TIMEOUT_SECONDS : 0;
	return status;
}

/* ---- The debugger ---------------------------------------------------------------------------------------------- */

static void say_gdb(const struct run *r)
{
	char *commands = gdb_commands(r->machine.arch, r->volume.kernels.count ? r->volume.kernels.at[0] : NULL);

	complain(0, "waiting for a debugger; in gdb:\n\n%s", commands);
	free(commands);
}

static void say_loader(const struct run *r, const char *what, uint64_t at)
{
	char *loader = r->disk ? NULL : volume_loader(&r->volume, r->machine.arch); /* who knows which one is on the user's disk? */
	char *command = loader ? gdb_loader_command(r->machine.arch, loader, at) : NULL;

	if (command)
		complain(0, "in gdb, for %s:\n\n%s\n", what, command);
	free(command);
	free(loader);
}

void run_say_loader(struct run *r)
{
	if (!r->machine.wait_for_gdb)
		return;
	if (r->progress.image_at != r->image_said)
		say_loader(r, "the loader", r->image_said = r->progress.image_at);
	if (r->progress.net_at != r->net_said)
		say_loader(r, "the loader's copy, which reports faults", r->net_said = r->progress.net_at);
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
		say_gdb(r);
	input_open(r);
	run_watch(r);
	struct guest_ears ears = run_ears(r);
	if (r->picture && !signal_seen() && !guest_picture(&r->guest, r->picture, &ears))
		status = complain(STATUS_TROUBLE, "no picture of the screen: QEMU has ended, or cannot write %s", r->picture);
	run_hear_rest(r);
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
