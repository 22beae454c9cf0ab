/* loader/arch/x86_64/fault.c: whose report it is, when processors fault at once and a report faults itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cpu.h"
#include "descriptor.h"
#include "fault.h"
#include "machine.h"

/* What fault_entry.S and the processor have pushed, and what it gets back: see there. */
struct fault_frame {
	uint64_t general[15];
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};
struct fault_entered {
	const struct fault *first;
	uint64_t again;
};
struct fault_entered fault_enter(const struct fault_frame *frame);
void fault_leave(void);

static struct fault_frame frame;
static struct fault_entered entered;

static void enter(void)
{
	entered = fault_enter(&frame);
}

static void fault_at(uint64_t vector, uint64_t rip)
{
	frame = (struct fault_frame){ .vector = vector, .error = 2, .rip = rip, .cs = 8, .rflags = 0x10002,
	                              .rsp = 0x7000, .ss = 16 };
	for (unsigned i = 0; i < COUNT_OF(frame.general); i++)
		frame.general[i] = 100 + i;
}

static int reset(void **state)
{
	(void)state;
	machine_reset();
	world_make(FAKE_X86_64, KERNEL_UPPER);
	handoff.stopped = false;
	return 0;
}

static void the_first_has_all_that_it_needs(void **state)
{
	(void)state;
	machine.cpus[1].cr[2] = 0x1234;
	fault_at(14, 0xffff800000001000);
	assert_false(machine_stops(1, enter));
	const struct fault *f = entered.first;
	assert_non_null(f);
	assert_int_equal(f->arch, HOBNAIL_ARCH_X86_64);
	assert_int_equal(f->vector, 14);
	assert_int_equal(f->hardware_id, 2);
	assert_int_equal(f->syndrome, 2);
	assert_int_equal(f->address, 0x1234);
	assert_int_equal(f->pc, 0xffff800000001000);
	assert_int_equal(f->sp, 0x7000);
	assert_int_equal(f->flags, 0x10002);
	assert_int_equal(f->control[3], EFER_LME | EFER_LMA);
	assert_int_equal(f->general[14], 114);
	assert_int_equal(f->id[FAULT_ID_7] | f->id[FAULT_ID_7_EDX], 0);
}

static struct walker live;

static void look(void)
{
	assert_true(arch_live_walker(&live));
}

/* As the processor is now, bit by bit. */
static void the_walk_reads_tables_as_the_processor_does(void **state)
{
	static const struct { unsigned cr; uint64_t bit; uint32_t flag; bool when_set; } bits[] = {
		{ 0, CR0_WP, WALK_NO_WP, false }, { 4, CR4_SMEP, WALK_SMEP, true }, { 4, CR4_SMAP, WALK_SMAP, true },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(bits); i++)
		for (unsigned set = 0; set < 2; set++) {
			uint64_t *cr = &machine.cpus[1].cr[bits[i].cr];
			*cr = set ? *cr | bits[i].bit : *cr & ~bits[i].bit;
			machine_stops(1, look);
			assert_int_equal(!!(live.flags & bits[i].flag), set == bits[i].when_set);
		}
	for (unsigned five = 0; five < 2; five++) {
		machine.cpus[1].cr[3] = 0xffff000 | 0x18;
		machine.cpus[1].cr[4] = five ? CR4_LA57 : 0;
		machine.has_no_1g = five;
		machine_stops(1, look);
		assert_int_equal(live.mode, five ? WALK_X86_64_5 : WALK_X86_64_4);
		assert_int_equal(live.root, 0xffff000);
		assert_int_equal(!!(live.flags & WALK_NO_1G), five);
	}
}

static void others_stop_while_it_reports(void **state)
{
	(void)state;
	fault_at(14, 0x1000);
	assert_false(machine_stops(1, enter));
	handoff.stopped = true;
	assert_true(machine_stops(2, enter));
	fault_at(VECTOR_NMI, 0x2000); /* theirs, too */
	assert_true(machine_stops(3, enter));
}

/* Who comes second waits until it is known whether there is a report. */
static void what_was_nothing_leaves_the_report_to_others(void **state)
{
	(void)state;
	fault_at(0x27, 0x1000);
	assert_false(machine_stops(1, enter));
	fault_leave();
	fault_at(14, 0x2000);
	assert_false(machine_stops(2, enter));
	assert_non_null(entered.first);
	assert_int_equal(entered.first->pc, 0x2000);
}

/* The frame of the first is overwritten by then. */
static void a_fault_of_the_report_is_told_once(void **state)
{
	(void)state;
	fault_at(14, 0x1000);
	assert_false(machine_stops(1, enter));
	fault_at(13, 0x2000);
	assert_false(machine_stops(1, enter));
	assert_null(entered.first);
	assert_int_equal(entered.again, 0x2000);
	assert_true(machine_stops(1, enter));
}

static void a_report_goes_on_after_an_nmi(void **state)
{
	(void)state;
	fault_at(14, 0x1000);
	assert_false(machine_stops(1, enter));
	for (unsigned i = 0; i < 3; i++) {
		fault_at(VECTOR_NMI, 0x2000);
		assert_false(machine_stops(1, enter));
		assert_null(entered.first);
		assert_int_equal(entered.again, 0);
	}
	fault_at(13, 0x3000);
	assert_false(machine_stops(1, enter));
	assert_int_equal(entered.again, 0x3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_has_all_that_it_needs, reset),
		cmocka_unit_test_setup(the_walk_reads_tables_as_the_processor_does, reset),
		cmocka_unit_test_setup(others_stop_while_it_reports, reset),
		cmocka_unit_test_setup(what_was_nothing_leaves_the_report_to_others, reset),
		cmocka_unit_test_setup(a_fault_of_the_report_is_told_once, reset),
		cmocka_unit_test_setup(a_report_goes_on_after_an_nmi, reset),
	};

	return cmocka_run_group_tests_name("arch/x86_64/fault", tests, NULL, NULL);
}
