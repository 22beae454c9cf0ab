/* ACPI tables built here, whole and broken. "Physical memory" is one heap block from BASE on, exactly as long as what
 * was put into it, so that the sanitizer sees every step past its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tables.h"

enum { BASE = 0x10003, MAX_BYTES = 8192 }; /* unaligned, as firmware may have it */

static uint8_t built[MAX_BYTES];
static uint32_t used;
static uint8_t *memory;
static uint32_t memory_bytes;

static const void *map(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	return at >= BASE && range_within(at - BASE, bytes, memory_bytes) ? memory + (at - BASE) : NULL;
}

static const struct table_reader reader = { map, NULL };

static void put(uint32_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		built[at + i] = (uint8_t)(value >> 8 * i);
}

static void fix_sum(uint32_t at, uint32_t bytes, uint32_t where)
{
	uint8_t sum = 0;

	built[at + where] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + built[at + i]);
	built[at + where] = (uint8_t)-sum;
}

/* Append a table of `bytes` zero bytes behind a header; its address. */
static paddr begin_table(const char *signature, uint32_t bytes)
{
	uint32_t at = used;

	memset(built + at, 0, bytes);
	memcpy(built + at, signature, 4);
	put(at + 4, bytes, 4);
	used += bytes;
	return BASE + at;
}

static uint32_t offset_of(paddr table)
{
	return (uint32_t)(table - BASE);
}

static void end_table(paddr table)
{
	uint32_t at = offset_of(table);

	fix_sum(at, read_le32(built + at + 4), 9);
}

static void begin(void)
{
	free(memory);
	memory = NULL;
	memset(built, 0, sizeof(built));
	used = 36;
}

/* Root table and root pointer for these tables; then the memory is what readers see, cut to `bytes`. */
static void finish_cut(unsigned revision, const paddr *tables, unsigned count, uint32_t bytes)
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

static struct acpi finish(unsigned revision, const paddr *tables, unsigned count)
{
	struct acpi a;

	finish_cut(revision, tables, count, UINT32_MAX);
	assert_int_equal(acpi_open(reader, BASE, &a, NULL), OK);
	return a;
}

static struct acpi finish_one(paddr table)
{
	end_table(table);
	return finish(2, &table, 1);
}

static int tear_down(void **state)
{
	(void)state;
	free(memory);
	memory = NULL;
	return 0;
}

/* ---- Opening ------------------------------------------------------------------------------------------- */

static void opens_both_kinds_of_root_table(void **state)
{
	(void)state;
	for (unsigned revision = 0; revision <= 2; revision += 2) {
		uint32_t bytes = 0;
		begin();
		paddr tables[2] = { begin_table("AAAA", 40), begin_table("BBBB", 44) };
		end_table(tables[0]);
		end_table(tables[1]);
		struct acpi a = finish(revision, tables, 2);
		assert_int_equal(a.count, 2);
		assert_ptr_equal(acpi_table(&a, "BBBB", &bytes), memory + offset_of(tables[1]));
		assert_int_equal(bytes, 44);
		assert_null(acpi_table(&a, "CCCC", &bytes));
	}
}

static void expect_open(enum err expected)
{
	struct acpi a;
	struct problem p = { 0 };

	assert_int_equal(acpi_open(reader, BASE, &a, &p), expected);
	assert_int_equal(p.code, expected);
}

static void refuses_a_root_pointer_that_is_none(void **state)
{
	(void)state;
	begin();
	finish_cut(2, NULL, 0, UINT32_MAX);
	expect_open(OK);
	for (unsigned i = 0; i < 36; i++) { /* any byte: signature or a checksum */
		memory[i] ^= 0x10;
		expect_open(ERR_ACPI_RSDP);
		memory[i] ^= 0x10;
	}
	put(20, 35, 4); /* length below that of revision 2 */
	fix_sum(0, 35, 32);
	memcpy(memory, built, used);
	expect_open(ERR_ACPI_RSDP);
	put(20, 0xffffffff, 4);
	memcpy(memory, built, used);
	expect_open(ERR_ACPI_RSDP);
}

/* From revision 2 on all of it sums up to zero, as long as it says that it is: 36 bytes, and at most a page. */
static void a_root_pointer_is_as_long_as_it_says(void **state)
{
	static const struct { uint32_t length; enum err expected; } cases[] = {
		{ 0, ERR_ACPI_RSDP }, { 20, ERR_ACPI_RSDP }, { 33, ERR_ACPI_RSDP }, { 35, ERR_ACPI_RSDP }, { 36, OK }, { 37, OK }, { 64, OK },
		{ 4095, OK }, { 4096, OK }, { 4097, ERR_ACPI_RSDP }, { 5000, ERR_ACPI_RSDP },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint32_t length = cases[i].length;
		begin();
		paddr behind = begin_table("TEST", 6000);
		built[offset_of(behind) + 5500] = 1; /* the sum is that of the length, and of no other */
		finish_cut(2, &behind, 1, UINT32_MAX);
		put(20, length, 4);
		if (length > 32)
			fix_sum(0, length, 32);
		memcpy(memory, built, used);
		expect_open(cases[i].expected);
		if (cases[i].expected)
			continue;
		memory[length - 1]++;
		expect_open(ERR_ACPI_RSDP);
	}
}

/* Before revision 2 there is no length: 20 bytes, whatever follows. */
static void an_old_root_pointer_has_no_length(void **state)
{
	(void)state;
	begin();
	finish_cut(0, NULL, 0, UINT32_MAX);
	put(20, 0xffffffff, 4);
	memcpy(memory, built, used);
	expect_open(OK);
}

static void refuses_a_root_table_that_is_not_whole(void **state)
{
	(void)state;
	for (unsigned revision = 0; revision <= 2; revision += 2) {
		begin();
		finish_cut(revision, NULL, 0, UINT32_MAX);
		memory[36] ^= 1;
		expect_open(ERR_ACPI_ROOT); /* signature */
		memory[36] ^= 1;
		memory[50] ^= 1;
		expect_open(ERR_ACPI_ROOT); /* checksum */
		memory[50] ^= 1;
		memory[40] = 35;
		expect_open(ERR_ACPI_ROOT); /* shorter than a header */
		memory[40] = 37;
		expect_open(ERR_ACPI_ROOT); /* past the end of memory */
		memory[43] = 0xff;
		expect_open(ERR_ACPI_ROOT);
	}
}

static void a_table_with_a_bad_checksum_is_passed_over(void **state)
{
	uint32_t bytes = 77;

	(void)state;
	begin();
	paddr tables[2] = { begin_table("TEST", 40), begin_table("TEST", 48) };
	end_table(tables[0]);
	end_table(tables[1]);
	built[offset_of(tables[0]) + 39]++;
	struct acpi a = finish(2, tables, 2);
	assert_non_null(acpi_table(&a, "TEST", &bytes));
	assert_int_equal(bytes, 48);
	memory[offset_of(tables[1]) + 4] = 35; /* length */
	assert_null(acpi_table(&a, "TEST", &bytes));
	put(offset_of(tables[1]) + 4, 0x7fffffff, 4);
	memcpy(memory, built, used);
	assert_null(acpi_table(&a, "TEST", &bytes));
	assert_int_equal(bytes, 48);
}

static void after_four_damaged_tables_no_other_is_looked_for(void **state)
{
	(void)state;
	for (unsigned damaged = 0; damaged < 6; damaged++) {
		uint32_t bytes;
		paddr tables[7];
		begin();
		for (unsigned i = 0; i < COUNT_OF(tables); i++) {
			tables[i] = begin_table(i == 3 ? "ELSE" : "TEST", 40 + i);
			end_table(tables[i]);
			built[offset_of(tables[i]) + 39] += i < damaged;
		}
		struct acpi a = finish(2, tables, COUNT_OF(tables));
		/* One of those is not of this signature, and wrong sums of others are nobody's business. */
		if (damaged < 5)
			assert_non_null(acpi_table(&a, "TEST", &bytes));
		else
			assert_null(acpi_table(&a, "TEST", &bytes));
	}
}

static void pointers_to_nowhere_are_passed_over(void **state)
{
	uint32_t bytes;

	(void)state;
	begin();
	paddr tables[4] = { 0, UINT64_MAX - 3, 0x123456789abc, begin_table("TEST", 36) };
	end_table(tables[3]);
	struct acpi a = finish(2, tables, 4);
	assert_non_null(acpi_table(&a, "TEST", &bytes));
}

/* ---- Console ------------------------------------------------------------------------------------------- */

static void put_gas(uint32_t at, unsigned space, unsigned bits, unsigned access, uint64_t address)
{
	built[at] = (uint8_t)space;
	built[at + 1] = (uint8_t)bits;
	built[at + 3] = (uint8_t)access;
	put(at + 4, address, 8);
}

static bool spcr(unsigned type, unsigned space, unsigned bits, unsigned access, uint64_t address, struct hobnail_console *c)
{
	begin();
	paddr t = begin_table("SPCR", 80);
	built[offset_of(t) + 36] = (uint8_t)type;
	put_gas(offset_of(t) + 40, space, bits, access, address);
	struct acpi a = finish_one(t);
	return acpi_console(&a, c);
}

static void expect_spcr(unsigned type, unsigned bits, unsigned access, uint32_t kind, uint32_t bytes, uint32_t shift)
{
	struct hobnail_console c;

	memset(&c, 0x55, sizeof(c));
	assert_true(spcr(type, 0, bits, access, 0x9000040, &c));
	assert_int_equal(c.kind, kind);
	assert_int_equal(c.phys, 0x9000040);
	assert_int_equal(c.virt, 0);
	assert_int_equal(c.source, HOBNAIL_CONSOLE_BY_SPCR);
	assert_int_equal(c.access_bytes, bytes);
	assert_int_equal(c.register_shift, shift);
}

static void spcr_names_every_port_that_can_be_driven(void **state)
{
	(void)state;
	expect_spcr(0x00, 8, 1, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
	expect_spcr(0x01, 8, 0, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
	expect_spcr(0x03, 32, 3, HOBNAIL_CONSOLE_PL011, 4, 0);
	expect_spcr(0x03, 8, 0, HOBNAIL_CONSOLE_PL011, 4, 0);
	expect_spcr(0x0e, 32, 2, HOBNAIL_CONSOLE_PL011, 2, 0);
	expect_spcr(0x0d, 32, 2, HOBNAIL_CONSOLE_PL011, 4, 0);
	expect_spcr(0x10, 32, 3, HOBNAIL_CONSOLE_BCM2835, 4, 2);
	expect_spcr(0x12, 32, 3, HOBNAIL_CONSOLE_16550_MMIO, 4, 2);
	expect_spcr(0x12, 16, 2, HOBNAIL_CONSOLE_16550_MMIO, 2, 1);
	expect_spcr(0x12, 8, 1, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
}

static void access_size_decides_and_bit_width_only_without_it(void **state)
{
	(void)state;
	expect_spcr(0x12, 32, 1, HOBNAIL_CONSOLE_16550_MMIO, 1, 0); /* QEMU, riscv64 */
	expect_spcr(0x00, 32, 1, HOBNAIL_CONSOLE_16550_MMIO, 1, 0); /* QEMU, loongarch64 */
	expect_spcr(0x12, 32, 0, HOBNAIL_CONSOLE_16550_MMIO, 4, 2);
	expect_spcr(0x12, 0, 0, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
	expect_spcr(0x12, 255, 255, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
}

static void an_io_space_console_is_a_port(void **state)
{
	struct hobnail_console c;

	(void)state;
	assert_true(spcr(0, 1, 8, 1, 0x2f8, &c));
	assert_int_equal(c.kind, HOBNAIL_CONSOLE_16550_PORT);
	assert_int_equal(c.phys, 0x2f8);
	assert_int_equal(c.access_bytes, 1);
	assert_int_equal(c.register_shift, 0);
	assert_true(spcr(0x12, 1, 32, 3, 0x3f8, &c));
	assert_int_equal(c.kind, HOBNAIL_CONSOLE_16550_PORT);
	assert_int_equal(c.access_bytes, 1);
}

static void a_console_that_cannot_be_driven_is_none(void **state)
{
	struct hobnail_console c;

	(void)state;
	assert_false(spcr(0x02, 0, 32, 3, 0x1000, &c)); /* SPI */
	assert_false(spcr(0x13, 0, 32, 3, 0x1000, &c));
	assert_false(spcr(0x00, 0, 8, 1, 0, &c));       /* no redirection */
	assert_false(spcr(0x00, 2, 8, 1, 0x1000, &c));  /* PCI configuration space */
	assert_false(spcr(0x03, 1, 32, 3, 0x3f8, &c));
	assert_false(spcr(0x00, 1, 8, 1, 0x12345678, &c));
}

static void the_auxiliary_block_of_the_raspberry_pi_becomes_its_uart(void **state)
{
	struct hobnail_console c;

	(void)state;
	assert_true(spcr(0x10, 0, 32, 3, 0x3f215000, &c));
	assert_int_equal(c.phys, 0x3f215040);
}

static void a_short_spcr_is_none(void **state)
{
	struct hobnail_console c;

	(void)state;
	begin();
	paddr t = begin_table("SPCR", 51);
	struct acpi a = finish_one(t);
	assert_false(acpi_console(&a, &c));
}

/* A DBG2 table with one device that cannot be driven and a PL011. */
static paddr put_dbg2(void)
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

static void dbg2_is_the_second_choice(void **state)
{
	struct hobnail_console c;

	(void)state;
	begin();
	paddr tables[2] = { put_dbg2(), begin_table("SPCR", 80) };
	end_table(tables[0]);
	put_gas(offset_of(tables[1]) + 40, 1, 8, 1, 0x3f8);
	end_table(tables[1]);
	struct acpi a = finish(2, tables, 2);
	assert_true(acpi_console(&a, &c));
	assert_int_equal(c.source, HOBNAIL_CONSOLE_BY_SPCR);
	a.count = 1;
	assert_true(acpi_console(&a, &c));
	assert_int_equal(c.source, HOBNAIL_CONSOLE_BY_DBG2);
	assert_int_equal(c.kind, HOBNAIL_CONSOLE_PL011);
	assert_int_equal(c.phys, 0x1c090000);
}

static void expect_no_dbg2(uint32_t at, uint64_t value, unsigned bytes)
{
	struct hobnail_console c;

	begin();
	paddr t = put_dbg2();
	put(offset_of(t) + at, value, bytes);
	struct acpi a = finish_one(t);
	assert_false(acpi_console(&a, &c));
}

static void a_malformed_dbg2_is_none(void **state)
{
	(void)state;
	expect_no_dbg2(36, 106, 4);         /* devices past the end */
	expect_no_dbg2(36, 0xfffffff0, 4);
	expect_no_dbg2(40, 0, 4);
	expect_no_dbg2(40, 1, 4);
	expect_no_dbg2(44 + 1, 0, 2);       /* a device of no length */
	expect_no_dbg2(44 + 1, 21, 2);
	expect_no_dbg2(66 + 1, 41, 2);      /* past the end */
	expect_no_dbg2(66 + 3, 0, 1);       /* no registers */
	expect_no_dbg2(66 + 18, 29, 2);     /* address past the device */
	expect_no_dbg2(66 + 18, 0xffff, 2);
	begin();
	paddr t = put_dbg2();
	put(offset_of(t) + 66 + 1, 21, 2); /* too short, though an address would fit */
	put(offset_of(t) + 66 + 4, 0x9000000, 4);
	put(offset_of(t) + 66 + 18, 0, 2);
	struct acpi a = finish_one(t);
	struct hobnail_console c;
	assert_false(acpi_console(&a, &c));
	begin();
	t = put_dbg2();
	put(offset_of(t) + 44 + 1, 0, 2);
	put(offset_of(t) + 40, 0xffffffff, 4); /* must end soon all the same */
	a = finish_one(t);
	assert_false(acpi_console(&a, &c));
}

/* ---- Processors ---------------------------------------------------------------------------------------- */

static uint32_t madt_at;

static uint32_t add(unsigned type, unsigned length)
{
	uint32_t at = madt_at;

	built[at] = (uint8_t)type;
	built[at + 1] = (uint8_t)length;
	madt_at += length;
	return at;
}

static paddr begin_madt(uint32_t bytes)
{
	begin();
	paddr t = begin_table("APIC", 44 + bytes);
	put(offset_of(t) + 36, 0xfee00000, 4);
	madt_at = offset_of(t) + 44;
	return t;
}

static void add_local_apic(unsigned uid, unsigned id, uint32_t flags)
{
	uint32_t at = add(0, 8);

	built[at + 2] = (uint8_t)uid;
	built[at + 3] = (uint8_t)id;
	put(at + 4, flags, 4);
}

static void add_x2apic(uint32_t uid, uint32_t id, uint32_t flags)
{
	uint32_t at = add(9, 16);

	put(at + 4, id, 4);
	put(at + 8, flags, 4);
	put(at + 12, uid, 4);
}

static void add_gicc(uint32_t uid, uint64_t mpidr, uint32_t flags)
{
	uint32_t at = add(11, 80);

	put(at + 8, uid, 4);
	put(at + 12, flags, 4);
	put(at + 68, mpidr, 8);
}

static void madt_lists_processors_of_an_x86(void **state)
{
	struct table_cpu cpu[8];

	(void)state;
	paddr t = begin_madt(8 * 5 + 16 * 3 + 4);
	add_local_apic(1, 0, 1);
	add(4, 4); /* something else between */
	add_local_apic(2, 7, 2);      /* online capable */
	add_local_apic(3, 9, 0);      /* never */
	add_local_apic(4, 0xff, 1);   /* not an id */
	add_local_apic(5, 4, 1);
	add_x2apic(0x1234, 0x12345, 1);
	add_x2apic(5, 4, 1);          /* listed already */
	add_x2apic(6, UINT32_MAX, 1); /* all of them: not an id */
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_cpus(&a, cpu, 8), 4);
	assert_int_equal(cpu[0].hardware_id, 0);
	assert_int_equal(cpu[0].firmware_id, 1);
	assert_true(cpu[0].enabled);
	assert_int_equal(cpu[1].hardware_id, 7);
	assert_false(cpu[1].enabled);
	assert_int_equal(cpu[2].hardware_id, 4);
	assert_int_equal(cpu[3].hardware_id, 0x12345);
	assert_int_equal(cpu[3].firmware_id, 0x1234);
	assert_false(cpu[3].spin_table);
	assert_int_equal(cpu[3].release, 0);
}

static void madt_lists_processors_of_an_arm(void **state)
{
	struct table_cpu cpu[4];

	(void)state;
	paddr t = begin_madt(80 * 3);
	add_gicc(0, 0, 1);
	add_gicc(1, 0x0000000100000203, 8);
	add_gicc(2, 2, 2); /* performance interrupt mode: not a way to be online */
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_cpus(&a, cpu, 4), 2);
	assert_true(cpu[0].enabled);
	assert_int_equal(cpu[1].hardware_id, 0x100000203);
	assert_int_equal(cpu[1].firmware_id, 1);
	assert_false(cpu[1].enabled);
}

static void more_processors_than_room_are_counted_not_written(void **state)
{
	struct table_cpu cpu[2] = { 0 };

	(void)state;
	paddr t = begin_madt(24);
	for (unsigned i = 0; i < 3; i++)
		add_local_apic(i, i + 1, 1);
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_cpus(&a, cpu, 1), 3);
	assert_int_equal(cpu[0].hardware_id, 1);
	assert_int_equal(cpu[1].hardware_id, 0);
	assert_int_equal(acpi_cpus(&a, NULL, 0), 3);
}

static void an_entry_of_no_length_ends_the_list(void **state)
{
	struct table_cpu cpu[4];
	struct table_ioapic io[4];

	(void)state;
	for (unsigned length = 0; length < 2; length++) {
		paddr t = begin_madt(24);
		add_local_apic(1, 1, 1);
		add(0, length);
		struct acpi a = finish_one(t);
		assert_int_equal(acpi_cpus(&a, cpu, 4), 1);
		assert_int_equal(acpi_ioapics(&a, io, 4), 0);
		assert_int_equal(acpi_local_apic(&a), 0xfee00000);
	}
}

static void an_entry_past_the_end_or_too_short_is_not_read(void **state)
{
	struct table_cpu cpu[4];

	(void)state;
	paddr t = begin_madt(8 + 7);
	add_local_apic(1, 1, 1);
	add_local_apic(2, 2, 1);
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_cpus(&a, cpu, 4), 1);
	t = begin_madt(7 + 15 + 75 + 8);
	add(0, 7);
	add(9, 15);
	built[add(11, 75) + 12] = 1;
	add_local_apic(2, 2, 1);
	a = finish_one(t);
	assert_int_equal(acpi_cpus(&a, cpu, 4), 1);
	assert_int_equal(cpu[0].hardware_id, 2);
}

static void madt_lists_io_apics_and_the_local_apic(void **state)
{
	struct table_ioapic io[2];

	(void)state;
	paddr t = begin_madt(12 * 4);
	put(add(1, 12) + 4, 0xfec00000, 4);
	put(add(5, 12) + 4, 0x1fee00000, 8);
	put(add(1, 12) + 4, 0xfec01000, 4);
	put(add(1, 12) + 4, 0xfec02000, 4);
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_ioapics(&a, io, 2), 2);
	assert_int_equal(io[0].base, 0xfec00000);
	assert_int_equal(io[1].base, 0xfec01000);
	assert_int_equal(acpi_local_apic(&a), 0x1fee00000);
}

/* ---- The interrupt controller of an Arm ---------------------------------------------------------------- */

static void add_gicd(unsigned version, paddr base)
{
	uint32_t at = add(12, 24);

	put(at + 8, base, 8);
	built[at + 20] = (uint8_t)version;
}

static void add_gicr(paddr base, uint32_t bytes)
{
	uint32_t at = add(14, 16);

	put(at + 4, base, 8);
	put(at + 12, bytes, 4);
}

static void add_gicc_at(paddr interface, paddr redistributor)
{
	uint32_t at = add(11, 80);

	put(at + 32, interface, 8);
	put(at + 60, redistributor, 8);
}

static void a_gic_of_version_2_has_a_cpu_interface(void **state)
{
	struct table_gic gic;

	(void)state;
	for (unsigned version = 0; version <= 2; version += 2) { /* 0: not said */
		paddr t = begin_madt(24 + 80 * 2);
		add_gicc_at(0x8010000, 0);
		add_gicd(version, 0x8000000);
		add_gicc_at(0x8020000, 0);
		struct acpi a = finish_one(t);
		memset(&gic, 0x55, sizeof gic);
		assert_true(acpi_gic(&a, &gic));
		assert_int_equal(gic.version, 2);
		assert_int_equal(gic.distributor, 0x8000000);
		assert_int_equal(gic.cpu_interface, 0x8010000);
		assert_int_equal(gic.redistributor_count, 0);
	}
}

static void a_gic_of_version_3_has_redistributors(void **state)
{
	struct table_gic gic;

	(void)state;
	for (unsigned version = 0; version <= 4; version += version ? 1 : 3) {
		paddr t = begin_madt(24 + 16 * 4 + 80);
		add_gicd(version, 0x108000000);
		add_gicc_at(0, 0x7000000); /* which counts only without a region */
		add_gicr(0x1080a0000, 0xf60000);
		add_gicr(0, 0x20000);
		add_gicr(0x9000000, 0x1ffff);
		add_gicr(0x4000000000, 0x20000);
		struct acpi a = finish_one(t);
		assert_true(acpi_gic(&a, &gic));
		assert_int_equal(gic.version, 3);
		assert_int_equal(gic.distributor, 0x108000000);
		assert_int_equal(gic.redistributor_count, 2);
		assert_int_equal(gic.redistributors[0].base, 0x1080a0000);
		assert_int_equal(gic.redistributors[0].bytes, 0xf60000);
		assert_int_equal(gic.redistributors[1].base, 0x4000000000);
	}
}

static void processors_may_name_their_redistributors(void **state)
{
	struct table_gic gic;

	(void)state;
	paddr t = begin_madt(24 + 80 * 2);
	add_gicc_at(0, 0x80a0000);
	add_gicd(3, 0x8000000);
	add_gicc_at(0, 0x81a0000);
	struct acpi a = finish_one(t);
	assert_true(acpi_gic(&a, &gic));
	assert_int_equal(gic.redistributor_count, 2);
	assert_int_equal(gic.redistributors[0].base, 0x80a0000);
	assert_int_equal(gic.redistributors[1].base, 0x81a0000);
	assert_int_equal(gic.redistributors[1].bytes, GIC_REDISTRIBUTOR_BYTES);
}

/* As far as ACPI 5.0 has a GICC up to the address, and no byte less. */
static void a_gicc_too_short_for_it_names_no_redistributor(void **state)
{
	struct table_gic gic;

	(void)state;
	for (unsigned bytes = 66; bytes <= 68; bytes++) {
		paddr t = begin_madt(24 + bytes + 68);
		add_gicd(3, 0x8000000);
		put(add(11, bytes) + 60, 0x80a0000, bytes - 60);
		put(add(11, 68) + 60, 0x81a0000, 8);
		struct acpi a = finish_one(t);
		assert_true(acpi_gic(&a, &gic));
		assert_int_equal(gic.redistributor_count, bytes < 68 ? 1 : 2);
		assert_int_equal(gic.redistributors[0].base, bytes < 68 ? 0x81a0000 : 0x80a0000);
	}
}

static void expect_no_gic(unsigned version, paddr distributor, paddr interface, paddr redistributor)
{
	struct table_gic gic = { .version = 77 };

	paddr t = begin_madt(24 + 80);
	add_gicd(version, distributor);
	add_gicc_at(interface, redistributor);
	struct acpi a = finish_one(t);
	assert_false(acpi_gic(&a, &gic));
	assert_int_equal(gic.version, 77);
}

static void a_gic_without_a_part_is_none(void **state)
{
	struct table_gic gic;

	(void)state;
	expect_no_gic(2, 0, 0x8010000, 0);
	expect_no_gic(2, 0x8000000, 0, 0x80a0000);
	expect_no_gic(3, 0x8000000, 0x8010000, 0);
	expect_no_gic(3, 0x8000000, 0, UINT64_MAX - 1); /* wraps */
	expect_no_gic(0, 0x8000000, 0, 0);
	expect_no_gic(1, 0x8000000, 0x8010000, 0x80a0000);
	expect_no_gic(5, 0x8000000, 0x8010000, 0x80a0000); /* nothing like its predecessors */
	paddr t = begin_madt(80);
	add_gicc_at(0x8010000, 0); /* no distributor */
	struct acpi a = finish_one(t);
	assert_false(acpi_gic(&a, &gic));
}

static void more_redistributors_than_room_are_left_out(void **state)
{
	struct table_gic gic;

	(void)state;
	paddr t = begin_madt(24 + 16 * (TABLES_MAX_REDISTRIBUTORS + 1));
	add_gicd(3, 0x8000000);
	for (unsigned i = 0; i <= TABLES_MAX_REDISTRIBUTORS; i++)
		add_gicr(0x1000000 * (i + 1), 0x20000);
	struct acpi a = finish_one(t);
	assert_true(acpi_gic(&a, &gic));
	assert_int_equal(gic.redistributor_count, TABLES_MAX_REDISTRIBUTORS);
}

static void without_tables_there_is_nothing(void **state)
{
	struct table_cpu cpu;
	struct table_ioapic io;
	struct hobnail_console c;

	(void)state;
	begin();
	struct acpi a = finish(2, NULL, 0);
	assert_int_equal(acpi_cpus(&a, &cpu, 1), 0);
	assert_int_equal(acpi_ioapics(&a, &io, 1), 0);
	assert_int_equal(acpi_local_apic(&a), 0);
	assert_int_equal(acpi_psci(&a), HOBNAIL_PSCI_NONE);
	assert_false(acpi_console(&a, &c));
	struct table_gic gic;
	assert_false(acpi_gic(&a, &gic));
}

/* A map that could be opened, and then no longer. */
static void a_root_table_that_is_gone_has_no_tables(void **state)
{
	uint32_t bytes;

	(void)state;
	begin();
	struct acpi a = finish_one(begin_table("AAAA", 40));
	assert_non_null(acpi_table(&a, "AAAA", &bytes));
	memory_bytes = offset_of(a.root);
	assert_null(acpi_table(&a, "AAAA", &bytes));
}

/* A FADT of this many bytes with a timer of `length` bytes at `port`, and at `extended` in an address space. */
static uint16_t pm_timer_of(uint32_t bytes, unsigned length, uint32_t port, unsigned space, uint64_t extended)
{
	begin();
	paddr t = begin_table("FACP", bytes);
	put(offset_of(t) + 76, port, 4);
	built[offset_of(t) + 91] = (uint8_t)length;
	if (bytes >= 219) {
		built[offset_of(t) + 208] = (uint8_t)space;
		put(offset_of(t) + 212, extended, 8);
	}
	struct acpi a = finish_one(t);
	return acpi_pm_timer(&a);
}

static void the_pm_timer_is_a_port(void **state)
{
	(void)state;
	assert_int_equal(pm_timer_of(116, 4, 0x608, 0, 0), 0x608);
	assert_int_equal(pm_timer_of(276, 4, 0x608, 0, 0), 0x608);
	assert_int_equal(pm_timer_of(276, 4, 0x608, 1, 0x1808), 0x1808);
	assert_int_equal(pm_timer_of(220, 4, 0x608, 1, 0x1808), 0x1808);
	assert_int_equal(pm_timer_of(219, 4, 0x608, 1, 0x1808), 0x608); /* cut off */
	assert_int_equal(pm_timer_of(276, 4, 0x608, 0, 0xfed00000), 0); /* in memory */
	assert_int_equal(pm_timer_of(116, 0, 0x608, 0, 0), 0);          /* hardware-reduced: none */
	assert_int_equal(pm_timer_of(116, 4, 0xfffd, 0, 0), 0);
	assert_int_equal(pm_timer_of(90, 4, 0x608, 0, 0), 0);
}

static void psci_is_what_the_fadt_says(void **state)
{
	static const uint32_t expected[] = { HOBNAIL_PSCI_NONE, HOBNAIL_PSCI_SMC, HOBNAIL_PSCI_NONE, HOBNAIL_PSCI_HVC };

	(void)state;
	for (unsigned flags = 0; flags < 4; flags++) {
		begin();
		paddr t = begin_table("FACP", 268);
		built[offset_of(t) + 129] = (uint8_t)flags;
		struct acpi a = finish_one(t);
		assert_int_equal(acpi_psci(&a), expected[flags]);
	}
	begin();
	paddr t = begin_table("FACP", 130); /* before ACPI 5.1 */
	built[offset_of(t) + 129] = 3;
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_psci(&a), HOBNAIL_PSCI_NONE);
}

/* ---- Hostile memory ------------------------------------------------------------------------------------ */

static void read_everything(void)
{
	struct table_cpu cpu[4];
	struct table_ioapic io[4];
	struct hobnail_console c;
	struct acpi a;

	if (acpi_open(reader, BASE, &a, NULL))
		return;
	acpi_cpus(&a, cpu, 4);
	acpi_ioapics(&a, io, 4);
	acpi_local_apic(&a);
	acpi_psci(&a);
	acpi_console(&a, &c);
	struct table_gic gic;
	acpi_gic(&a, &gic);
}

static void memory_that_ends_anywhere_is_never_left(void **state)
{
	(void)state;
	for (uint32_t bytes = 0;; bytes++) {
		paddr madt = begin_madt(8 + 80 + 24 + 16);
		add_local_apic(1, 1, 1);
		add_gicc(1, 1, 1);
		add_gicd(3, 0x8000000);
		add_gicr(0x80a0000, 0xf60000);
		end_table(madt);
		paddr tables[3] = { madt, put_dbg2(), begin_table("FACP", 268) };
		end_table(tables[1]);
		end_table(tables[2]);
		finish_cut(bytes & 1 ? 2 : 0, tables, 3, bytes);
		read_everything();
		if (bytes > used)
			break;
	}
}

/* ---- All of them --------------------------------------------------------------------------------------- */

static struct span visited[16];
static unsigned visits, visits_allowed;

static enum err visit(void *context, paddr at, uint64_t bytes, struct problem *p)
{
	(void)context;
	if (visits == visits_allowed)
		return problem(p, ERR_FULL);
	visited[visits++] = (struct span){ at, bytes };
	return OK;
}

static void expect_visit(unsigned i, paddr at, uint64_t bytes)
{
	assert_true(i < visits);
	assert_int_equal(visited[i].base, at);
	assert_int_equal(visited[i].bytes, bytes);
}

static void every_range_of_tables_is_visited(void **state)
{
	(void)state;
	for (unsigned wide = 0; wide < 2; wide++) {
		begin();
		paddr dsdt = begin_table("DSDT", 50), facs = begin_table("FACS", 64);
		paddr tables[] = { begin_table("SSDT", 41), begin_table("FACP", wide ? 148 : 116), begin_table("AAAA", 40), BASE + 1000000 };
		uint32_t fadt = offset_of(tables[1]);
		put(fadt + 36, wide ? 0 : facs, 4);
		put(fadt + 40, wide ? 0 : dsdt, 4);
		if (wide) {
			put(fadt + 132, facs, 8);
			put(fadt + 140, dsdt, 8);
		}
		end_table(tables[1]);
		put(offset_of(tables[2]) + 4, 7, 4); /* shorter than the field that says so */
		struct acpi a = finish(2, tables, 4);
		visits = 0, visits_allowed = COUNT_OF(visited);
		assert_int_equal(acpi_ranges(&a, visit, NULL, NULL), OK);
		assert_int_equal(visits, 6);
		expect_visit(0, BASE, 36);
		expect_visit(1, a.root, 36 + 4 * 8);
		expect_visit(2, tables[0], 41);
		expect_visit(3, tables[1], wide ? 148 : 116);
		expect_visit(4, facs, 64);
		expect_visit(5, dsdt, 50);
		for (visits_allowed = 0; visits_allowed < 6; visits_allowed++) {
			visits = 0;
			assert_int_equal(acpi_ranges(&a, visit, NULL, NULL), ERR_FULL);
			assert_int_equal(visits, visits_allowed);
		}
	}
}

static void a_root_pointer_is_visited_by_its_length(void **state)
{
	struct acpi a;

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		begin();
		paddr table = begin_table("SSDT", 60);
		end_table(table);
		finish_cut(k ? 2 : 0, &table, 1, UINT32_MAX);
		if (k == 2) {
			put(20, 50, 4);
			fix_sum(0, 50, 32);
			memcpy(memory, built, used);
		}
		assert_int_equal(acpi_open(reader, BASE, &a, NULL), OK);
		visits = 0, visits_allowed = COUNT_OF(visited);
		assert_int_equal(acpi_ranges(&a, visit, NULL, NULL), OK);
		expect_visit(0, BASE, k == 0 ? 20 : k == 1 ? 36 : 50);
	}
}

/* ---- PCI ----------------------------------------------------------------------------------------------- */

static void put_buses(uint32_t at, uint64_t base, unsigned first, unsigned last)
{
	put(at, base, 8);
	put(at + 10, first, 1);
	put(at + 11, last, 1);
}

/* An entry's address is that of bus 0; entries that cannot be are passed over, and half an entry is none. */
static void mcfg_names_configuration_space(void **state)
{
	struct span out[4] = { { 0 } };
	paddr table;

	(void)state;
	begin();
	table = begin_table("MCFG", 44 + 5 * 16 + 15);
	put_buses(offset_of(table) + 44, 0x4010000000, 0, 255);
	put_buses(offset_of(table) + 60, 0, 0, 255);
	put_buses(offset_of(table) + 76, 0xe0000000, 5, 4);
	put_buses(offset_of(table) + 92, 0xe0000000, 0x40, 0x7f);
	put_buses(offset_of(table) + 108, UINT64_MAX - 0xfffff, 0, 1);
	put_buses(offset_of(table) + 124, 0x1000000, 0, 0);
	struct acpi a = finish_one(table);
	assert_int_equal(acpi_pci(&a, out, 4), 2);
	assert_int_equal(out[0].base, 0x4010000000);
	assert_int_equal(out[0].bytes, MIB(256));
	assert_int_equal(out[1].base, 0xe4000000);
	assert_int_equal(out[1].bytes, MIB(64));
	assert_int_equal(acpi_pci(&a, out, 1), 1);
	assert_int_equal(acpi_pci(&a, out, 0), 0);
}

static void without_mcfg_there_is_no_configuration_space(void **state)
{
	struct span out;

	(void)state;
	begin();
	struct acpi a = finish_one(begin_table("APIC", 44));
	assert_int_equal(acpi_pci(&a, &out, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(opens_both_kinds_of_root_table, tear_down),
		cmocka_unit_test_teardown(refuses_a_root_pointer_that_is_none, tear_down),
		cmocka_unit_test_teardown(a_root_pointer_is_as_long_as_it_says, tear_down),
		cmocka_unit_test_teardown(an_old_root_pointer_has_no_length, tear_down),
		cmocka_unit_test_teardown(refuses_a_root_table_that_is_not_whole, tear_down),
		cmocka_unit_test_teardown(a_table_with_a_bad_checksum_is_passed_over, tear_down),
		cmocka_unit_test_teardown(after_four_damaged_tables_no_other_is_looked_for, tear_down),
		cmocka_unit_test_teardown(pointers_to_nowhere_are_passed_over, tear_down),
		cmocka_unit_test_teardown(spcr_names_every_port_that_can_be_driven, tear_down),
		cmocka_unit_test_teardown(access_size_decides_and_bit_width_only_without_it, tear_down),
		cmocka_unit_test_teardown(an_io_space_console_is_a_port, tear_down),
		cmocka_unit_test_teardown(a_console_that_cannot_be_driven_is_none, tear_down),
		cmocka_unit_test_teardown(the_auxiliary_block_of_the_raspberry_pi_becomes_its_uart, tear_down),
		cmocka_unit_test_teardown(a_short_spcr_is_none, tear_down),
		cmocka_unit_test_teardown(dbg2_is_the_second_choice, tear_down),
		cmocka_unit_test_teardown(a_malformed_dbg2_is_none, tear_down),
		cmocka_unit_test_teardown(madt_lists_processors_of_an_x86, tear_down),
		cmocka_unit_test_teardown(madt_lists_processors_of_an_arm, tear_down),
		cmocka_unit_test_teardown(more_processors_than_room_are_counted_not_written, tear_down),
		cmocka_unit_test_teardown(an_entry_of_no_length_ends_the_list, tear_down),
		cmocka_unit_test_teardown(an_entry_past_the_end_or_too_short_is_not_read, tear_down),
		cmocka_unit_test_teardown(madt_lists_io_apics_and_the_local_apic, tear_down),
		cmocka_unit_test_teardown(a_gic_of_version_2_has_a_cpu_interface, tear_down),
		cmocka_unit_test_teardown(a_gic_of_version_3_has_redistributors, tear_down),
		cmocka_unit_test_teardown(processors_may_name_their_redistributors, tear_down),
		cmocka_unit_test_teardown(a_gicc_too_short_for_it_names_no_redistributor, tear_down),
		cmocka_unit_test_teardown(a_gic_without_a_part_is_none, tear_down),
		cmocka_unit_test_teardown(more_redistributors_than_room_are_left_out, tear_down),
		cmocka_unit_test_teardown(without_tables_there_is_nothing, tear_down),
		cmocka_unit_test_teardown(a_root_table_that_is_gone_has_no_tables, tear_down),
		cmocka_unit_test_teardown(the_pm_timer_is_a_port, tear_down),
		cmocka_unit_test_teardown(psci_is_what_the_fadt_says, tear_down),
		cmocka_unit_test_teardown(memory_that_ends_anywhere_is_never_left, tear_down),
		cmocka_unit_test_teardown(every_range_of_tables_is_visited, tear_down),
		cmocka_unit_test_teardown(a_root_pointer_is_visited_by_its_length, tear_down),
		cmocka_unit_test_teardown(mcfg_names_configuration_space, tear_down),
		cmocka_unit_test_teardown(without_mcfg_there_is_no_configuration_space, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
