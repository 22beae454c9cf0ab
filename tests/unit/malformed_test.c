#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "kernels/mutants.h"

static struct elf_image f;
static struct mutant m;
static struct mutant_reading r;

/* Read in a buffer of exactly its size, so that a read past the end is seen. */
static enum err read_mutant(uint16_t machine, struct problem *p)
{
	uint8_t *copy = malloc(f.bytes + !f.bytes); /* malloc(0) may be NULL */

	assert_non_null(copy);
	memcpy(copy, f.data, f.bytes);
	enum err e = mutant_read(copy, f.bytes, machine, &r, p);
	free(copy);
	return e;
}

static void check_refusal(enum err e, const struct problem *p)
{
	char sentence[512];

	err_sentence(p, sentence, sizeof sentence);
	if (p->code != e || !sentence[0] || strchr(sentence, '{') || !*err_advice(e))
		fail_msg("%s: %s, but the problem is %s: %s", m.name, err_name(e), err_name(p->code), sentence);
}

/* Of one machine: how many there are, how many are refused, and with how many different codes. */
static void try_all(uint16_t machine, unsigned *count, unsigned *refused, unsigned *codes)
{
	bool seen[ERR_COUNT] = { 0 };

	*count = *refused = *codes = 0;
	for (unsigned index = 0; mutant_next(&index, machine, &m, &f); ++*count) {
		struct problem p = { 0 };
		enum err e = read_mutant(machine, &p);
		const char *wrong = e ? NULL : mutant_is_sound(&r, f.bytes);
		if (wrong)
			fail_msg("%s (%s) was accepted, but %s", m.name, m.pie ? "position-independent" : "static",
			         wrong);
		if (!e)
			continue;
		check_refusal(e, &p);
		*refused += 1;
		*codes += !seen[e];
		seen[e] = true;
	}
}

static void malformed_kernels_are_refused_or_sound(void **state)
{
	static const uint16_t machines[] = { ELF_MACHINE_X86_64, ELF_MACHINE_AARCH64, ELF_MACHINE_RISCV };
	unsigned count, refused, codes;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++) {
		try_all(machines[i], &count, &refused, &codes);
		if (count < 2000 || refused < 1200 || codes < 45)
			fail_msg("machine %u: %u kernels, %u refused, with %u codes", machines[i], count, refused,
			         codes);
	}
}

/* The judge itself must be able to say no. */
static void malformed_judge_sees_what_is_unsound(void **state)
{
	struct problem p;

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	assert_int_equal(read_mutant(ELF_MACHINE_X86_64, &p), OK);
	assert_null(mutant_is_sound(&r, f.bytes));
	assert_string_equal(mutant_is_sound(&r, AT_DATA), "a segment is outside the file");
	r.elf.layout.segments[1].virt = BUILT_TEXT;
	assert_string_equal(mutant_is_sound(&r, f.bytes), "segments overlap");
	r.elf.file.entry = BUILT_TEXT + 0x100;
	assert_string_equal(mutant_is_sound(&r, f.bytes), "its entry point is in no segment's code");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_kernels_are_refused_or_sound),
		cmocka_unit_test(malformed_judge_sees_what_is_unsound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
