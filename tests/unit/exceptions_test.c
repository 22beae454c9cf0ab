#include "../../cli/explain/exceptions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../cli/strlist.h"

static struct exceptions log_of(const char *text)
{
	struct exceptions e = { .count = 0 };

	exceptions_feed(&e, text, strlen(text));
	exceptions_end(&e);
	return e;
}

static void feed_format(struct exceptions *e, const char *format, unsigned long long a, unsigned long long b)
{
	char text[1000];

	snprintf(text, sizeof(text), format, a, b);
	exceptions_feed(e, text, strlen(text));
}

/* ---- x86_64 ---------------------------------------------------------------------------------------------------- */

#define X86(number, v, i, cpl, pc, sp, rest) \
	"   " number ": v=" v " e=0002 i=" i " cpl=" cpl " IP=0008:" pc " pc=" pc " SP=0010:" sp " " rest "\n" \
	"RAX=0000000000000007 RBX=0000000000000000\n"

/* The end of QEMU's log: a timer's interrupt, then a write to address 8 without an IDT. */
static const char triple[] =
	X86("1", "20", "0", "0", "0000000000001000", "0000000000009000", "env->regs[R_EAX]=0000000000000004")
	"check_exception old: 0xffffffff new 0xe\n"
	X86("2", "0e", "0", "0", "ffffffff80000123", "ffff800000000ff8", "CR2=0000000000000008")
	"check_exception old: 0xe new 0xd\n"
	X86("3", "08", "0", "0", "ffffffff80000123", "ffff800000000ff8", "env->regs[R_EAX]=0000000000000007")
	"check_exception old: 0x8 new 0xd\n"
	"Triple fault\n"
	"CPU Reset (CPU 0)\n"
	"RAX=0000000000000099 RBX=0000000000000000\n";

static void a_triple_fault_begins_with_its_first_exception(void **state)
{
	struct exceptions e = log_of(triple);
	size_t n = exceptions_first(&e);

	(void)state;
	assert_int_equal(exceptions_count(&e), 3);
	assert_true(e.triple_fault);
	assert_int_equal(exceptions_get(&e, 0)->kind, EXCEPTION_INTERRUPT);
	assert_int_equal(n, 1);
	const struct exception *x = exceptions_get(&e, n);
	assert_true(x->is_x86 && x->kind == EXCEPTION_FAULT && !x->nested);
	assert_int_equal(x->vector, 14);
	assert_int_equal(x->error, 2);
	assert_int_equal(x->address, 8);
	assert_int_equal(x->pc, 0xffffffff80000123);
	assert_int_equal(x->sp, 0xffff800000000ff8);
	assert_string_equal(x->text, "RAX=0000000000000007 RBX=0000000000000000\n");
	assert_string_equal(exceptions_get(&e, 2)->text, "RAX=0000000000000007 RBX=0000000000000000\n");
	assert_true(exceptions_get(&e, 2)->nested);
	exceptions_free(&e);
}

static void pieces_make_no_difference(void **state)
{
	struct exceptions e = { .count = 0 };

	(void)state;
	for (const char *at = triple; *at; at++)
		exceptions_feed(&e, at, 1);
	exceptions_end(&e);
	assert_int_equal(exceptions_count(&e), 3);
	assert_int_equal(exceptions_first(&e), 1);
	exceptions_free(&e);
}

static void an_instruction_that_calls_is_no_fault(void **state)
{
	struct exceptions e = log_of(X86("1", "0e", "1", "3", "0000000000001000", "0000000000009000", "CR2=0"));

	(void)state;
	assert_int_equal(exceptions_get(&e, 0)->kind, EXCEPTION_CALL);
	assert_int_equal(exceptions_get(&e, 0)->level, 3);
	assert_int_equal(exceptions_first(&e), exceptions_count(&e));
	exceptions_free(&e);
}

#define HANDLER "   9: v=0e e=0002 i=0 cpl=0 IP=0008:%llx pc=1 SP=0010:%llx CR2=0000000000001238\n"

/* A fault; a handler that faults until the stack is full; then its first instruction can push no more. */
static void a_handler_that_faults_is_not_the_first(void **state)
{
	struct exceptions e = { .count = 0 };
	unsigned long long sp = 0x10000;

	(void)state;
	feed_format(&e, HANDLER, 0x5000, sp + 0x2000); /* long ago, on a stack elsewhere */
	feed_format(&e, HANDLER, 0x1000, sp);
	for (unsigned i = 0; i < 300; i++)
		feed_format(&e, HANDLER, 0x2008, sp -= 0x40);
	feed_format(&e, HANDLER, 0x2000, sp -= 0x38);
	exceptions_feed(&e, "check_exception old: 0xe new 0xe\n", 33);
	feed_format(&e, HANDLER, 0x2000, sp);
	exceptions_end(&e);
	assert_int_equal(exceptions_first(&e), 1);
	exceptions_free(&e);
}

/* Faults that a kernel handles: nothing says that one came of another. */
static void handled_faults_are_no_chain(void **state)
{
	struct exceptions e = { .count = 0 };

	(void)state;
	feed_format(&e, HANDLER, 0x1000, 0x10000);
	feed_format(&e, HANDLER, 0x2000, 0xff00);
	feed_format(&e, HANDLER, 0x3000, 0xfe00);
	exceptions_end(&e);
	assert_int_equal(exceptions_first(&e), 2);
	exceptions_free(&e);
}

/* ---- aarch64 --------------------------------------------------------------------------------------------------- */

#define ARM(number, name, esr, far, elr, handler) \
	"Taking exception " number " [" name "] on CPU 0\n...from EL1 to EL1\n...with ESR 0x25/" esr "\n" \
	"...with FAR " far "\n...with ELR " elr "\n...to EL1 PC " handler " PSTATE 0x3c5\n"
#define IRQ "Taking exception 5 [IRQ] on CPU 0\n...from EL1 to EL1\n...with ESR 0x0/0x0\n...with ELR 0x5c400984\n" \
	"...to EL1 PC 0x5faf3a80 PSTATE 0x3c5\nException return from AArch64 EL1 to AArch64 EL1 PC 0x5c400984\n"
#define NULL_WRITE ARM("4", "Data Abort", "0x96000044", "0x8", "0xffffffff80000124", "0x400200")
#define NO_VECTOR  ARM("3", "Prefetch Abort", "0x86000004", "0x400200", "0x400200", "0x400200")

/* Vectors that are not mapped: the same abort for ever. What led to it stays known. */
static void an_endless_loop_keeps_what_led_to_it(void **state)
{
	struct exceptions e = log_of(IRQ "Exception return from AArch64 EL1 to AArch64 EL1 PC 0xffffffff80000000\n"
	                             NULL_WRITE);

	(void)state;
	assert_false(exceptions_loop(&e));
	for (unsigned i = 0; i < 10000; i++)
		exceptions_feed(&e, NO_VECTOR, strlen(NO_VECTOR));
	exceptions_end(&e);
	assert_true(exceptions_loop(&e));
	assert_int_equal(exceptions_count(&e), 3);
	assert_int_equal(exceptions_get(&e, 2)->repeated, 9999);
	assert_int_equal(exceptions_first(&e), 1);
	const struct exception *x = exceptions_get(&e, 1);
	assert_int_equal(x->error, 0x96000044);
	assert_int_equal(x->address, 8);
	assert_int_equal(x->pc, 0xffffffff80000124);
	assert_int_equal(x->handler, 0x400200);
	assert_int_equal(x->vector, 4);
	assert_int_equal(x->to_level, 1);
	exceptions_free(&e);
}

static void two_that_take_turns_are_a_loop(void **state)
{
	struct exceptions e = { .count = 0 };

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		exceptions_feed(&e, NULL_WRITE, strlen(NULL_WRITE));
		exceptions_feed(&e, NO_VECTOR, strlen(NO_VECTOR));
	}
	exceptions_end(&e);
	assert_true(exceptions_loop(&e));
	assert_int_equal(exceptions_count(&e), 2);
	assert_int_equal(exceptions_get(&e, 1)->address, 0x400200); /* the last is the last */
	exceptions_free(&e);
}

/* An idle processor takes the timer's interrupt at the same instruction. */
static void interrupts_are_no_loop(void **state)
{
	struct exceptions e = { .count = 0 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		exceptions_feed(&e, IRQ, strlen(IRQ));
	exceptions_end(&e);
	assert_int_equal(exceptions_count(&e), 1);
	assert_false(exceptions_loop(&e));
	exceptions_free(&e);
}

/* A handler that returns changes nothing: each fault is a first one. */
static void a_fault_after_a_return_is_the_first(void **state)
{
	struct exceptions e = { .count = 0 };
	static const char returned[] = NULL_WRITE "Exception return from AArch64 EL1 to AArch64 EL1 PC 0x124\n";

	(void)state;
	exceptions_feed(&e, NO_VECTOR, strlen(NO_VECTOR));
	exceptions_feed(&e, "Exception return from AArch64 EL1 to AArch64 EL1 PC 0x1\n", 56);
	for (unsigned i = 0; i < 200; i++)
		exceptions_feed(&e, returned, strlen(returned));
	exceptions_end(&e);
	assert_true(exceptions_loop(&e));
	assert_int_equal(exceptions_first(&e), 1);
	exceptions_free(&e);
}

static void calls_of_the_machine_are_not_taken(void **state)
{
	struct exceptions e = log_of("Taking exception 11 [Hypervisor Call] on CPU 0\n...from EL1 to EL2\n"
	                             "...with ESR 0x16/0x5a000000\n...handled as PSCI call\n");

	(void)state;
	assert_int_equal(exceptions_count(&e), 0);
	exceptions_free(&e);
}

/* ---- Bounds ---------------------------------------------------------------------------------------------------- */

static void the_oldest_are_dropped(void **state)
{
	struct exceptions e = { .count = 0 };

	(void)state;
	for (unsigned i = 0; i < EXCEPTIONS_KEPT + 10; i++)
		feed_format(&e, HANDLER, 0x1000 + i, 0x1000 + 8 * i);
	exceptions_end(&e);
	assert_int_equal(exceptions_count(&e), EXCEPTIONS_KEPT);
	assert_int_equal(exceptions_get(&e, 0)->pc, 0x100a);
	exceptions_free(&e);
}

static void other_lines_are_passed_over(void **state)
{
	struct exceptions e = { .count = 0 };
	static const char begun[] = "   1: v=0e e=0002\nTaking exception\n...with ESR 0x1/0x2\n"
	                            "Exception return from\n\n";
	char longest[2000];

	(void)state;
	memset(longest, 'v', sizeof(longest));
	exceptions_feed(&e, begun, sizeof(begun)); /* its NUL, too */
	exceptions_feed(&e, longest, sizeof(longest));
	exceptions_feed(&e, "\n", 1);
	exceptions_feed(&e, triple, strlen(triple));
	exceptions_end(&e);
	assert_int_equal(exceptions_count(&e), 3);
	feed_format(&e, HANDLER, 0x1000, 0x2000);
	for (unsigned i = 0; i < 1000; i++) /* more registers than there are */
		exceptions_feed(&e, "RAX=0000000000000007\n", 21);
	exceptions_end(&e);
	assert_int_equal(exceptions_count(&e), 4);
	assert_in_range(strlen(exceptions_get(&e, 3)->text), 1000, 10000);
	exceptions_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_triple_fault_begins_with_its_first_exception),
		cmocka_unit_test(pieces_make_no_difference),
		cmocka_unit_test(an_instruction_that_calls_is_no_fault),
		cmocka_unit_test(a_handler_that_faults_is_not_the_first),
		cmocka_unit_test(handled_faults_are_no_chain),
		cmocka_unit_test(an_endless_loop_keeps_what_led_to_it),
		cmocka_unit_test(two_that_take_turns_are_a_loop),
		cmocka_unit_test(interrupts_are_no_loop),
		cmocka_unit_test(a_fault_after_a_return_is_the_first),
		cmocka_unit_test(calls_of_the_machine_are_not_taken),
		cmocka_unit_test(the_oldest_are_dropped),
		cmocka_unit_test(other_lines_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
