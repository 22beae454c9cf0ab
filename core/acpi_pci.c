/* acpi_pci.c — addresses of registers in ACPI tables: PCI's configuration space, and the HPET. */
#include "tables.h"

/* PCI Firmware Specification 3.3, "MCFG Table Description": after 8 reserved bytes it has an entry for each run of
 * buses: the address of bus 0, in the run or not, at 0; the first bus at 10; the last one at 11. A bus has 1 MiB. */
enum { MCFG_ENTRIES = 44, MCFG_ENTRY_BYTES = 16 };

size_t acpi_pci(const struct acpi *acpi, struct span *out, size_t capacity)
{
	uint32_t bytes;
	const uint8_t *table = acpi_table(acpi, "MCFG", &bytes);
	size_t count = 0;

	for (uint32_t at = MCFG_ENTRIES; table && count < capacity && range_within(at, MCFG_ENTRY_BYTES, bytes);
	     at += MCFG_ENTRY_BYTES) {
		uint64_t base = read_le64(table + at), first = MIB(1) * table[at + 10], last = MIB(1) * table[at + 11];
		if (base && first <= last && sum_fits(base, last + MIB(1)))
			out[count++] = (struct span){ base + first, last - first + MIB(1) };
	}
	return count;
}

/* "IA-PC HPET Description Table": base address 40, a generic address: space 0, memory; address 4. */
enum { HPET_SPACE = 40, HPET_ADDRESS = 44, HPET_BYTES = 56 };

paddr acpi_hpet(const struct acpi *acpi)
{
	uint32_t bytes;
	const uint8_t *table = acpi_table(acpi, "HPET", &bytes);

	return table && bytes >= HPET_BYTES && table[HPET_SPACE] == 0 ? read_le64(table + HPET_ADDRESS) : 0;
}
