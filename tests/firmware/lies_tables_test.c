/* ACPI tables, device trees and SMBIOS that are broken, nowhere, or in memory that would be free (lies.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "limine_protocol.h"
#include "log.h"
#include "given.h"
#include "lies.h"

static uint8_t *at(paddr where)
{
	return (uint8_t *)(uintptr_t)where;
}

static void put_address(paddr where, uint64_t value)
{
	memcpy(at(where), &value, sizeof value);
}

/* Make the sum of a table right again after a change; its checksum is byte `sum`. */
static void fix(paddr table, uint32_t bytes, unsigned sum)
{
	uint8_t s = 0;

	at(table)[sum] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		s = (uint8_t)(s + at(table)[i]);
	at(table)[sum] = (uint8_t)-s;
}

static void broken_acpi_tables_are_not_used(void **state)
{
	const paddr rsdp = ARENA_ACPI, xsdt = ARENA_ACPI + 0x100;
	static const paddr nowhere[] = { 0, 0x40000000, 0xfec00000, ARENA_DEVICE, UINT64_MAX - 3,
	                                 ARENA + ARENA_BYTES - 4, 1ull << 52 };

	(void)state;
	plain();
	at(rsdp)[8]++;
	enters("RSDP with a wrong sum", 0);
	assert_false(world_given().acpi);
	assert_int_equal(world_given().cpus, 1);
	for (unsigned i = 0; i < COUNT_OF(nowhere); i++) {
		plain();
		fake.options.rsdp = nowhere[i];
		fake.options.smbios = fake.options.smbios_32 = nowhere[i];
		fake.options.device_tree = nowhere[i];
		enters("tables at", nowhere[i]);
		struct given g = world_given();
		assert_false(g.acpi || g.smbios || g.device_tree);
		plain();
		put_address(rsdp + 24, nowhere[i]);
		fix(rsdp, 36, 32);
		enters("XSDT at", nowhere[i]);
		plain();
		put_address(xsdt + 36, nowhere[i]);
		fix(xsdt, 44, 9);
		enters("MADT at", nowhere[i]);
		assert_int_equal(world_given().cpus, 1);
	}
}

static void any_damaged_byte_of_a_table_does_no_harm(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 0x260; i++) {
		plain();
		at(ARENA_ACPI)[i] ^= 0xff;
		survives("ACPI byte", i);
		plain();
		at(ARENA_ACPI + 0x200)[i % 72] = 0xff;
		fix(ARENA_ACPI + 0x200, 72, 9);
		survives("MADT byte", i);
		world_make(FAKE_AARCH64, LIES_KERNEL);
		at(ARENA_TREE)[i] ^= 0xff;
		survives("device tree byte", i);
	}
}

static void a_truncated_device_tree_is_not_used(void **state)
{
	(void)state;
	for (unsigned bytes = 0; bytes < 0x120; bytes += 4) {
		world_make(FAKE_AARCH64, LIES_KERNEL);
		fake.options.rsdp = 0;
		at(ARENA_TREE)[6] = (uint8_t)(bytes >> 8);
		at(ARENA_TREE)[7] = (uint8_t)bytes;
		survives("device tree of", bytes);
	}
	world_make(FAKE_AARCH64, LIES_KERNEL);
	at(ARENA_TREE)[4] = 0x7f; /* 2 GiB: past the end of memory */
	enters("device tree of 2 GiB", 0);
	assert_false(world_given().device_tree);
}

/* ---- Kernels of our own protocol: their record, and segments at places that they name --------------------------- */

/* ACPI 6.5, "Processor Local x2APIC Structure": a table of these alone, for ids from `first` on. */
static void put_processors(unsigned count, uint32_t first)
{
	enum { X2APIC = 16, MOST = 600 };
	const paddr xsdt = ARENA_ACPI + 0x100, madt = ARENA_ACPI + PAGE_BYTES;
	uint8_t *m = at(madt);

	assert_true(count <= MOST);
	memset(m, 0, 44 + MOST * X2APIC);
	memcpy(m, "APIC", 4);
	for (unsigned i = 0; i < count; i++) {
		uint32_t id = first + i, flags = 1;
		uint8_t *e = m + 44 + i * X2APIC;
		e[0] = 9, e[1] = X2APIC;
		memcpy(e + 4, &id, 4);
		memcpy(e + 8, &flags, 4);
		memcpy(e + 12, &i, 4);
	}
	uint32_t bytes = 44 + count * X2APIC;
	memcpy(m + 4, &bytes, 4);
	fix(madt, bytes, 9);
	put_address(xsdt + 36, madt);
	fix(xsdt, 44, 9);
}

/* The record has 512 of them, the one that we run on among them, and the log says if there are more. */
static void more_processors_than_the_record_lists_are_said(void **state)
{
	static const struct { unsigned count; uint32_t boot; unsigned listed; const char *said; } all[] = {
		{ 511, 1, 511, NULL }, { 512, 1, 512, NULL }, { 512, 512, 512, NULL },
		{ 513, 1, 512, "513 processors, of which the record lists 512\n" },
		{ 514, 514, 512, "514 processors, of which the record lists 512\n" },
		{ 510, 0, 511, NULL }, { 511, 0, 512, NULL }, { 512, 0, 512, NULL }, /* it is in no table */
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		unsigned boot = 0;
		plain();
		put_processors(all[i].count, 1);
		fake.options.facts.boot_cpu = all[i].boot;
		enters("processors", all[i].count);
		const struct hobnail_boot *r = world_record();
		assert_int_equal(r->cpus.count, all[i].listed);
		for (unsigned k = 0; k < r->cpus.count; k++) {
			const struct hobnail_cpu *cpu = hobnail_entry(r, &r->cpus, k);
			bool is_boot = cpu->flags & HOBNAIL_CPU_BOOT;
			boot += is_boot;
			assert_int_equal(cpu->hardware_id, is_boot ? all[i].boot : k + 1);
		}
		assert_int_equal(boot, 1);
		loader_log.text[loader_log.used] = 0;
		bool said = strstr(loader_log.text, all[i].said ? all[i].said : " processors, of which ");
		if (said != !!all[i].said)
			fail_msg("%u processors: %s", all[i].count, loader_log.text);
	}
}

static void a_device_tree_in_the_way_is_moved(void **state)
{
	static const struct { paddr kernel; bool moved; } cases[] = {
		{ ARENA_TREE, true }, { ARENA_TREE + PAGE_BYTES, false }, { ARENA_BUSY, false },
	};

	(void)state;
	for (unsigned i = 0; i < 2 * COUNT_OF(cases); i++) {
		bool moved = cases[i / 2].moved;
		world_make(FAKE_AARCH64, i % 2 ? KERNEL_MMU_OFF_STAGED : KERNEL_STAGED);
		world_kernel_at(cases[i / 2].kernel);
		enters("kernel near the device tree", cases[i / 2].kernel);
		const struct hobnail_boot *r = world_record();
		assert_int_equal(handoff.move_count, 1);
		assert_true(r->valid & HOBNAIL_HAS_DEVICE_TREE);
		assert_int_equal(r->device_tree != ARENA_TREE, moved);
		assert_int_equal(fdt_total_bytes(at(r->device_tree)), r->device_tree_bytes);
		loader_log.text[loader_log.used] = 0;
		assert_int_equal(!!strstr(loader_log.text, "device tree copied to "), moved);
	}
}

static uint32_t type_at(paddr where)
{
	const struct hobnail_boot *r = world_record();

	for (uint32_t i = 0; i < r->memory_map.count; i++) {
		const struct hobnail_memory *m = hobnail_entry(r, &r->memory_map, i);
		if (where - m->base < m->bytes)
			return m->type;
	}
	return 0;
}

/* SMBIOS specification, "SMBIOS 3.0 (64-bit) Entry Point" */
static void put_smbios(paddr entry, paddr table, uint32_t bytes)
{
	memcpy(at(entry), "_SM3_\0\x18\3", 8);
	put_address(entry + 8, (uint64_t)bytes << 32);
	put_address(entry + 16, table);
	fake.options.smbios = entry;
}

/* ..., "SMBIOS 2.1 (32-bit) Entry Point" */
static void put_smbios_32(paddr entry, paddr table, uint16_t bytes)
{
	memcpy(at(entry), "_SM_\0\x1f", 6);
	memcpy(at(entry) + 22, &bytes, sizeof bytes);
	memcpy(at(entry) + 24, &table, 4);
	fake.options.smbios_32 = entry;
}

/* Boot-services data: as good as free, for a kernel that was not told. */
static void tables_in_memory_that_would_be_free_are_kept(void **state)
{
	const paddr busy = ARENA_BUSY;

	(void)state;
	plain();
	memset(fake.kind + (ARENA_ACPI - ARENA) / PAGE_BYTES, EfiBootServicesData, 16);
	put_smbios(busy + 0x10, busy + 2 * PAGE_BYTES - 8, 16);
	put_smbios_32(busy + 4 * PAGE_BYTES, busy + 5 * PAGE_BYTES, 16);
	enters("tables in boot-services data", 0);
	assert_int_equal(type_at(ARENA_ACPI), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(ARENA_ACPI + PAGE_BYTES), HOBNAIL_MEMORY_FIRMWARE_BOOT);
	assert_int_equal(type_at(busy), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + PAGE_BYTES), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + 2 * PAGE_BYTES), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + 3 * PAGE_BYTES), HOBNAIL_MEMORY_FIRMWARE_BOOT);
	assert_int_equal(type_at(busy + 4 * PAGE_BYTES), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + 5 * PAGE_BYTES), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + 6 * PAGE_BYTES), HOBNAIL_MEMORY_FIRMWARE_BOOT);
}

/* ---- Kernels of the Limine protocol: base revision 6 ------------------------------------------------------------ */

static uint64_t limine_type_at(paddr where)
{
	const uint64_t *map = world_answer(ASK_MAP, 3), *list = world_mapped(map[2], map[1] * 8);

	for (uint64_t i = 0; i < map[1]; i++) {
		const struct limine_memory *m = world_mapped(list[i], sizeof *m);
		if (where - m->base < m->length)
			return m->type;
	}
	return UINT64_MAX;
}

/* In boot-services data and in ACPI's memory, where UEFI allows them. */
static void tables_of_smbios_and_uefi_are_reserved(void **state)
{
	static const CHAR16 vendor[] = u"vendor";
	const paddr busy = ARENA_BUSY, acpi = ARENA_ACPI + 8 * PAGE_BYTES;
	const struct { paddr at; uint64_t type; } expected[] = {
		{ busy, LIMINE_RESERVED_MAPPED }, { busy + PAGE_BYTES, LIMINE_BOOTLOADER_RECLAIMABLE },
		{ busy + 2 * PAGE_BYTES, LIMINE_RESERVED_MAPPED }, { busy + 3 * PAGE_BYTES, LIMINE_RESERVED_MAPPED },
		{ busy + 4 * PAGE_BYTES, LIMINE_BOOTLOADER_RECLAIMABLE },
		{ busy + 5 * PAGE_BYTES, LIMINE_RESERVED_MAPPED }, { busy + 6 * PAGE_BYTES, LIMINE_RESERVED_MAPPED },
		{ busy + 7 * PAGE_BYTES, LIMINE_BOOTLOADER_RECLAIMABLE },
		{ acpi - PAGE_BYTES, LIMINE_ACPI_RECLAIMABLE }, { acpi, LIMINE_RESERVED_MAPPED },
		{ acpi + PAGE_BYTES, LIMINE_ACPI_RECLAIMABLE }, { acpi + 2 * PAGE_BYTES, LIMINE_RESERVED_MAPPED },
	};

	(void)state;
	plain();
	put_smbios(busy + 0x10, acpi + 8, 16);
	put_smbios_32(acpi + 2 * PAGE_BYTES, busy + 3 * PAGE_BYTES - 8, 16);
	memcpy(at(busy + 6 * PAGE_BYTES - 4), vendor, sizeof vendor);
	fake.options.vendor = (const CHAR16 *)(busy + 6 * PAGE_BYTES - 4);
	enters("tables of SMBIOS and UEFI", 0);
	for (unsigned i = 0; i < COUNT_OF(expected); i++)
		if (limine_type_at(expected[i].at) != expected[i].type)
			fail_msg("%#llx has type %llu", (unsigned long long)expected[i].at,
			         (unsigned long long)limine_type_at(expected[i].at));
}

static void a_segment_is_not_moved_onto_tables(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		world_make(FAKE_X86_64, KERNEL_STAGED); /* at ARENA_BUSY + 8 pages */
		if (k == 2)
			put_smbios(ARENA_BUSY + 9 * PAGE_BYTES, ARENA_BUSY, 100);
		else if (k)
			put_smbios(ARENA_BUSY, ARENA_BUSY + 9 * PAGE_BYTES, 100);
		else
			memset(fake.kind + (ARENA_ACPI - ARENA) / PAGE_BYTES, EfiBootServicesData, 16),
				world_kernel_at(ARENA_ACPI);
		refuses("a segment on tables", k, "(ERR_DESTINATION_OWN");
		char place[64];
		snprintf(place, sizeof place, "must be at physical %#llx, where",
		         k ? (unsigned long long)(ARENA_BUSY + 9 * PAGE_BYTES) : (unsigned long long)ARENA_ACPI);
		if (!world_said(place))
			fail_msg("not %s, but: %s", place, fake.console);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_of_smbios_and_uefi_are_reserved), /* of the Limine protocol alone */
		cmocka_unit_test(broken_acpi_tables_are_not_used),
		cmocka_unit_test(any_damaged_byte_of_a_table_does_no_harm),
		cmocka_unit_test(a_truncated_device_tree_is_not_used),
		/* Of our own protocol alone. The Limine protocol's kernel has no record and no low segment. */
		cmocka_unit_test(more_processors_than_the_record_lists_are_said),
		cmocka_unit_test(a_device_tree_in_the_way_is_moved),
		cmocka_unit_test(tables_in_memory_that_would_be_free_are_kept),
		cmocka_unit_test(a_segment_is_not_moved_onto_tables),
	};
	size_t first = LIES_KERNEL != KERNEL_LIMINE, others = LIES_KERNEL == KERNEL_LIMINE ? 4 : 0;

	return _cmocka_run_group_tests("firmware/lies_tables", tests + first, COUNT_OF(tests) - first - others, NULL,
	                               NULL);
}
