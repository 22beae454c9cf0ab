/* PCI's configuration space and the HPET in ACPI tables (acpi_builder.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "acpi_builder.h"

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

/* "IA-PC HPET Description Table": address space 40, address 44, 56 bytes in all. */
static void the_hpet_is_in_memory_or_nowhere(void **state)
{
	(void)state;
	for (unsigned space = 0; space < 2; space++)
		for (uint32_t bytes = 55; bytes <= 56; bytes++) {
			begin();
			paddr table = begin_table("HPET", bytes);
			put(offset_of(table) + 40, space, 1);
			put(offset_of(table) + 44, 0xfed00000, 8);
			struct acpi a = finish_one(table);
			assert_int_equal(acpi_hpet(&a), space == 0 && bytes == 56 ? 0xfed00000 : 0);
		}
	begin();
	struct acpi without = finish_one(begin_table("APIC", 44));
	assert_int_equal(acpi_hpet(&without), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_hpet_is_in_memory_or_nowhere, tear_down),
		cmocka_unit_test_teardown(mcfg_names_configuration_space, tear_down),
		cmocka_unit_test_teardown(without_mcfg_there_is_no_configuration_space, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
