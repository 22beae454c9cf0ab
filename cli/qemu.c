#include "qemu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"

/* A value inside QEMU's key=value lists: commas are doubled. */
static char *escaped(const char *value)
{
	char *out = memory_resize(NULL, strlen(value) * 2 + 1), *to = out;

	for (; *value; value++) {
		*to++ = *value;
		if (*value == ',')
			*to++ = ',';
	}
	*to = '\0';
	return out;
}

/* ---- Disk --------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *controller; /* NULL: none of its own */
	const char *device;     /* its drive is "disk", its own name "boot" */
	bool is_cd;
} buses[] = {
	{ "virtio", NULL, "virtio-blk-pci", false },
	{ "ahci", "ahci,id=ahci", "ide-hd,bus=ahci.0", false },
	{ "nvme", NULL, "nvme,serial=hobnail", false },
	{ "usb", "qemu-xhci", "usb-storage", false },
	{ "scsi", "virtio-scsi-pci", "scsi-hd", false },
	{ "ahci-cd", "ahci,id=ahci", "ide-cd,bus=ahci.0", true },
	{ "usb-cd", "qemu-xhci", "usb-storage", true },
	{ "scsi-cd", "virtio-scsi-pci", "scsi-cd", true },
};

/* COUNT_OF(buses): there is none. */
static size_t bus_named(const char *name)
{
	size_t i = 0;

	while (i < COUNT_OF(buses) && strcmp(buses[i].name, name) != 0)
		i++;
	return i;
}

bool qemu_knows_bus(const char *name)
{
	return bus_named(name) < COUNT_OF(buses);
}

bool qemu_bus_is_cd(const char *name)
{
	return buses[bus_named(name)].is_cd;
}

bool qemu_bus_has_sectors(const char *name, unsigned bytes)
{
	return bytes == 512 || (!buses[bus_named(name)].is_cd && strcmp(name, "ahci") != 0 && strcmp(name, "usb") != 0);
}

static void add_disk(const struct machine *m, struct strings *argv)
{
	size_t bus = bus_named(m->disk_bus);
	char *path = escaped(m->disk);

	strings_add(argv, "-drive");
	strings_addf(argv, "if=%s,id=disk,format=raw,cache=unsafe,file=%s%s%s", m->board ? m->board->disk : "none", path,
	             m->disk_is_users ? ",snapshot=on" : "", buses[bus].is_cd ? ",media=cdrom" : "");
	free(path);
	if (m->board)
		return;
	char *sectors = m->sector_bytes ? string_format(",logical_block_size=%u,physical_block_size=%u", m->sector_bytes,
	                                                m->sector_bytes) : string_copy("");
	/* U-Boot's virt boards start from virtio over MMIO; they do not scan PCI on their own. A PC has only PCI. */
	if (m->firmware->is_uboot && m->arch != ARCH_X86_64 && strcmp(m->disk_bus, "virtio") == 0) {
		strings_add(argv, "-device");
		strings_addf(argv, "virtio-blk-device,drive=disk%s", sectors);
		free(sectors);
		return;
	}
	if (buses[bus].controller)
		strings_of(argv, "-device", buses[bus].controller, NULL);
	strings_add(argv, "-device");
	strings_addf(argv, "%s,id=boot,drive=disk,bootindex=0%s", buses[bus].device, sectors);
	free(sectors);
}

/* ---- Firmware ----------------------------------------------------------------------------------------------- */

static void add_flash(struct strings *argv, unsigned unit, const char *file, const char *format, bool readonly)
{
	char *path = escaped(file);

	strings_add(argv, "-drive");
	strings_addf(argv, "if=pflash,unit=%u,format=%s,file=%s%s", unit, format, path, readonly ? ",readonly=on" : "");
	free(path);
}

static void add_firmware(const struct machine *m, struct strings *argv)
{
	const struct firmware *f = m->firmware;

	/* EDK2's ArmVirtQemu offers its menu for five seconds; etc/boot-menu-wait, which this sets, says how long. */
	if (!f->is_uboot)
		strings_of(argv, "-boot", "menu=on,splash-time=0", NULL);
	if (f->kind == FIRMWARE_FLASH) {
		add_flash(argv, 0, f->code, f->code_format, true);
		if (m->vars)
			add_flash(argv, 1, m->vars, f->vars_format, false);
	} else if (f->kind == FIRMWARE_BIOS) {
		strings_of(argv, "-bios", f->code, NULL);
	} else {
		if (m->arch == ARCH_RISCV64)
			strings_of(argv, "-bios", "default", NULL);
		strings_of(argv, "-kernel", f->code, NULL);
		if (f->device_tree)
			strings_of(argv, "-dtb", f->device_tree, NULL);
	}
}

/* ---- Processors --------------------------------------------------------------------------------------------- */

static bool chooses_accelerator(const struct machine *m)
{
	bool said = m->machine && strstr(m->machine, "accel");

	for (char *const *extra = m->extra; extra && *extra; extra++)
		said |= strcmp(*extra, "-accel") == 0 || strcmp(*extra, "-enable-kvm") == 0 || strstr(*extra, "accel=");
	return said;
}

/* "QEMU emulator version 10.0.13 (...)". 0: it does not say. */
static unsigned major_version(const char *program)
{
	char *command = string_format("%s --version 2>/dev/null", program);
	FILE *in = popen(command, "re");
	unsigned major = 0;

	if (in && fscanf(in, "QEMU emulator version %u", &major) != 1)
		major = 0;
	if (in)
		pclose(in);
	free(command);
	return major;
}

/* A processor that waits in a loop (WFE, PAUSE) takes its part of the host all the same when each has a thread. In turns it
 * gives up the rest of its own: on two cores 64 boot five times as fast (QEMU 7.2), or at all (x86_64, QEMU 11). On aarch64
 * QEMU 11 does worse in turns: 16 take 16 s instead of 8, 32 54 s instead of 28. */
static bool takes_turns(const struct machine *m)
{
	if ((long)m->cpus <= sysconf(_SC_NPROCESSORS_ONLN) || chooses_accelerator(m))
		return false;
	return m->arch != ARCH_AARCH64 || major_version(arch_info[m->arch].qemu) < 11;
}

static void add_cpus(const struct machine *m, struct strings *argv)
{
	strings_add(argv, "-smp");
	strings_addf(argv, "%u", m->cpus);
	if (takes_turns(m))
		strings_of(argv, "-accel", "tcg,thread=single", NULL);
}

/* ---- The rest ----------------------------------------------------------------------------------------------- */

/* Large memory is not reserved beforehand: the host need not have it as long as the guest does not touch it. */
static void add_memory(const struct machine *m, struct strings *argv)
{
	bool unreserved = m->memory_mib >= 4096;

	strings_add(argv, "-machine");
	strings_addf(argv, "%s%s", m->machine ? m->machine : arch_info[m->arch].machine, unreserved ? ",memory-backend=ram" : "");
	if (unreserved) {
		strings_add(argv, "-object");
		strings_addf(argv, "memory-backend-ram,id=ram,reserve=off,size=%lluM", (unsigned long long)m->memory_mib);
	}
	strings_add(argv, "-m");
	strings_addf(argv, "%llu", (unsigned long long)m->memory_mib);
}

/* The way out: the guest can end the emulator with a status. On riscv64 the virt machine's test device does that; OpenSBI
 * would take semihosting, if it were there, for its console, in place of the serial line (OpenSBI, platform/generic/platform.c). */
static void add_exit_device(const struct machine *m, struct strings *argv)
{
	if (m->arch == ARCH_X86_64)
		strings_of(argv, "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", NULL);
	else if (m->arch == ARCH_AARCH64)
		strings_of(argv, "-semihosting-config", "enable=on,target=native", NULL);
}

static void add_display(const struct machine *m, struct strings *argv)
{
	strings_of(argv, "-display", m->display, NULL);
	if (!m->screen || m->board)
		return;
	if (m->arch == ARCH_X86_64)
		strings_of(argv, "-device", "VGA", NULL);
	else
		strings_of(argv, "-device", "ramfb", "-device", "qemu-xhci,id=keys", "-device", "usb-kbd,bus=keys.0", NULL);
}

void qemu_command(const struct machine *m, struct strings *argv)
{
	const char *cpu = m->cpu || m->board ? m->cpu : arch_info[m->arch].cpu;

	strings_of(argv, arch_info[m->arch].qemu, "-nodefaults", "-nic", "none", "-no-reboot", NULL);
	add_memory(m, argv);
	if (cpu)
		strings_of(argv, "-cpu", cpu, NULL);
	add_cpus(m, argv);
	add_firmware(m, argv);
	add_disk(m, argv);
	add_exit_device(m, argv);
	add_display(m, argv);
	strings_add(argv, "-chardev");
	char *serial = escaped(m->serial);
	strings_addf(argv, "pipe,id=serial,path=%s", serial);
	free(serial);
	for (unsigned i = 0; m->board && i < m->board->console; i++)
		strings_of(argv, "-serial", "null", NULL);
	strings_of(argv, "-serial", "chardev:serial", "-chardev", NULL);
	strings_addf(argv, "socket,id=control,fd=%d", m->control);
	strings_of(argv, "-mon", "chardev=control,mode=control", NULL);
	if (m->wait_for_gdb)
		strings_of(argv, "-s", "-S", NULL);
	if (m->pause_at_end)
		strings_of(argv, "-no-shutdown", NULL);
	for (char *const *extra = m->extra; extra && *extra; extra++)
		strings_add(argv, *extra);
}
