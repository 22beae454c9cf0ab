/* machine.c — arch.h for x86_64: addresses, identity, time, registers, the end. */
#include "arch.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/state.h"
#include "memory.h"
#include "string.h"
#include "tables.h"

const uint32_t arch_number = HOBNAIL_ARCH_X86_64;
const uint64_t arch_entry_volatile = 1u << 5; /* accessed (Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging") */

/* ---- Translation --------------------------------------------------------------------------------------- */

unsigned arch_levels(void)
{
	return cpu_cr4() & CR4_LA57 ? 5 : 4;
}

bool arch_translation(struct walker *w)
{
	w->mode = arch_levels() == 5 ? WALK_X86_64_5 : WALK_X86_64_4;
	w->root = align_down(cpu_cr3() & ((1ull << 52) - 1), PAGE_BYTES);
	w->upper_root = 0;
	w->pat_or_mair = cpu_msr(MSR_PAT);
	return true;
}

struct span arch_range(unsigned upper)
{
	uint64_t half = arch_levels() == 5 ? 1ull << 56 : 1ull << 47;

	return (struct span){ upper ? 0 - half : 0, half };
}

uint64_t arch_direct_map_default(void)
{
	return arch_range(1).base;
}

/* ---- Identity and time --------------------------------------------------------------------------------- */

/* Intel SDM vol. 2A, "CPUID": leaf 0BH EDX is the x2APIC id, where leaf 0BH exists; leaf 1 EBX[31:24] the 8-bit one. */
uint64_t arch_hardware_id(void)
{
	if (cpu_id(0, 0).a >= 0xb && cpu_id(0xb, 0).b)
		return cpu_id(0xb, 0).d;
	return cpu_id(1, 0).b >> 24;
}

uint64_t arch_counter(void)
{
	return cpu_tsc();
}

/* Intel SDM vol. 3B, "Time-Stamp Counter": leaf 15H gives crystal Hz (ECX) and the ratio TSC : crystal (EBX : EAX). */
uint64_t arch_counter_hz(void)
{
	if (cpu_id(0, 0).a < 0x15)
		return 0;
	struct cpuid r = cpu_id(0x15, 0);
	return r.a && r.b && r.c ? (uint64_t)r.c * r.b / r.a : 0;
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

uint32_t arch_register_read(bool port, uint64_t at, unsigned bytes)
{
	if (port)
		return bytes == 4 ? cpu_in32((uint16_t)at) : bytes == 2 ? cpu_in16((uint16_t)at) : cpu_in8((uint16_t)at);
	if (bytes == 4)
		return *(volatile uint32_t *)at;
	return bytes == 2 ? *(volatile uint16_t *)at : *(volatile uint8_t *)at;
}

void arch_register_write(bool port, uint64_t at, unsigned bytes, uint32_t value)
{
	if (port && bytes == 4)
		cpu_out32((uint16_t)at, value);
	else if (port && bytes == 2)
		cpu_out16((uint16_t)at, (uint16_t)value);
	else if (port)
		cpu_out8((uint16_t)at, (uint8_t)value);
	else if (bytes == 4)
		*(volatile uint32_t *)at = value;
	else if (bytes == 2)
		*(volatile uint16_t *)at = (uint16_t)value;
	else
		*(volatile uint8_t *)at = (uint8_t)value;
}

struct hobnail_console arch_last_resort_console(void)
{
	return (struct hobnail_console){ .kind = HOBNAIL_CONSOLE_16550_PORT, .phys = 0x3f8, .access_bytes = 1 };
}

int64_t arch_psci_version(uint32_t conduit)
{
	(void)conduit;
	return -1; /* PSCI is Arm's */
}

/* ---- The end ------------------------------------------------------------------------------------------- */

/* QEMU's isa-debug-exit at its usual port: QEMU ends with status value * 2 + 1, which `hobnail run` turns back. */
void arch_exit(unsigned status)
{
	enum { DEBUG_EXIT_PORT = 0xf4 };

	cpu_out32(DEBUG_EXIT_PORT, status);
}

static const void *map_table(void *context, paddr at, uint64_t bytes)
{
	return memory_at(context, at, bytes);
}

/* ACPI 6.5, "Fixed ACPI Description Table (FADT)": byte offsets. */
enum { FADT_DSDT = 40, FADT_PM1A_CONTROL = 64, FADT_PM1B_CONTROL = 68, FADT_X_DSDT = 140, TABLE_HEADER = 36 };

/* The first element of the package that follows the name _S5_: SLP_TYPa. ACPI 6.5, "AML Byte Stream Byte Values". A full
 * AML interpreter is not worth it to switch off. */
static bool find_sleep_type(const uint8_t *aml, uint32_t bytes, uint16_t *out)
{
	enum { PACKAGE_OP = 0x12, BYTE_PREFIX = 0x0a };

	for (uint32_t i = 0; i + 12 <= bytes; i++) {
		if (memcmp(aml + i, "_S5_", 4) != 0 || aml[i + 4] != PACKAGE_OP)
			continue;
		uint32_t at = i + 5 + 1 + (aml[i + 5] >> 6) + 1; /* package length of 1 to 4 bytes, number of elements */
		if (at + 1 >= bytes)
			return false;
		*out = aml[at] == BYTE_PREFIX ? aml[at + 1] : aml[at];
		return true;
	}
	return false;
}

const char *arch_power_off(const struct hobnail_boot *boot)
{
	enum { SLEEP_ENABLE = 1u << 13, SLEEP_TYPE_SHIFT = 10 };
	struct table_reader reader = { map_table, (void *)(uintptr_t)boot };
	struct acpi acpi;
	uint32_t bytes;
	uint16_t type;

	if (!boot || boot->magic != HOBNAIL_MAGIC || acpi_open(reader, boot->acpi_rsdp, &acpi, NULL) != OK)
		return "no ACPI";
	const uint8_t *fadt = acpi_table(&acpi, "FACP", &bytes);
	if (!fadt || bytes < FADT_PM1B_CONTROL + 4)
		return "no FADT";
	paddr at = bytes >= FADT_X_DSDT + 8 && read_le64(fadt + FADT_X_DSDT) ? read_le64(fadt + FADT_X_DSDT)
	                                                                      : read_le32(fadt + FADT_DSDT);
	const uint8_t *dsdt = memory_at(boot, at, TABLE_HEADER);
	uint32_t dsdt_bytes = dsdt ? read_le32(dsdt + 4) : 0;
	if (!memory_at(boot, at, dsdt_bytes) || !dsdt || !find_sleep_type(dsdt, dsdt_bytes, &type))
		return "no _S5_ in the DSDT";
	if (read_le32(fadt + FADT_PM1B_CONTROL))
		cpu_out16((uint16_t)read_le32(fadt + FADT_PM1B_CONTROL), (uint16_t)(type << SLEEP_TYPE_SHIFT | SLEEP_ENABLE));
	cpu_out16((uint16_t)read_le32(fadt + FADT_PM1A_CONTROL), (uint16_t)(type << SLEEP_TYPE_SHIFT | SLEEP_ENABLE));
	for (unsigned i = 0; i < 1000000; i++)
		cpu_tsc();
	return "the chipset does not react";
}

_Noreturn void arch_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}
