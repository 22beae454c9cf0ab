/* Faults of kernels of the Limine protocol: which request one is about, and physical addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "limine_fault.h"

#define CODE 0xffffffff80000100ull
#define WORD 0xffffffff80003028ull

static struct {
	uint8_t code[LIMINE_NULL_CODE];
	unsigned used;
} w;

static int fresh(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	return 0;
}

static void put(const void *bytes, unsigned count)
{
	memcpy(w.code + w.used, bytes, count);
	w.used += count;
}

static void put32(uint32_t word)
{
	put(&word, sizeof word);
}

static bool reads_x86(uint64_t word)
{
	return fault_reads_x86_64(w.code, w.used, CODE, word);
}

static bool reads_arm(uint64_t word)
{
	return fault_reads_aarch64(w.code, w.used, CODE, word);
}

/* ---- x86_64 ---- */

static void a_distance_from_the_next_instruction_is_an_address(void **state)
{
	(void)state;
	put("\x55\x48\x8b\x05", 4); /* push rbp; mov rax, [rip + ...] */
	put32((uint32_t)(WORD - (CODE + 8)));
	put("\x90", 1);
	assert_true(reads_x86(WORD));
	assert_false(reads_x86(WORD + 1));
	assert_false(reads_x86(WORD - 1));
}

static void an_address_of_32_bits_has_its_sign(void **state)
{
	(void)state;
	put("\x48\x8b\x04\x25", 4); /* mov rax, [...] */
	put32((uint32_t)WORD);
	assert_true(reads_x86(WORD));
	assert_false(reads_x86((uint32_t)WORD));
	w.used = 7;
	assert_false(reads_x86(WORD));
}

/* ---- aarch64 ---- */

static uint32_t adrp(unsigned to, uint64_t at, uint64_t target)
{
	uint64_t pages = (target >> 12) - (at >> 12);

	return 0x90000000u | (uint32_t)(pages & 3) << 29 | (uint32_t)(pages >> 2 & 0x7ffff) << 5 | to;
}

static uint32_t add(unsigned to, unsigned from, unsigned value)
{
	return 0x91000000u | value << 10 | from << 5 | to;
}

static uint32_t ldr(unsigned to, unsigned from, unsigned offset)
{
	return 0xf9400000u | offset / 8 << 10 | from << 5 | to;
}

static void an_address_is_made_of_page_and_offset(void **state)
{
	(void)state;
	put32(0xd503201f); /* nop */
	put32(adrp(8, CODE + 4, WORD));
	put32(0xd503201f);
	put32(ldr(9, 8, WORD & 0xfff));
	assert_true(reads_arm(WORD));
	assert_false(reads_arm(WORD + 8));
	w.used -= 4;
	assert_false(reads_arm(WORD));
}

static void an_address_may_be_added_up_and_may_lie_before_the_code(void **state)
{
	const uint64_t before = 0xffffffff7fff0028;

	(void)state;
	put32(adrp(0, CODE, before));
	put32(add(1, 0, 0x10));
	put32(ldr(2, 1, 0x18));
	assert_true(reads_arm(before));
	assert_false(reads_arm(before - 0x10));
}

static void a_register_that_was_loaded_holds_no_address(void **state)
{
	(void)state;
	put32(adrp(8, CODE, WORD));
	put32(ldr(8, 8, 0x100));
	put32(ldr(9, 8, WORD & 0xfff));
	assert_false(reads_arm(WORD));
	fresh(NULL);
	put32(add(1, 3, 0x28));
	put32(ldr(2, 1, 0));
	assert_false(reads_arm(0x28));
}

static void an_address_near_the_code_is_one_instruction(void **state)
{
	(void)state;
	put32(0x10000000u | (0x28 / 4) << 5 | 5); /* adr x5, . + 0x28 */
	put32(ldr(6, 5, 0));
	assert_true(reads_arm(CODE + 0x28));
}

/* ---- The advice ---- */

static const struct fault_view near_null = { .by_tables = true, .has_address = true, .address = 8 };

static void only_accesses_near_null_are_meant(void **state)
{
	struct limine_fault n = { .missing = 1u << LIMINE_MODULES };
	struct fault_view v = near_null;

	(void)state;
	assert_true(limine_null_may_be(&n, &v));
	v.address = LIMINE_NULL_BYTES - 1;
	assert_true(limine_null_may_be(&n, &v));
	v.address++;
	assert_false(limine_null_may_be(&n, &v));
	v = near_null;
	v.access = WALK_EXECUTE;
	assert_false(limine_null_may_be(&n, &v));
	v = near_null;
	v.user = true;
	assert_false(limine_null_may_be(&n, &v));
	v = near_null;
	v.by_tables = false;
	assert_false(limine_null_may_be(&n, &v));
	n.missing = 0;
	assert_false(limine_null_may_be(&n, &near_null));
}

static bool reads_modules(const uint8_t *code, unsigned bytes, vaddr at, vaddr word)
{
	return code && bytes == 4 && at == CODE && word == WORD;
}

static void says(const struct limine_fault *n, const char *wanted)
{
	char text[256];
	size_t used = limine_null_say(n, reads_modules, w.code, 4, CODE + 4, text, sizeof text);

	assert_string_equal(text, wanted);
	assert_int_equal(used, strlen(wanted));
}

static void the_request_is_named_whose_pointer_was_read(void **state)
{
	struct limine_fault n = { .missing = 1u << LIMINE_MODULES | 1u << LIMINE_FRAMEBUFFER };

	(void)state;
	says(&n, "test `response` before its use: Limine's requests for framebuffer, modules were not answered");
	n.pointer[LIMINE_MODULES] = WORD;
	says(&n, "test `response` before its use: Limine's request for modules was not answered, and the code before "
	         "this reads its response");
	n.missing = 1u << LIMINE_FRAMEBUFFER; /* an answered one is none, whatever is read */
	says(&n, "test `response` before its use: Limine's request for framebuffer was not answered");
}

static void a_physical_address_is_led_to_the_direct_map(void **state)
{
	struct limine_fault n = { .revision = 6, .has_direct_map = true, .direct_map = 0xffff800000000000 };
	struct fault_view v = { .what.code = ERR_FAULT_READ_UNMAPPED, .has_address = true, .address = 0x7fe1000 };
	char text[256];

	(void)state;
	assert_true(limine_low_may_be(&v));
	limine_low_say(&n, v.address, text, sizeof text);
	assert_string_equal(text, "use 0xffff800007fe1000, its place in the direct map (HHDM), if this is a physical "
	                          "address: base revision 6 has no identity map");
	n.revision = 0;
	limine_low_say(&n, v.address, text, sizeof text);
	assert_non_null(strstr(text, "the identity map of base revision 0 is gone"));
	n.has_direct_map = false;
	limine_low_say(&n, v.address, text, sizeof text);
	assert_non_null(strstr(text, "ask for the HHDM and add its offset, if "));
}

static void other_addresses_are_not_physical(void **state)
{
	static const struct fault_view views[] = {
		{ .what.code = ERR_FAULT_READ_UNMAPPED, .has_address = true, .address = 0xfff },
		{ .what.code = ERR_FAULT_WRITE_UNMAPPED, .has_address = true, .address = 1ull << 40 },
		{ .what.code = ERR_FAULT_WRITE_UNMAPPED, .has_address = true, .address = CODE },
		{ .what.code = ERR_FAULT_WRITE_UNMAPPED, .has_address = true, .address = 0x1000, .user = true },
		{ .what.code = ERR_FAULT_JUMP_UNMAPPED, .has_address = true, .address = 0x1000 },
		{ .what.code = ERR_FAULT_WRITE_FORBIDDEN, .has_address = true, .address = 0x1000 },
		{ .what.code = ERR_FAULT_READ_UNMAPPED, .address = 0x1000 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(views); i++)
		assert_false(limine_low_may_be(&views[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_distance_from_the_next_instruction_is_an_address, fresh),
		cmocka_unit_test_setup(an_address_of_32_bits_has_its_sign, fresh),
		cmocka_unit_test_setup(an_address_is_made_of_page_and_offset, fresh),
		cmocka_unit_test_setup(an_address_may_be_added_up_and_may_lie_before_the_code, fresh),
		cmocka_unit_test_setup(a_register_that_was_loaded_holds_no_address, fresh),
		cmocka_unit_test_setup(an_address_near_the_code_is_one_instruction, fresh),
		cmocka_unit_test_setup(only_accesses_near_null_are_meant, fresh),
		cmocka_unit_test_setup(the_request_is_named_whose_pointer_was_read, fresh),
		cmocka_unit_test(a_physical_address_is_led_to_the_direct_map),
		cmocka_unit_test(other_addresses_are_not_physical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
