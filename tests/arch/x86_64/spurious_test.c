/* loader/arch/x86_64/spurious.c: which interrupts are none, by what the interrupt controllers say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apic.h"
#include "machine.h"
#include "after/net.h"

static volatile uint64_t leaf;
static struct fault f;
static bool answer;

static void ask(void)
{
	struct fault_view v;

	fault_decode(&f, (const uint8_t *)"\x90\x90", 2, &v);
	answer = arch_is_spurious(&f, &v);
}

static bool is_spurious(unsigned vector)
{
	f = (struct fault){ .arch = HOBNAIL_ARCH_X86_64, .vector = vector, .flags = RFLAGS_ONES | RFLAGS_IF };
	assert_false(machine_stops(1, ask));
	return answer;
}

static int reset(void **state)
{
	(void)state;
	machine_reset();
	leaf = 0;
	net.window_entry = &leaf;
	net.window_format = pt_x86_64_4;
	net.window_device_bits = 0x11;
	net.window = 0xfee00000; /* where machine.c has the APIC */
	return 0;
}

static uint32_t *apic(unsigned reg)
{
	return &machine.cpus[1].apic[reg / 16];
}

static void the_register_names_the_apics_spurious_one(void **state)
{
	(void)state;
	*apic(APIC_SPURIOUS) = APIC_ENABLE | 0x0f; /* EDK II's */
	assert_true(is_spurious(0x0f));
	assert_int_equal(leaf, 0xfee00011);
	assert_false(is_spurious(0x20));
	*apic(APIC_SPURIOUS) = APIC_ENABLE | 0x45;
	assert_true(is_spurious(0x45));
	*apic(APIC_ISR + 0x20) = 1u << 5; /* sent with that number */
	assert_false(is_spurious(0x45));
}

static void an_8259s_is_the_seventh_that_is_not_in_service(void **state)
{
	(void)state;
	assert_true(is_spurious(0x27));
	assert_int_equal(machine.ended, 0);
	assert_false(is_spurious(0x26));
	machine.isr[0] = 0x80;
	assert_false(is_spurious(0x27));
	machine.isr[0] = 0;
	machine.isr[1] = 0x80;
	assert_false(is_spurious(0x2f));
	machine.isr[1] = 0;
	*apic(APIC_ISR + 0x10) = 1u << 7; /* the APIC's own */
	assert_false(is_spurious(0x27));
}

/* The first chip has taken it for the second one's. */
static void the_second_8259s_is_ended_at_the_first(void **state)
{
	(void)state;
	machine.isr[0] = 4;
	assert_true(is_spurious(0x2f));
	assert_int_equal(machine.ended, 1);
}

static void without_an_apic_nothing_is_asked_of_it(void **state)
{
	(void)state;
	machine.cpus[1].msrs[0].value &= ~(uint64_t)APIC_BASE_ENABLE;
	*apic(APIC_SPURIOUS) = APIC_ENABLE | 0x45;
	assert_false(is_spurious(0x45));
	assert_true(is_spurious(0x27));
	assert_int_equal(leaf, 0);
}

static void in_x2apic_mode_the_registers_are_msrs(void **state)
{
	(void)state;
	machine.has_x2apic = true;
	machine.cpus[1].msrs[0].value |= APIC_BASE_X2APIC;
	leaf = 0;
	*apic(APIC_SPURIOUS) = APIC_ENABLE | 0x45;
	assert_true(is_spurious(0x45));
	assert_int_equal(leaf, 0);
}

/* No device has sent it: they are masked. */
static void what_a_program_calls_is_meant(void **state)
{
	struct fault_view v;

	(void)state;
	assert_true(is_spurious(0x27));
	f.flags = RFLAGS_ONES;
	assert_false(machine_stops(1, ask));
	assert_false(answer);
	f.flags |= RFLAGS_IF;
	fault_decode(&f, (const uint8_t *)"\xcd\x27", 2, &v);
	assert_false(arch_is_spurious(&f, &v));
	f.vector = 7; /* an exception */
	assert_false(machine_stops(1, ask));
	assert_false(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_register_names_the_apics_spurious_one, reset),
		cmocka_unit_test_setup(an_8259s_is_the_seventh_that_is_not_in_service, reset),
		cmocka_unit_test_setup(the_second_8259s_is_ended_at_the_first, reset),
		cmocka_unit_test_setup(without_an_apic_nothing_is_asked_of_it, reset),
		cmocka_unit_test_setup(in_x2apic_mode_the_registers_are_msrs, reset),
		cmocka_unit_test_setup(what_a_program_calls_is_meant, reset),
	};

	return cmocka_run_group_tests_name("arch/x86_64/spurious", tests, NULL, NULL);
}
