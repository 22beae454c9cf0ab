/* Opening ACPI tables, whole and broken, and what all of them have (acpi_builder.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "acpi_builder.h"

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
		{ 0, ERR_ACPI_RSDP }, { 20, ERR_ACPI_RSDP }, { 33, ERR_ACPI_RSDP }, { 35, ERR_ACPI_RSDP }, { 36, OK },
		{ 37, OK }, { 64, OK }, { 4095, OK }, { 4096, OK }, { 4097, ERR_ACPI_RSDP }, { 5000, ERR_ACPI_RSDP },
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

/* ---- FADT ---------------------------------------------------------------------------------------------- */

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
	assert_int_equal(pm_timer_of(116, 4, 0xfffc, 0, 0), 0xfffc);    /* the last four ports ... */
	assert_int_equal(pm_timer_of(116, 4, 0xfffd, 0, 0), 0);         /* ... and one too few */
	assert_int_equal(pm_timer_of(276, 4, 0x608, 1, 0xfffc), 0xfffc);
	assert_int_equal(pm_timer_of(276, 4, 0x608, 1, 0xfffd), 0);
	assert_int_equal(pm_timer_of(92, 4, 0x608, 0, 0), 0x608); /* as short as it may be */
	assert_int_equal(pm_timer_of(91, 4, 0x608, 0, 0), 0);
	assert_int_equal(pm_timer_of(116, 3, 0x608, 0, 0), 0);
	assert_int_equal(pm_timer_of(116, 5, 0x608, 0, 0), 0);
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
		paddr tables[] = { begin_table("SSDT", 41), begin_table("FACP", wide ? 148 : 116),
		                   begin_table("AAAA", 40), BASE + 1000000 };
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

/* Beside an XSDT: the RSDT that old readers take, a table that only it names, and the FADT's 32-bit addresses. */
static void what_old_readers_find_is_visited(void **state)
{
	(void)state;
	begin();
	paddr dsdt = begin_table("DSDT", 50), old_dsdt = begin_table("DSDT", 51), facs = begin_table("FACS", 64);
	paddr tables[] = { begin_table("SSDT", 41), begin_table("FACP", 148) }, own = begin_table("SLIC", 42);
	paddr rsdt = begin_table("RSDT", 36 + 3 * 4), named[] = { tables[0], own, tables[1] };
	uint32_t fadt = offset_of(tables[1]);

	put(fadt + 36, facs, 4);
	put(fadt + 40, old_dsdt, 4);
	put(fadt + 132, facs, 8);
	put(fadt + 140, dsdt, 8);
	for (unsigned i = 0; i < 3; i++)
		put(offset_of(rsdt) + 36 + 4 * i, named[i], 4);
	for (unsigned i = 0; i < 2; i++)
		end_table(tables[i]);
	end_table(rsdt);
	finish_cut(2, tables, 2, UINT32_MAX);
	for (unsigned good = 0; good < 2; good++) {
		struct acpi a;
		put(16, good ? rsdt : BASE + 1000000, 4);
		fix_sum(0, 20, 8);
		fix_sum(0, 36, 32);
		memcpy(memory, built, 36);
		assert_int_equal(acpi_open(reader, BASE, &a, NULL), OK);
		visits = 0, visits_allowed = COUNT_OF(visited);
		assert_int_equal(acpi_ranges(&a, visit, NULL, NULL), OK);
		assert_int_equal(visits, good ? 10 : 7);
		if (good) {
			expect_visit(4, rsdt, 36 + 3 * 4);
			expect_visit(5, own, 42);
			expect_visit(6, tables[1], 148);
		}
		expect_visit(visits - 3, facs, 64);
		expect_visit(visits - 2, dsdt, 50);
		expect_visit(visits - 1, old_dsdt, 51);
	}
}

/* From the 8 bytes that say it to 16 MiB: others are no lengths. */
static void a_table_is_visited_if_its_length_can_be(void **state)
{
	static const struct { uint32_t bytes; bool is; } lengths[] = {
		{ 0, false }, { 7, false }, { 8, true }, { 9, true }, { 16 << 20, true }, { (16 << 20) + 1, false },
		{ UINT32_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		begin();
		paddr table = begin_table("SSDT", 40);
		put(offset_of(table) + 4, lengths[i].bytes, 4);
		struct acpi a = finish(2, &table, 1);
		visits = 0, visits_allowed = COUNT_OF(visited);
		assert_int_equal(acpi_ranges(&a, visit, NULL, NULL), OK);
		assert_int_equal(visits, 2 + lengths[i].is);
		if (lengths[i].is)
			expect_visit(2, table, lengths[i].bytes);
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
		cmocka_unit_test_teardown(without_tables_there_is_nothing, tear_down),
		cmocka_unit_test_teardown(a_root_table_that_is_gone_has_no_tables, tear_down),
		cmocka_unit_test_teardown(the_pm_timer_is_a_port, tear_down),
		cmocka_unit_test_teardown(psci_is_what_the_fadt_says, tear_down),
		cmocka_unit_test_teardown(memory_that_ends_anywhere_is_never_left, tear_down),
		cmocka_unit_test_teardown(every_range_of_tables_is_visited, tear_down),
		cmocka_unit_test_teardown(what_old_readers_find_is_visited, tear_down),
		cmocka_unit_test_teardown(a_table_is_visited_if_its_length_can_be, tear_down),
		cmocka_unit_test_teardown(a_root_pointer_is_visited_by_its_length, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
