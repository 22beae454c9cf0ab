/* acpi_pci.c — where ACPI says that PCI's configuration space is. */
#include "tables.h"

/* PCI Firmware Specification 3.3, "MCFG Table Description": after 8 reserved bytes an entry for each run of buses: the address
 * that bus 0 would have 0, the first bus 10, the last one 11. A bus has 1 MiB. */
enum { MCFG_ENTRIES = 44, MCFG_ENTRY_BYTES = 16 };

size_t acpi_pci(const struct acpi *acpi, struct span *out, size_t capacity)
{
	uint32_t bytes;
	const uint8_t *table = acpi_table(acpi, "MCFG", &bytes);
	size_t count = 0;

	for (uint32_t at = MCFG_ENTRIES; table && count < capacity && range_within(at, MCFG_ENTRY_BYTES, bytes); at += MCFG_ENTRY_BYTES) {
		uint64_t base = read_le64(table + at), first = MIB(1) * table[at + 10], last = MIB(1) * table[at + 11];
		if (base && first <= last && sum_fits(base, last + MIB(1)))
			out[count++] = (struct span){ base + first, last - first + MIB(1) };
	}
	return count;
}
