/* Any bytes as the physical memory that ACPI tables lie in, the root pointer first. Checksums are mended before the
 * readers see the table, since a fuzzer does not guess them. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "tables.h"

struct memory {
	uint8_t *bytes;
	uint64_t length;
};

/* Make [at, at + bytes) sum to zero by its byte `where`. */
static void mend(uint8_t *at, uint64_t bytes, unsigned where)
{
	uint8_t sum = 0;

	for (uint64_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + at[i]);
	at[where] = (uint8_t)(at[where] - sum);
}

static const void *map(void *context, paddr at, uint64_t bytes)
{
	const struct memory *m = context;

	if (!range_within(at, bytes, m->length))
		return NULL;
	uint8_t *found = m->bytes + at;
	if (bytes >= 36 && memcmp(found, "RSD PTR ", 8) == 0) {
		mend(found, 20, 8);
		mend(found, bytes, 32);
	} else if (bytes >= 36 && read_le32(found + 4) == bytes) {
		mend(found, bytes, 9);
	}
	return found;
}

static enum err visit(void *context, paddr at, uint64_t bytes, struct problem *p)
{
	return bytes == 100 ? problem(p, ERR_FULL, at) : context ? OK : ERR_RANGE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct memory m = { malloc(bytes ? bytes : 1), bytes };
	struct table_reader reader = { map, &m };
	struct hobnail_console console;
	struct table_ioapic ioapics[4];
	struct table_cpu cpus[4];
	struct table_gic gic;
	struct span spans[4];
	struct acpi a;

	if (!m.bytes)
		return 0;
	memcpy(m.bytes, data, bytes);
	if (bytes >= 36)
		mend(m.bytes, 20, 8);
	if (!acpi_open(reader, 0, &a, NULL)) {
		acpi_console(&a, &console);
		acpi_cpus(&a, cpus, COUNT_OF(cpus));
		acpi_ioapics(&a, ioapics, COUNT_OF(ioapics));
		require(acpi_pci(&a, spans, COUNT_OF(spans)) <= COUNT_OF(spans));
		acpi_local_apic(&a);
		require(!acpi_gic(&a, &gic) || gic.redistributor_count <= COUNT_OF(gic.redistributors));
		acpi_psci(&a);
		acpi_pm_timer(&a);
		require(acpi_ranges(&a, visit, &m, NULL) != ERR_RANGE);
	}
	free(m.bytes);
	return 0;
}
