/* acpi.h — numbers in bytes, and a walk through the MADT. ACPI 6.5, "Multiple APIC Description Table (MADT)". */
#ifndef TESTS_LIMINE_ACPI_H
#define TESTS_LIMINE_ACPI_H

#include "judge.h"

static inline uint16_t acpi_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t acpi_u32(const uint8_t *at)
{
	return acpi_u16(at) | (uint32_t)acpi_u16(at + 2) << 16;
}

static inline uint64_t acpi_u64(const uint8_t *at)
{
	return acpi_u32(at) | (uint64_t)acpi_u32(at + 4) << 32;
}

struct acpi_walk {
	const struct acpi_table *table;
	uint32_t next;
	const uint8_t *entry; /* whole: its length is at least that of its kind's fields that are used here */
};

/* Without a MADT there are no entries. */
void acpi_madt(struct acpi_walk *w);
bool acpi_next(struct acpi_walk *w);

#endif
