/* Processors and interrupt controllers: what a MADT lists (acpi_builder.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "acpi_builder.h"

/* ---- Processors ---------------------------------------------------------------------------------------- */

static void add_x2apic(uint32_t uid, uint32_t id, uint32_t flags)
{
	uint32_t at = add(9, 16);

	put(at + 4, id, 4);
	put(at + 8, flags, 4);
	put(at + 12, uid, 4);
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

static void add_nmi(unsigned uid, unsigned flags, unsigned pin)
{
	uint32_t at = add(4, 6);

	built[at + 2] = (uint8_t)uid;
	put(at + 3, flags, 2);
	built[at + 5] = (uint8_t)pin;
}

static void add_x2apic_nmi(uint32_t uid, unsigned flags, unsigned pin)
{
	uint32_t at = add(10, 12);

	put(at + 2, flags, 2);
	put(at + 4, uid, 4);
	built[at + 8] = (uint8_t)pin;
}

/* UIDs and ids differ, as they may. */
static void madt_connects_nmis_to_pins_of_processors(void **state)
{
	struct table_cpu cpu[3] = { { .firmware_id = 7, .hardware_id = 0, .nmi_pins = 0xffff }, { .firmware_id = 8 },
	                            { .firmware_id = 0x1234, .hardware_id = 7 } };

	(void)state;
	paddr t = begin_madt(6 * 3 + 12 * 2 + 6);
	add_nmi(7, 0, 1);
	add_nmi(8, 0xf, 0);              /* low, level */
	add_nmi(0xff, 5, 2);             /* no such pin */
	add_x2apic_nmi(0x1234, 7, 1);    /* low, edge */
	add_x2apic_nmi(UINT32_MAX, 5, 0);
	add(4, 5);                       /* too short */
	struct acpi a = finish_one(t);
	acpi_nmis(&a, cpu, 3);
	assert_int_equal(cpu[0].nmi_pins, TABLE_NMI << 8 | TABLE_NMI);
	assert_int_equal(cpu[1].nmi_pins, TABLE_NMI | TABLE_NMI_LOW | TABLE_NMI_LEVEL);
	assert_int_equal(cpu[2].nmi_pins, (TABLE_NMI | TABLE_NMI_LOW) << 8 | TABLE_NMI);
	t = begin_madt(6);
	add_nmi(0xff, 0, 1);
	a = finish_one(t);
	acpi_nmis(&a, cpu, 2);
	assert_int_equal(cpu[0].nmi_pins, TABLE_NMI << 8);
	assert_int_equal(cpu[1].nmi_pins, TABLE_NMI << 8);
	assert_int_equal(cpu[2].nmi_pins, (TABLE_NMI | TABLE_NMI_LOW) << 8 | TABLE_NMI); /* not among them */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(madt_lists_processors_of_an_x86, tear_down),
		cmocka_unit_test_teardown(madt_connects_nmis_to_pins_of_processors, tear_down),
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
