/* IOMMUs: what DMAR and IVRS list (acpi_builder.h), and the order of writes that switches a unit off, over registers
 * that are played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "acpi_builder.h"
#include "iommu.h"

/* ---- Tables -------------------------------------------------------------------------------------------- */

static uint32_t put_entry(uint32_t at, unsigned type, unsigned length, paddr base)
{
	put(at, type, 2);
	put(at + 2, length, 2);
	if (length >= 16)
		put(at + 8, base, 8);
	return at + length;
}

static void dmar_lists_its_units_and_nothing_else(void **state)
{
	struct iommu out[4];

	(void)state;
	begin();
	paddr t = begin_table("DMAR", 48 + 16 + 24 + 8 + 16 + 16);
	uint32_t at = put_entry(offset_of(t) + 48, 0, 16, 0xfed90000);
	at = put_entry(at, 1, 24, 0x1000);      /* reserved memory */
	at = put_entry(at, 0, 8, 0);            /* too short for a unit */
	at = put_entry(at, 0, 16, 0x4fed91000);
	put_entry(at, 0, 16, 0);                /* no address */
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_iommus(&a, out, 4), 2);
	assert_int_equal(out[0].base, 0xfed90000);
	assert_int_equal(out[0].bytes, 0x1000);
	assert_int_equal(out[0].kind, IOMMU_VT_D);
	assert_int_equal(out[1].base, 0x4fed91000);
	assert_int_equal(acpi_iommus(&a, out, 1), 2);
	assert_int_equal(acpi_iommus(&a, NULL, 0), 2);
}

static void ivrs_lists_a_unit_once_however_often_it_describes_it(void **state)
{
	struct iommu out[4];

	(void)state;
	begin();
	paddr t = begin_table("IVRS", 48 + 24 + 40 + 40 + 32 + 24);
	uint32_t at = put_entry(offset_of(t) + 48, 0x10 | 0xb0 << 8, 24, 0xfeb80000);
	at = put_entry(at, 0x11, 40, 0xfeb80000);
	at = put_entry(at, 0x40, 40, 0xfeb80000);
	at = put_entry(at, 0x20, 32, 0x123000); /* a definition of memory */
	put_entry(at, 0x11, 24, 0xfeb00000);
	struct acpi a = finish_one(t);
	assert_int_equal(acpi_iommus(&a, out, 4), 2);
	assert_int_equal(out[0].base, 0xfeb80000);
	assert_int_equal(out[0].kind, IOMMU_AMD_VI);
	assert_int_equal(out[0].bytes, 0x3000);
	assert_int_equal(out[1].base, 0xfeb00000);
}

static void an_impossible_length_ends_the_list(void **state)
{
	static const unsigned lengths[] = { 0, 3, 33 };
	struct iommu out[4];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		begin();
		paddr t = begin_table("DMAR", 48 + 16 + 32);
		put_entry(put_entry(offset_of(t) + 48, 0, 16, 0xfed90000), 0, lengths[i], 0xfed91000);
		struct acpi a = finish_one(t);
		assert_int_equal(acpi_iommus(&a, out, 4), 1);
	}
	begin();
	struct acpi none = finish_one(begin_table("DMAR", 40)); /* shorter than its fields */
	assert_int_equal(acpi_iommus(&none, out, 4), 0);
}

/* ---- Registers that are played --------------------------------------------------------------------------- */

enum { REGISTERS = 0x2040 / 4, LOG_MOST = 8 };

struct unit {
	bool amd;
	uint32_t at[REGISTERS];
	uint32_t stuck;       /* bits of the status that stay */
	bool queue_busy;      /* the head never reaches the tail */
	unsigned queue_reads; /* ... or after so many reads      */
	struct { unsigned offset; uint32_t value; } log[LOG_MOST];
	unsigned writes;
};

static uint32_t play_read(void *context, unsigned offset)
{
	struct unit *u = context;

	if (!u->amd && offset == 0x80 && !u->queue_busy && u->queue_reads && --u->queue_reads == 0)
		u->at[0x80 / 4] = u->at[0x88 / 4];
	return u->at[offset / 4];
}

static void play_write(void *context, unsigned offset, uint32_t value)
{
	struct unit *u = context;

	assert_true(u->writes < LOG_MOST);
	u->log[u->writes].offset = offset;
	u->log[u->writes++].value = value;
	if (u->amd) {
		assert_int_equal(offset, 0x18);
		u->at[0x18 / 4] = value | (u->stuck & 1);
		u->at[0x2020 / 4] &= u->stuck & ~1u;
	} else if (offset == 0x18) {
		/* one bit at a time, and no command of one shot */
		assert_int_equal(__builtin_popcount(u->at[0x1c / 4] & 0x96000000 & ~value), 1);
		assert_int_equal(value & 0x69000000, 0);
		u->at[0x1c / 4] = (u->at[0x1c / 4] & 0x69000000) | value | u->stuck;
	} else {
		assert_int_equal(offset, 0x64);
		u->at[0x64 / 4] = value >> 31 || u->stuck & 1 ? value | 1 : value & ~1u;
	}
}

static const char *off(struct unit *u)
{
	struct iommu_registers r = { play_read, play_write, u };

	return iommu_off(u->amd ? IOMMU_AMD_VI : IOMMU_VT_D, &r);
}

#define VT_D_ON { .at = { [0] = 0x10, [0x08 / 4] = 0x60, [0x1c / 4] = 0xc7800000, [0x64 / 4] = 0x80000001 } }

static void vt_d_goes_off_step_by_step(void **state)
{
	struct unit u = VT_D_ON;

	(void)state;
	u.at[0x80 / 4] = 0x10;
	u.at[0x88 / 4] = 0x30;
	u.queue_reads = 5;
	assert_null(off(&u));
	assert_int_equal(u.writes, 4);
	assert_int_equal(u.log[0].value, 0x06800000); /* translation; interrupts' format stays */
	assert_int_equal(u.log[1].value, 0x04800000); /* remapping: before the queue that it needs */
	assert_int_equal(u.log[2].value, 0x00800000);
	assert_int_equal(u.at[0x1c / 4] & 0x86000000, 0);
	assert_int_equal(u.log[3].offset, 0x64);
	assert_int_equal(u.at[0x64 / 4], 0);
}

static void a_unit_that_is_off_or_absent_is_not_written(void **state)
{
	struct unit idle = { .at = { [0] = 0x10, [0x1c / 4] = 0x40000000, [0x08 / 4] = 0x60 } };
	struct unit absent = { .at = { [0] = 0 } };
	struct unit nothing = { .at = { [0] = UINT32_MAX, [0x1c / 4] = UINT32_MAX } };
	struct unit without = { .at = { [0] = 0x10, [0x64 / 4] = 0x80000001 } }; /* no such register there */
	struct unit amd = { .amd = true, .at = { [0x18 / 4] = 0x402 } };
	struct unit no_amd = { .amd = true, .at = { [0x18 / 4] = UINT32_MAX } };
	struct unit *all[] = { &idle, &absent, &nothing, &without, &amd, &no_amd };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		assert_null(off(all[i]));
		assert_int_equal(all[i]->writes, 0);
	}
}

static void a_part_that_stays_on_is_named_after_a_bounded_wait(void **state)
{
	static const struct { uint32_t stuck; bool queue; const char *says; } cases[] = {
		{ 1u << 31, false, "translation of DMA" },
		{ 1u << 25, false, "remapping of interrupts" },
		{ 1u << 26, false, "the invalidation queue" },
		{ 0, true, "the invalidation queue" },
		{ 1, false, "protection of memory" },
	};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct unit u = VT_D_ON;
		u.stuck = cases[i].stuck;
		u.queue_busy = cases[i].queue;
		u.at[0x88 / 4] = cases[i].queue;
		assert_string_equal(off(&u), cases[i].says);
	}
}

static void amd_vi_stops_its_buffers_then_itself(void **state)
{
	struct unit u = { .amd = true, .at = { [0x18 / 4] = 0x3000f40f, [0x2020 / 4] = 0x198 } };

	(void)state;
	assert_null(off(&u));
	assert_int_equal(u.writes, 2);
	assert_int_equal(u.log[0].value, 0x00008403); /* still on, no buffers; what else was set stays */
	assert_int_equal(u.log[1].value, 0x00008402);
	u = (struct unit){ .amd = true, .at = { [0x18 / 4] = 0x1001, [0x2020 / 4] = 0x10 }, .stuck = 0x10 };
	assert_string_equal(off(&u), "its command buffer or a log");
	u = (struct unit){ .amd = true, .at = { [0x18 / 4] = 1 }, .stuck = 1 };
	assert_string_equal(off(&u), "translation of DMA");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(dmar_lists_its_units_and_nothing_else, tear_down),
		cmocka_unit_test_teardown(ivrs_lists_a_unit_once_however_often_it_describes_it, tear_down),
		cmocka_unit_test_teardown(an_impossible_length_ends_the_list, tear_down),
		cmocka_unit_test(vt_d_goes_off_step_by_step),
		cmocka_unit_test(a_unit_that_is_off_or_absent_is_not_written),
		cmocka_unit_test(a_part_that_stays_on_is_named_after_a_bounded_wait),
		cmocka_unit_test(amd_vi_stops_its_buffers_then_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
