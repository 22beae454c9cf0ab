/* doubts_boards.c — machines whose memory lies elsewhere: a kernel with low addresses goes to its p_paddr. */
#include <stdio.h>
#include <string.h>

#include "subject.h"

#define LL(n) ((unsigned long long)(n))

/* RAM that every machine of the kind has for a kernel, by its documents: also memory that the firmware uses until it
 * leaves. Ranges that it keeps are left out, as far as they are the same everywhere. */
static const struct {
	uint16_t machine;
	const char *name;
	struct span ram[2];
} boards[] = {
	/* UEFI 2.10, "x64 Platforms"; IBM PC: video memory and ROMs from 640 KiB to 1 MiB. A machine with little memory
	 * has PCI from 2 GiB on (QEMU, hw/i386/pc_q35.c). OvmfPkgX64.fdf, "MEMFD". */
	{ ELF_MACHINE_X86_64, "PCs", { { 0x100000, 0x7ff00000 } } },
	{ ELF_MACHINE_X86_64, "QEMU's q35 with OVMF and 256M", { { 0x100000, 0x706000 }, { 0x900000, 0xd600000 } } },
	/* QEMU, hw/arm/virt.c, hw/arm/sbsa-ref.c */
	{ ELF_MACHINE_AARCH64, "QEMU's virt", { { 0x40000000, 0x8000000 } } },
	{ ELF_MACHINE_AARCH64, "QEMU's sbsa-ref", { { 0x10000000000, 0x40000000 } } },
	/* BCM2835 ARM Peripherals, "Address map"; BCM2711 ARM Peripherals, "Full 35-bit Address Map"; the lowest
	 * 512 KiB are the boot code's, and the graphics processor has the top of the first GiB */
	{ ELF_MACHINE_AARCH64, "Raspberry Pi 3", { { 0x80000, 0x3b380000 } } },
	{ ELF_MACHINE_AARCH64, "Raspberry Pi 4", { { 0x80000, 0x3b380000 }, { 0x40000000, 0xbc000000 } } },
	/* Rockchip RK3399 TRM, "Address Mapping"; Allwinner A64 User Manual, "Memory Mapping"; the first 2 MiB of the
	 * former are Trusted Firmware's */
	{ ELF_MACHINE_AARCH64, "Rockchip RK3399", { { 0x200000, 0x7fe00000 } } },
	{ ELF_MACHINE_AARCH64, "Allwinner A64", { { 0x40000000, 0x40000000 } } },
};

static bool has_memory(const struct span ram[2], const struct elf_segment *s)
{
	for (unsigned i = 0; i < 2; i++)
		if (s->phys >= ram[i].base && range_within(s->phys - ram[i].base, s->memory_bytes, ram[i].bytes))
			return true;
	return false;
}

static bool fits(const struct elf_layout *l, const struct span ram[2])
{
	for (unsigned i = 0; i < l->segment_count; i++)
		if (l->segments[i].low && !has_memory(ram, &l->segments[i]))
			return false;
	return true;
}

static void add_name(char *list, size_t bytes, const char *name)
{
	size_t used = strlen(list);

	snprintf(list + used, bytes - used, "%s%s", used ? ", " : "", name);
}

/* From the lowest physical address to the highest; false: no segment is low. */
static bool extent(const struct elf_layout *l, uint64_t *from, uint64_t *to)
{
	bool is_low = false;

	*from = UINT64_MAX;
	*to = 0;
	for (unsigned i = 0; i < l->segment_count; i++) {
		const struct elf_segment *s = &l->segments[i];
		if (!s->low)
			continue;
		is_low = true;
		*from = min_u64(*from, s->phys);
		*to = max_u64(*to, s->phys + s->memory_bytes);
	}
	return is_low;
}

void doubts_of_boards(struct check *c)
{
	const struct elf_layout *l = &c->attempt.kernel.layout;
	char good[256] = "", bad[256] = "";
	uint64_t from, to;

	if (!extent(l, &from, &to))
		return;
	for (size_t i = 0; i < COUNT_OF(boards); i++)
		if (boards[i].machine == c->attempt.kernel.file.machine)
			add_name(fits(l, boards[i].ram) ? good : bad, sizeof good, boards[i].name);
	if (*bad)
		findings_add(&c->findings, DOUBT_BOARDS, 0,
		             "its low segments go to physical 0x%llx to 0x%llx: memory on %s; not on %s", LL(from),
		             LL(to), *good ? good : "no machine that is known here", bad);
}
