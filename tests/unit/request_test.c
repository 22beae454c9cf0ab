#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hobnail/boot.h>

#include "request.h"

static struct requests r;
static struct problem problem;

static enum err note(uint32_t type, uint64_t value)
{
	return requests_note(&r, type, &value, 8, 0x100 + 8 * (type & 0xff), &problem);
}

/* Start anew with one request. */
static enum err only(uint32_t type, uint64_t value)
{
	requests_init(&r);
	return note(type, value);
}

static void assert_code(enum err e, enum err code)
{
	char sentence[512];

	assert_string_equal(err_name(e), err_name(code));
	if (!code)
		return;
	assert_int_equal(problem.code, code);
	assert_int_not_equal(err_sentence(&problem, sentence, sizeof sentence), 0);
	assert_null(strchr(sentence, '{'));
	assert_string_not_equal(err_advice(code), "");
}

static void requests_init_gives_the_documented_defaults(void **state)
{
	static const uint64_t defaults[REQUEST_LAST + 1] = { /* 0: it is not asked for */
		[HOBNAIL_REQUEST_PROTOCOL] = 1, [HOBNAIL_REQUEST_STACK] = 65536, [HOBNAIL_REQUEST_PAGING] = 4,
		[HOBNAIL_REQUEST_LEVEL] = HOBNAIL_LEVEL_EL1, [HOBNAIL_REQUEST_FP] = HOBNAIL_FP_USABLE,
	};

	(void)state;
	memset(&r, 0xff, sizeof r);
	requests_init(&r);
	for (unsigned i = 1; i <= REQUEST_LAST; i++) {
		assert_int_equal(r.of[i].value, defaults[i]);
		assert_false(r.of[i].asked || r.of[i].required);
	}
	assert_code(requests_check(&r, HOBNAIL_ARCH_X86_64, &problem), OK);
	assert_code(requests_check(&r, HOBNAIL_ARCH_AARCH64, &problem), OK);
	assert_code(requests_check(&r, HOBNAIL_ARCH_RISCV64, &problem), OK);
}

static void requests_note_remembers_value_duty_and_place(void **state)
{
	const struct request *q = &r.of[HOBNAIL_REQUEST_STACK];

	(void)state;
	assert_code(only(HOBNAIL_REQUEST_STACK | HOBNAIL_REQUIRED, 8192), OK);
	assert_true(q->asked && q->required);
	assert_int_equal(q->value, 8192);
	assert_int_equal(q->offset, 0x110);
	assert_code(only(HOBNAIL_REQUEST_STACK, 8192), OK);
	assert_true(q->asked && !q->required);
	assert_int_equal(r.note_count, 1);
}

static void requests_note_refuses_values_outside_the_range(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t good[2], bad[2];
		enum err code;
	} ranges[] = {
		{ HOBNAIL_REQUEST_PROTOCOL, { 1, 1 }, { 0, 0 }, ERR_REQUEST_PROTOCOL },
		{ HOBNAIL_REQUEST_STACK, { 4096, 16 << 20 }, { 4095, (16 << 20) + 1 }, ERR_REQUEST_STACK },
		{ HOBNAIL_REQUEST_IDENTITY_MAP, { 0, 1 }, { 2, UINT64_MAX }, ERR_REQUEST_SWITCH },
		{ HOBNAIL_REQUEST_MMU_OFF, { 0, 1 }, { 2, UINT64_MAX }, ERR_REQUEST_SWITCH },
		{ HOBNAIL_REQUEST_FP, { 0, 1 }, { 2, 1ull << 32 }, ERR_REQUEST_SWITCH },
		{ HOBNAIL_REQUEST_PROCESSORS, { 0, 1 }, { 2, 1ull << 32 }, ERR_REQUEST_SWITCH },
		{ HOBNAIL_REQUEST_RECURSIVE, { 256, 511 }, { 255, 512 }, ERR_REQUEST_RECURSIVE },
		{ HOBNAIL_REQUEST_PAGING, { 4, 5 }, { 3, 6 }, ERR_REQUEST_PAGING },
		{ HOBNAIL_REQUEST_LEVEL, { 1, 3 }, { 0, 4 }, ERR_REQUEST_LEVEL },
		{ HOBNAIL_REQUEST_FRAMEBUFFER, { 1 | 1ull << 32, 16384 | 16384ull << 32 },
		  { 1024, 16385 | 1ull << 32 }, ERR_REQUEST_FRAMEBUFFER },
		{ HOBNAIL_REQUEST_FRAMEBUFFER, { 640 | 480ull << 32, 1 | 1ull << 32 },
		  { 768ull << 32, 1 | 16385ull << 32 }, ERR_REQUEST_FRAMEBUFFER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		for (unsigned k = 0; k < 2; k++) {
			assert_code(only(ranges[i].type, ranges[i].good[k]), OK);
			assert_code(only(ranges[i].type, ranges[i].bad[k]), ranges[i].code);
			assert_int_equal(problem.offset, 0x100 + 8 * ranges[i].type);
			assert_false(r.of[ranges[i].type].asked);
		}
}

static void requests_note_refuses_a_type_given_twice(void **state)
{
	(void)state;
	assert_code(only(HOBNAIL_REQUEST_FP, 1), OK);
	assert_code(note(HOBNAIL_REQUEST_FP | HOBNAIL_REQUIRED, 1), ERR_REQUEST_TWICE);
}

static void requests_note_refuses_a_value_that_is_not_8_bytes(void **state)
{
	uint64_t value[2] = { 1, 0 };

	(void)state;
	requests_init(&r);
	assert_code(requests_note(&r, HOBNAIL_REQUEST_FP, value, 7, 5, &problem), ERR_REQUEST_SIZE);
	assert_code(requests_note(&r, HOBNAIL_REQUEST_FP, value, 9, 5, &problem), ERR_REQUEST_SIZE);
	assert_code(requests_note(&r, HOBNAIL_REQUEST_FP, value, 0, 5, &problem), ERR_REQUEST_SIZE);
	assert_int_equal(problem.offset, 5);
}

static void requests_note_refuses_unknown_only_when_required(void **state)
{
	(void)state;
	assert_code(only(99 | HOBNAIL_REQUIRED, 0), ERR_REQUEST_UNKNOWN);
	assert_code(only(0 | HOBNAIL_REQUIRED, 0), ERR_REQUEST_UNKNOWN);
	assert_code(only(REQUEST_LAST + 1, 0), OK);
	assert_int_equal(r.unknown_count, 1);
	assert_int_equal(r.unknown[0], REQUEST_LAST + 1);
}

static void requests_note_counts_unknown_ones_that_it_cannot_keep(void **state)
{
	(void)state;
	requests_init(&r);
	for (uint32_t i = 0; i < REQUEST_MAX_UNKNOWN + 3; i++)
		assert_code(note(100 + i, 0), OK);
	assert_int_equal(r.unknown_count, REQUEST_MAX_UNKNOWN + 3);
	assert_int_equal(r.unknown[REQUEST_MAX_UNKNOWN - 1], 100 + REQUEST_MAX_UNKNOWN - 1);
	assert_int_equal(r.note_count, REQUEST_MAX_UNKNOWN + 3);
	assert_false(r.of[1].asked);
}

static void requests_check_refuses_required_and_drops_optional_on_the_wrong_architecture(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t value, fallback;
		uint32_t right, wrong;
	} only_there[] = {
		{ HOBNAIL_REQUEST_RECURSIVE, 300, 0, HOBNAIL_ARCH_X86_64, HOBNAIL_ARCH_AARCH64 },
		{ HOBNAIL_REQUEST_PAGING, 5, 4, HOBNAIL_ARCH_X86_64, HOBNAIL_ARCH_RISCV64 },
		{ HOBNAIL_REQUEST_LEVEL, 2, 1, HOBNAIL_ARCH_AARCH64, HOBNAIL_ARCH_X86_64 },
		{ HOBNAIL_REQUEST_MMU_OFF, 1, 0, HOBNAIL_ARCH_AARCH64, HOBNAIL_ARCH_X86_64 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(only_there); i++) {
		uint32_t type = only_there[i].type;
		only(type | HOBNAIL_REQUIRED, only_there[i].value);
		assert_code(requests_check(&r, only_there[i].right, &problem), OK);
		assert_true(r.of[type].asked);
		assert_code(requests_check(&r, only_there[i].wrong, &problem), ERR_REQUEST_ARCH);
		assert_int_equal(problem.offset, 0x100 + 8 * type);
		only(type, only_there[i].value);
		assert_code(requests_check(&r, only_there[i].wrong, &problem), OK);
		assert_false(r.of[type].asked);
		assert_int_equal(r.of[type].value, only_there[i].fallback);
	}
}

static void requests_check_refuses_a_later_protocol_when_required(void **state)
{
	(void)state;
	assert_code(only(HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION + 1), OK);
	assert_code(requests_check(&r, HOBNAIL_ARCH_X86_64, &problem), ERR_REQUEST_PROTOCOL);
	assert_int_equal(problem.value[1], HOBNAIL_VERSION + 1);
	assert_code(only(HOBNAIL_REQUEST_PROTOCOL, HOBNAIL_VERSION + 1), OK);
	assert_code(requests_check(&r, HOBNAIL_ARCH_X86_64, &problem), OK);
	assert_false(r.of[HOBNAIL_REQUEST_PROTOCOL].asked);
	assert_int_equal(r.of[HOBNAIL_REQUEST_PROTOCOL].value, HOBNAIL_VERSION);
	assert_code(only(HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION), OK);
	assert_code(requests_check(&r, HOBNAIL_ARCH_X86_64, &problem), OK);
	assert_true(r.of[HOBNAIL_REQUEST_PROTOCOL].asked);
}

static void requests_check_keeps_maps_and_mmu_off_apart(void **state)
{
	(void)state;
	only(HOBNAIL_REQUEST_MMU_OFF | HOBNAIL_REQUIRED, 1);
	note(HOBNAIL_REQUEST_DIRECT_MAP | HOBNAIL_REQUIRED, 0xffff900000000000);
	assert_code(requests_check(&r, HOBNAIL_ARCH_AARCH64, &problem), ERR_REQUEST_MMU_OFF);
	assert_int_equal(problem.value[0], HOBNAIL_REQUEST_DIRECT_MAP);

	only(HOBNAIL_REQUEST_MMU_OFF | HOBNAIL_REQUIRED, 1);
	note(HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	assert_code(requests_check(&r, HOBNAIL_ARCH_AARCH64, &problem), OK);
	assert_false(r.of[HOBNAIL_REQUEST_IDENTITY_MAP].asked);

	only(HOBNAIL_REQUEST_MMU_OFF, 0); /* asked for, but not to be off */
	note(HOBNAIL_REQUEST_IDENTITY_MAP | HOBNAIL_REQUIRED, 1);
	assert_code(requests_check(&r, HOBNAIL_ARCH_AARCH64, &problem), OK);
	assert_true(r.of[HOBNAIL_REQUEST_IDENTITY_MAP].asked);
}

/* An optional "mmu off" that this architecture drops leaves maps alone. */
static void requests_check_drops_mmu_off_before_it_judges_maps(void **state)
{
	(void)state;
	only(HOBNAIL_REQUEST_MMU_OFF, 1);
	note(HOBNAIL_REQUEST_IDENTITY_MAP | HOBNAIL_REQUIRED, 1);
	assert_code(requests_check(&r, HOBNAIL_ARCH_X86_64, &problem), OK);
	assert_true(r.of[HOBNAIL_REQUEST_IDENTITY_MAP].asked);
}

static enum err check_base(uint32_t arch, uint32_t how, uint64_t how_value, uint64_t base)
{
	requests_init(&r);
	if (how)
		note(how, how_value);
	note(HOBNAIL_REQUEST_DIRECT_MAP, base);
	return requests_check(&r, arch, &problem);
}

static void requests_check_wants_map_bases_in_the_kernels_half(void **state)
{
	const uint32_t x86 = HOBNAIL_ARCH_X86_64, arm = HOBNAIL_ARCH_AARCH64;
	const uint32_t paging = HOBNAIL_REQUEST_PAGING, level = HOBNAIL_REQUEST_LEVEL;

	(void)state;
	assert_code(check_base(x86, 0, 0, 0xffff800000000000), OK);
	assert_code(check_base(x86, 0, 0, 0xffff804000000000), ERR_REQUEST_MAP_BASE); /* 256 GiB on: no entry begins */
	assert_code(check_base(x86, 0, 0, 0xff00000000000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(x86, 0, 0, 0), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(x86, paging, 5, 0xff00000000000000), OK);
	assert_code(check_base(x86, paging, 5, 0xffff800000000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(arm, 0, 0, 0xffff000000000000), OK);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2_VHE, 0xffff000000000000), OK);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2, 0xffff000000000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2, 0x0000800000000000), OK);
	/* The first and the last entry of each half. */
	assert_code(check_base(x86, 0, 0, 0xffff7f8000000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(x86, 0, 0, 0xffffff8000000000), OK);
	assert_code(check_base(x86, paging, 5, 0xffff000000000000), OK);
	assert_code(check_base(x86, paging, 5, 0xfeff000000000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(arm, 0, 0, 0xfffeff8000000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(arm, 0, 0, 0xffff004000000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2, 0), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2, 1ull << 39), OK);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2, (1ull << 39) + (1ull << 38)), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2, (1ull << 48) - (1ull << 39)), OK);
	assert_code(check_base(arm, level, HOBNAIL_LEVEL_EL2, 1ull << 48), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(HOBNAIL_ARCH_RISCV64, 0, 0, 0xffffffbfc0000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(HOBNAIL_ARCH_RISCV64, 0, 0, 0xffffffc020000000), ERR_REQUEST_MAP_BASE);
	assert_code(check_base(HOBNAIL_ARCH_RISCV64, 0, 0, 0xffffffffc0000000), OK);
	assert_code(check_base(HOBNAIL_ARCH_RISCV64, 0, 0, 0xffffffc000000000), OK);
	only(HOBNAIL_REQUEST_DEVICE_MAP, 0x1000);
	assert_code(requests_check(&r, x86, &problem), ERR_REQUEST_MAP_BASE);
	assert_int_equal(problem.value[0], HOBNAIL_REQUEST_DEVICE_MAP);
}

static void request_name_knows_every_request(void **state)
{
	(void)state;
	for (uint32_t type = 1; type <= REQUEST_LAST; type++)
		assert_string_not_equal(request_name(type), "unknown");
	assert_string_equal(request_name(HOBNAIL_REQUEST_STACK), "stack");
	assert_string_equal(request_name(0), "unknown");
	assert_string_equal(request_name(REQUEST_LAST + 1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_init_gives_the_documented_defaults),
		cmocka_unit_test(requests_note_remembers_value_duty_and_place),
		cmocka_unit_test(requests_note_refuses_values_outside_the_range),
		cmocka_unit_test(requests_note_refuses_a_type_given_twice),
		cmocka_unit_test(requests_note_refuses_a_value_that_is_not_8_bytes),
		cmocka_unit_test(requests_note_refuses_unknown_only_when_required),
		cmocka_unit_test(requests_note_counts_unknown_ones_that_it_cannot_keep),
		cmocka_unit_test(requests_check_refuses_required_and_drops_optional_on_the_wrong_architecture),
		cmocka_unit_test(requests_check_refuses_a_later_protocol_when_required),
		cmocka_unit_test(requests_check_keeps_maps_and_mmu_off_apart),
		cmocka_unit_test(requests_check_drops_mmu_off_before_it_judges_maps),
		cmocka_unit_test(requests_check_wants_map_bases_in_the_kernels_half),
		cmocka_unit_test(request_name_knows_every_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
