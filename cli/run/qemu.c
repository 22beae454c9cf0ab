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
	bool survives;          /* saving and loading; QEMU saves no NVMe controller */
} buses[] = {
	{ "virtio", NULL, "virtio-blk-pci", false, true },
	{ "ahci", "ahci,id=ahci", "ide-hd,bus=ahci.0", false, true },
	{ "nvme", NULL, "nvme,serial=hobnail", false, false },
	{ "usb", "qemu-xhci", "usb-storage", false, true },
	{ "scsi", "virtio-scsi-pci", "scsi-hd", false, true },
	{ "ahci-cd", "ahci,id=ahci", "ide-cd,bus=ahci.0", true, false },
	{ "usb-cd", "qemu-xhci", "usb-storage", true, false },
	{ "scsi-cd", "virtio-scsi-pci", "scsi-cd", true, false },
};

/* COUNT_OF(buses): there is no such bus. */
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

bool qemu_bus_survives(const char *name)
{
	return buses[bus_named(name)].survives;
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
	strings_addf(argv, "if=%s,id=disk,format=raw,cache=unsafe,file=%s%s%s", m->board ? m->board->disk : "none",
	             path, m->disk_is_users ? ",snapshot=on" : "", buses[bus].is_cd ? ",media=cdrom" : "");
	free(path);
	if (m->board)
		return;
	char *sectors = m->sector_bytes ? string_format(",logical_block_size=%u,physical_block_size=%u",
	                                                m->sector_bytes, m->sector_bytes) :
	                                  string_copy("");
	/* U-Boot for the virt boards boots from virtio over MMIO; it does not scan PCI by itself. A PC has only PCI. */
	if (m->firmware->is_uboot && m->arch != ARCH_X86_64 && strcmp(m->disk_bus, "virtio") == 0) {
		strings_add(argv, "-device");
		strings_addf(argv, "virtio-blk-device,drive=disk%s", sectors);
		free(sectors);
		return;
	}
	if (buses[bus].controller)
		strings_of(argv, "-device", buses[bus].controller, NULL);
	strings_add(argv, "-device");
	/* With -kernel the first index is that of QEMU's own option ROM. */
	strings_addf(argv, "%s,id=boot,drive=disk,bootindex=%d%s", buses[bus].device, m->waiting ? 1 : 0, sectors);
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

static void add_vars(const struct machine *m, struct strings *argv)
{
	if (m->vars_bytes) {
		strings_add(argv, "-drive");
		strings_addf(argv, "if=pflash,unit=1,driver=null-co,read-zeroes=on,size=%llu",
		             (unsigned long long)m->vars_bytes);
	} else if (m->vars) {
		add_flash(argv, 1, m->vars, m->firmware->vars_format, false);
	}
}

static void add_firmware(const struct machine *m, struct strings *argv)
{
	const struct qemu_firmware *f = m->firmware;

	/* EDK2's ArmVirtQemu waits five seconds for its menu; this sets etc/boot-menu-wait, which is that time. */
	if (!f->is_uboot)
		strings_of(argv, "-boot", "menu=on,splash-time=0", NULL);
	if (f->kind == FIRMWARE_FLASH) {
		add_flash(argv, 0, f->code, f->code_format, true);
		add_vars(m, argv);
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

bool qemu_has_accelerator(const struct machine *m)
{
	bool said = m->machine && strstr(m->machine, "accel");

	for (char *const *extra = m->extra; extra && *extra; extra++)
		said |= strcmp(*extra, "-accel") == 0 || strcmp(*extra, "-enable-kvm") == 0 || strstr(*extra, "accel=");
	return said;
}

/* From "QEMU emulator version 10.0.13 (...)". 0: unknown. */
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

/* Should all processors share one host thread? With a thread for each, a guest processor that polls (WFE, PAUSE) uses
 * host time; in a shared thread it yields. Measured on two cores: 64 processors boot five times as fast (QEMU 7.2), or
 * boot at all (x86_64, QEMU 11). On aarch64 QEMU 11 is slower in one thread: 16 take 16 s instead of 8, 32 take 54 s
 * instead of 28. */
static bool takes_turns(const struct machine *m)
{
	if ((long)m->cpus <= sysconf(_SC_NPROCESSORS_ONLN) || qemu_has_accelerator(m))
		return false;
	return m->arch != ARCH_AARCH64 || major_version(arch_info[m->arch].qemu) < 11;
}

static void add_cpus(const struct machine *m, struct strings *argv)
{
	strings_add(argv, "-smp");
	strings_addf(argv, "%u", m->cpus);
	if (m->kvm)
		strings_of(argv, "-accel", "kvm", NULL);
	else if (takes_turns(m))
		strings_of(argv, "-accel", "tcg,thread=single", NULL);
}

/* ---- The rest ----------------------------------------------------------------------------------------------- */

/* Large memory is not reserved: the host needs only the pages that the guest touches. */
static void add_memory(const struct machine *m, struct strings *argv)
{
	bool unreserved = m->memory_mib >= 4096;

	strings_add(argv, "-machine");
	strings_addf(argv, "%s%s", m->machine ? m->machine : arch_info[m->arch].machine,
	             unreserved ? ",memory-backend=ram" : "");
	if (unreserved) {
		strings_add(argv, "-object");
		strings_addf(argv, "memory-backend-ram,id=ram,reserve=off,size=%lluM",
		             (unsigned long long)m->memory_mib);
	}
	strings_add(argv, "-m");
	strings_addf(argv, "%llu", (unsigned long long)m->memory_mib);
}

/* A device by which the guest ends the emulator with a status. riscv64's virt machine has its own test device. It gets
 * no semihosting, because OpenSBI would use that as its console instead of the serial line (OpenSBI,
 * platform/generic/platform.c). */
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
		strings_of(argv, "-device", "ramfb", "-device", "qemu-xhci,id=keys", "-device", "usb-kbd,bus=keys.0",
		           NULL);
}

/* An argument of -incoming with a file's name, for QEMU's shell. The caller frees. */
static char *incoming(const char *state)
{
	char *file = shell_quoted(state), *all = string_format("exec:exec cat <%s", file);

	free(file);
	return all;
}

static void add_waiting(const struct machine *m, struct strings *argv)
{
	if (m->waiting)
		strings_of(argv, "-kernel", m->waiting, NULL);
	if (!m->state)
		return;
	char *from = incoming(m->state);
	strings_of(argv, "-incoming", from, NULL);
	free(from);
}

/* Does the user say what is logged, or where? */
static bool chooses_log(const struct machine *m)
{
	bool said = false;

	for (char *const *extra = m->extra; extra && *extra; extra++)
		said |= strcmp(*extra, "-d") == 0 || strcmp(*extra, "-D") == 0;
	return said;
}

/* The log of riscv64 is not read by anyone. KVM logs nothing. */
static void add_log(struct machine *m, struct strings *argv)
{
	m->logs_exceptions = !chooses_log(m) && m->arch != ARCH_RISCV64 && !m->kvm;
	if (m->logs_exceptions)
		strings_of(argv, "-d", "int,cpu_reset", "-D", m->log, NULL);
}

void qemu_command(struct machine *m, struct strings *argv)
{
	const char *usual = m->kvm ? "host" : arch_info[m->arch].cpu;
	const char *cpu = m->cpu || m->board ? m->cpu : usual;

	strings_of(argv, arch_info[m->arch].qemu, "-nodefaults", "-nic", "none", "-no-reboot",
	           "-no-shutdown", NULL);
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
	if (m->wait_for_gdb) {
		strings_of(argv, "-S", "-chardev", NULL);
		strings_addf(argv, "socket,id=gdb,fd=%d,server=on,wait=off", m->gdb);
		strings_of(argv, "-gdb", "chardev:gdb", NULL);
	}
	add_waiting(m, argv);
	add_log(m, argv);
	for (char *const *extra = m->extra; extra && *extra; extra++)
		strings_add(argv, *extra);
}
