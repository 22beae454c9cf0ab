/* machine.c — arch.h for x86_64: addresses, identity, time, registers, the end. */
#include "contract/entry.h"
#include "cpu.h"
#include "memory.h"
#include "pci.h"
#include "string.h"
#include "tables.h"

const uint32_t arch_number = HOBNAIL_ARCH_X86_64;
const uint64_t arch_entry_volatile = 1u << 5; /* accessed (Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging") */

/* ---- Translation --------------------------------------------------------------------------------------- */

unsigned arch_levels(void)
{
	return cpu_read_cr4() & CR4_LA57 ? 5 : 4;
}

bool arch_translation(struct walker *w)
{
	uint64_t cr4 = cpu_read_cr4();

	w->mode = arch_levels() == 5 ? WALK_X86_64_5 : WALK_X86_64_4;
	w->flags = (cr4 & CR4_SMEP ? WALK_SMEP : 0u) | (cr4 & CR4_SMAP ? WALK_SMAP : 0u);
	w->root = cpu_read_cr3() & CR3_ADDRESS;
	w->upper_root = 0;
	w->pat_or_mair = cpu_read_msr(MSR_PAT);
	w->phys_bits = (uint8_t)cpu_phys_bits();
	return true;
}

/* Intel SDM vol. 3A, "Operations that Invalidate TLBs and Paging-Structure Caches": clearing CR4.PGE flushes global
 * translations. */
void arch_root_install(paddr root)
{
	uint64_t cr4 = cpu_read_cr4();

	cpu_write_cr4(cr4 & ~CR4_PGE);
	__asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
	cpu_write_cr4(cr4);
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

uint64_t arch_hardware_id(void)
{
	return cpu_apic_id();
}

uint64_t arch_counter(void)
{
	return cpu_read_tsc();
}

uint64_t arch_counter_hz(void)
{
	return cpu_tsc_hz();
}

/* ---- Devices ------------------------------------------------------------------------------------------- */

uint32_t arch_port_read(uint16_t port, unsigned bytes)
{
	return cpu_in(port, bytes);
}

void arch_port_write(uint16_t port, unsigned bytes, uint32_t value)
{
	cpu_out(port, bytes, value);
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

/* QEMU's isa-debug-exit at its usual port: QEMU exits with value * 2 + 1, from which `hobnail run` computes the
 * value. */
void arch_exit(unsigned status)
{
	enum { DEBUG_EXIT_PORT = 0xf4 };

	cpu_out32(DEBUG_EXIT_PORT, status);
}

/* ACPI 6.5, "Fixed ACPI Description Table (FADT)": byte offsets. */
enum { FADT_DSDT = 40, FADT_PM1A_CONTROL = 64, FADT_PM1B_CONTROL = 68, FADT_X_DSDT = 140, TABLE_HEADER = 36 };

/* Finds SLP_TYPa: the first element of the package that follows the name _S5_. ACPI 6.5, "AML Byte Stream Byte Values".
 * A search of the bytes suffices to switch off; pith has no AML interpreter. */
static bool find_sleep_type(const uint8_t *aml, uint32_t bytes, uint16_t *out)
{
	enum { PACKAGE_OP = 0x12, BYTE_PREFIX = 0x0a };

	for (uint32_t i = 0; i + 12 <= bytes; i++) {
		if (memcmp(aml + i, "_S5_", 4) != 0 || aml[i + 4] != PACKAGE_OP)
			continue;
		/* skip package length (1 to 4 bytes) and element count */
		uint32_t at = i + 5 + 1 + (aml[i + 5] >> 6) + 1;
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
	struct acpi acpi;
	uint32_t bytes;
	uint16_t type;

	if (!boot || boot->magic != HOBNAIL_MAGIC || !memory_acpi(boot, &acpi))
		return "no ACPI";
	const uint8_t *fadt = acpi_table(&acpi, "FACP", &bytes);
	if (!fadt || bytes < FADT_PM1B_CONTROL + 4)
		return "no FADT";
	paddr at = bytes >= FADT_X_DSDT + 8 && read_le64(fadt + FADT_X_DSDT) ? read_le64(fadt + FADT_X_DSDT)
	                                                                      : read_le32(fadt + FADT_DSDT);
	const uint8_t *dsdt = memory_view(boot, at, TABLE_HEADER);
	uint32_t dsdt_bytes = dsdt ? read_le32(dsdt + 4) : 0;
	if (!memory_view(boot, at, dsdt_bytes) || !dsdt || !find_sleep_type(dsdt, dsdt_bytes, &type))
		return "no _S5_ in the DSDT";
	if (read_le32(fadt + FADT_PM1B_CONTROL))
		cpu_out16((uint16_t)read_le32(fadt + FADT_PM1B_CONTROL),
		          (uint16_t)(type << SLEEP_TYPE_SHIFT | SLEEP_ENABLE));
	cpu_out16((uint16_t)read_le32(fadt + FADT_PM1A_CONTROL), (uint16_t)(type << SLEEP_TYPE_SHIFT | SLEEP_ENABLE));
	for (unsigned i = 0; i < 1000000; i++)
		cpu_read_tsc();
	return "the chipset does not react";
}

void arch_pause(void)
{
	cpu_pause();
}

void arch_wake(void)
{
}

_Noreturn void arch_halt(void)
{
	cpu_interrupts_off();
	for (;;)
		cpu_wait_for_interrupt();
}

/* ---- PCI ----------------------------------------------------------------------------------------------- */

/* PCI Local Bus Specification 3.0, "Configuration Mechanism": the address and then the data. */
enum { PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc };

bool arch_has_pci_ports(void)
{
	return true;
}

uint32_t arch_pci(unsigned function, unsigned at, const uint32_t *value)
{
	cpu_out32(PCI_ADDRESS, 1u << 31 | function << 8 | at);
	if (value)
		cpu_out32(PCI_DATA, *value);
	return cpu_in32(PCI_DATA);
}
