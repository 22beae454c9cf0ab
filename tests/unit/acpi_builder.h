/* acpi_builder.h — ACPI tables for tests, whole and broken. "Physical memory" is one heap block from BASE on, exactly
 * as long as what was put into it, so that the sanitizer sees every step past its end. For one file of a program: what
 * it holds is static. Include it behind cmocka.h.
 *
 *   begin();                          no table yet
 *   t = begin_table("SPCR", 80);      its header and zeros; put() fills it
 *   a = finish_one(t);                its checksum, the root table and the RSDP; opened
 *   ... tear_down(state); */
#ifndef TESTS_ACPI_BUILDER_H
#define TESTS_ACPI_BUILDER_H

#include <stdlib.h>
#include <string.h>

#include "tables.h"

enum { BASE = 0x10003, MAX_BYTES = 8192 }; /* unaligned, as firmware may have it */

static uint8_t built[MAX_BYTES];
static uint32_t used;
static uint8_t *memory;
static uint32_t memory_bytes;

static inline const void *map(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	return at >= BASE && range_within(at - BASE, bytes, memory_bytes) ? memory + (at - BASE) : NULL;
}

static const struct table_reader reader = { map, NULL };

static inline void put(uint32_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		built[at + i] = (uint8_t)(value >> 8 * i);
}

static inline void fix_sum(uint32_t at, uint32_t bytes, uint32_t where)
{
	uint8_t sum = 0;

	built[at + where] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + built[at + i]);
	built[at + where] = (uint8_t)-sum;
}

/* Append a table of `bytes` zero bytes behind a header; its address. */
static inline paddr begin_table(const char *signature, uint32_t bytes)
{
	uint32_t at = used;

	memset(built + at, 0, bytes);
	memcpy(built + at, signature, 4);
	put(at + 4, bytes, 4);
	used += bytes;
	return BASE + at;
}

static inline uint32_t offset_of(paddr table)
{
	return (uint32_t)(table - BASE);
}

static inline void end_table(paddr table)
{
	uint32_t at = offset_of(table);

	fix_sum(at, read_le32(built + at + 4), 9);
}

static inline void begin(void)
{
	free(memory);
	memory = NULL;
	memset(built, 0, sizeof(built));
	used = 36;
}

/* Root table and root pointer for these tables; then the memory is what readers see, cut to `bytes`. */
static inline void finish_cut(unsigned revision, const paddr *tables, unsigned count, uint32_t bytes)
{
	unsigned width = revision >= 2 ? 8 : 4;
	paddr root = begin_table(revision >= 2 ? "XSDT" : "RSDT", 36 + width * count);

	for (unsigned i = 0; i < count; i++)
		put(offset_of(root) + 36 + width * i, tables[i], width);
	end_table(root);
	memcpy(built, "RSD PTR ", 8);
	built[15] = (uint8_t)revision;
	put(16, revision >= 2 ? 0 : root, 4);
	put(20, 36, 4);
	put(24, revision >= 2 ? root : 0, 8);
	fix_sum(0, 20, 8);
	fix_sum(0, 36, 32);
	memory_bytes = bytes < used ? bytes : used;
	memory = malloc(memory_bytes ? memory_bytes : 1);
	assert_non_null(memory);
	memcpy(memory, built, memory_bytes);
}

static inline struct acpi finish(unsigned revision, const paddr *tables, unsigned count)
{
	struct acpi a;

	finish_cut(revision, tables, count, UINT32_MAX);
	assert_int_equal(acpi_open(reader, BASE, &a, NULL), OK);
	return a;
}

static inline struct acpi finish_one(paddr table)
{
	end_table(table);
	return finish(2, &table, 1);
}

static inline int tear_down(void **state)
{
	(void)state;
	free(memory);
	memory = NULL;
	return 0;
}

/* ---- Registers and consoles ---------------------------------------------------------------------------- */

static inline void put_gas(uint32_t at, unsigned space, unsigned bits, unsigned access, uint64_t address)
{
	built[at] = (uint8_t)space;
	built[at + 1] = (uint8_t)bits;
	built[at + 3] = (uint8_t)access;
	put(at + 4, address, 8);
}

/* A DBG2 table with one device that cannot be driven and a PL011. */
static inline paddr put_dbg2(void)
{
	paddr t = begin_table("DBG2", 44 + 22 + 40);
	uint32_t at = offset_of(t);

	put(at + 36, 44, 4);
	put(at + 40, 2, 4);
	put(at + 44 + 1, 22, 2);
	put(at + 44 + 12, 0x8003, 2); /* network */
	put(at + 66 + 1, 40, 2);
	built[at + 66 + 3] = 1;
	put(at + 66 + 12, 0x8000, 2);
	put(at + 66 + 14, 3, 2);
	put(at + 66 + 18, 28, 2);
	put_gas(at + 66 + 28, 0, 32, 3, 0x1c090000);
	return t;
}

/* ---- A MADT -------------------------------------------------------------------------------------------- */

static uint32_t madt_at;

static inline uint32_t add(unsigned type, unsigned length)
{
	uint32_t at = madt_at;

	built[at] = (uint8_t)type;
	built[at + 1] = (uint8_t)length;
	madt_at += length;
	return at;
}

static inline paddr begin_madt(uint32_t bytes)
{
	begin();
	paddr t = begin_table("APIC", 44 + bytes);
	put(offset_of(t) + 36, 0xfee00000, 4);
	madt_at = offset_of(t) + 44;
	return t;
}

static inline void add_local_apic(unsigned uid, unsigned id, uint32_t flags)
{
	uint32_t at = add(0, 8);

	built[at + 2] = (uint8_t)uid;
	built[at + 3] = (uint8_t)id;
	put(at + 4, flags, 4);
}

static inline void add_gicc(uint32_t uid, uint64_t mpidr, uint32_t flags)
{
	uint32_t at = add(11, 80);

	put(at + 8, uid, 4);
	put(at + 12, flags, 4);
	put(at + 68, mpidr, 8);
}

static inline void add_gicd(unsigned version, paddr base)
{
	uint32_t at = add(12, 24);

	put(at + 8, base, 8);
	built[at + 20] = (uint8_t)version;
}

static inline void add_gicr(paddr base, uint32_t bytes)
{
	uint32_t at = add(14, 16);

	put(at + 4, base, 8);
	put(at + 12, bytes, 4);
}

#endif
