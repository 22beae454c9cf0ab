/* The console that ACPI tables name: SPCR, and DBG2 without one (acpi_builder.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "acpi_builder.h"

static bool spcr(unsigned type, unsigned space, unsigned bits, unsigned access, uint64_t address,
                 struct hobnail_console *c)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(spcr_names_every_port_that_can_be_driven, tear_down),
		cmocka_unit_test_teardown(access_size_decides_and_bit_width_only_without_it, tear_down),
		cmocka_unit_test_teardown(an_io_space_console_is_a_port, tear_down),
		cmocka_unit_test_teardown(a_console_that_cannot_be_driven_is_none, tear_down),
		cmocka_unit_test_teardown(the_auxiliary_block_of_the_raspberry_pi_becomes_its_uart, tear_down),
		cmocka_unit_test_teardown(a_short_spcr_is_none, tear_down),
		cmocka_unit_test_teardown(dbg2_is_the_second_choice, tear_down),
		cmocka_unit_test_teardown(a_malformed_dbg2_is_none, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
