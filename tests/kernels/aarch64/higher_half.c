/* higher_half.c — the shape of a microkernel in the upper half, at 0xffff800000000000: a device tree, an init image
 * and an archive as modules, RAM through the direct map and devices through a device map, both where the kernel
 * wants them. Its vectors, its GIC and its modules are all reached through TTBR1. Boots at EL1, and from EL2. */
#include "cpu.h"
#include "kernel.h"

#include <string.h>

#define DIRECT_MAP 0xffff900000000000
#define DEVICE_MAP 0xffffa00000000000

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(direct_map, HOBNAIL_REQUEST_DIRECT_MAP | HOBNAIL_REQUIRED, DIRECT_MAP);
HOBNAIL_REQUEST(device_map, HOBNAIL_REQUEST_DEVICE_MAP | HOBNAIL_REQUIRED, DEVICE_MAP);
HOBNAIL_REQUEST(level, HOBNAIL_REQUEST_LEVEL | HOBNAIL_REQUIRED, HOBNAIL_LEVEL_EL1);

/* Arm GIC architecture specification (IHI 0048), "Distributor register map": GICD_TYPER.ITLinesNumber; QEMU's virt
 * machine has the distributor at 0x08000000, as its device tree says. */
enum { GICD_BASE = 0x08000000, GICD_TYPER = 4 };

static void check_place(const struct hobnail_boot *boot)
{
	uint64_t here = (uintptr_t)&check_place;

	if (here >> 40 != 0xffff80 || boot->direct_map != DIRECT_MAP || boot->device_map != DEVICE_MAP)
		give_up("not where it asked to be");
	if (cpu_level() != 1)
		give_up("not at EL1");
	say("EL1, firmware at EL%u, text at %#llx", boot->firmware_level, (unsigned long long)here);
}

/* Devicetree specification, "Flattened Devicetree (DTB) Format": big-endian magic first, then its size. */
static void check_device_tree(const struct hobnail_boot *boot)
{
	const uint32_t *dtb = hobnail_virt(boot, boot->device_tree);

	if (!(boot->valid & HOBNAIL_HAS_DEVICE_TREE))
		give_up("no device tree");
	if (__builtin_bswap32(dtb[0]) != 0xd00dfeed || __builtin_bswap32(dtb[1]) != boot->device_tree_bytes)
		give_up("the device tree does not begin as one");
	say("device tree of %llu bytes", (unsigned long long)boot->device_tree_bytes);
}

static void check_interrupt_controller(void)
{
	uint32_t typer = *(volatile const uint32_t *)(DEVICE_MAP + GICD_BASE + GICD_TYPER);

	say("GIC with %u interrupt lines", 32 * ((typer & 31) + 1));
	if ((typer & 31) == 0 || typer == UINT32_MAX)
		give_up("no GIC there");
}

static void check_modules(const struct hobnail_boot *boot)
{
	const struct hobnail_module *init = hobnail_entry(boot, &boot->modules, 0);
	const struct hobnail_module *archive = hobnail_entry(boot, &boot->modules, 1);

	if (!init || !archive)
		give_up("it takes two modules");
	if (memcmp(hobnail_virt(boot, init->phys), "\177ELF", 4) != 0)
		give_up("the init image is no ELF file");
	if (memcmp(hobnail_virt(boot, archive->phys), "070701", 6) != 0)
		give_up("the archive is no archive");
	say("init image \"%s\" and archive \"%s\"", hobnail_text(boot, init->cmdline),
	    hobnail_text(boot, archive->cmdline));
}

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	check_place(boot);
	check_device_tree(boot);
	check_interrupt_controller();
	check_modules(boot);
	say("higher half: all is well");
	wait_for_ever();
}
