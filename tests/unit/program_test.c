#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "program.h"

static const struct program_rules rules = { ELF_MACHINE_X86_64, 0x10000, 0x7fff00000000 };

static struct elf_image f;
static struct program program;
static char why[200];

/* The builder's kernel, linked low, as a program is. */
static void make(void)
{
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, EH_ENTRY, 0x400010);
	put64(&f, PH_TEXT + PH_VADDR, 0x400000);
	put64(&f, PH_TEXT + PH_PADDR, 0x400000);
	put64(&f, PH_DATA + PH_VADDR, 0x401000);
	put64(&f, PH_DATA + PH_PADDR, 0x401000);
	put32(&f, PH_NOTE, 0);
	put32(&f, PH_DYNAMIC, 0);
}

static bool opens(size_t bytes)
{
	uint8_t *copy = malloc(bytes + !bytes);

	memcpy(copy, f.data, bytes);
	why[0] = 0;
	bool good = program_open(copy, bytes, &rules, &program, why, sizeof why);
	free(copy);
	return good;
}

static void is_refused(const char *word)
{
	assert_false(opens(f.bytes));
	assert_non_null(strstr(why, word));
}

static void a_program_is_read(void **state)
{
	(void)state;
	make();
	assert_true(opens(f.bytes));
	assert_string_equal(why, "");
	assert_int_equal(program.entry, 0x400010);
	assert_int_equal(program.layout.segment_count, 2);
	assert_int_equal(program.layout.segments[0].virt, 0x400000);
	assert_int_equal(program.layout.segments[1].virt, 0x401000);
}

static void what_is_no_program_is_refused_in_words(void **state)
{
	(void)state;
	make();
	put32(&f, EH_MAGIC, 0x464c4600);
	is_refused("not an ELF file");
	elf_build(&f, ELF_MACHINE_AARCH64, false);
	is_refused("machine");
	elf_build(&f, ELF_MACHINE_X86_64, true);
	assert_false(opens(f.bytes)); /* position-independent, or not in user memory: one of both is said */
	make();
	put32(&f, PH_DATA + PH_FLAGS, ELF_READ | ELF_WRITE | ELF_EXECUTE);
	is_refused("writable and executable");
}

static void segments_stay_in_user_memory(void **state)
{
	static const uint64_t places[] = { 0, 0x1000, 0xf000, 0x7fff00000000, 0x7ffeffffe000, 0x7ffffffff000,
	                                   0x800000000000, 0xffff800000000000, 0xffffffff80000000 };

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	is_refused("user memory");
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		make();
		put64(&f, PH_DATA + PH_VADDR, places[i]);
		put64(&f, PH_DATA + PH_PADDR, places[i]);
		put64(&f, PH_DATA + PH_MEMSZ, 0x2001);
		assert_false(opens(f.bytes));
	}
	make();
	put64(&f, PH_DATA + PH_VADDR, 0x7ffeffffe000);
	put64(&f, PH_DATA + PH_PADDR, 0x7ffeffffe000);
	put64(&f, PH_DATA + PH_MEMSZ, 0x2000);
	assert_true(opens(f.bytes));
}

static void what_is_cut_off_is_refused(void **state)
{
	(void)state;
	make();
	put64(&f, EH_SHOFF, 0);
	put16(&f, EH_SHNUM, 0);
	put16(&f, EH_SHSTRNDX, 0);
	for (size_t bytes = 0; bytes < AT_WORDS; bytes += 7)
		assert_false(opens(bytes));
}

/* The sentences are those of core/errors/elf.def, which the loader says of kernels. Every byte of the headers takes
 * the values at its edges. */
static void what_is_wrong_with_a_program_is_not_called_a_kernel_s(void **state)
{
	static const uint8_t values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x7f, 0x80, 0xff };
	unsigned refused = 0;

	(void)state;
	for (size_t at = 0; at < PH_TEXT + 56 * PH_COUNT; at++)
		for (size_t i = 0; i < COUNT_OF(values); i++) {
			make();
			f.data[at] = values[i];
			refused += !opens(f.bytes);
			if (strstr(why, "kernel"))
				fail_msg("byte %zu is %#x: %s", at, values[i], why);
		}
	assert_true(refused > 500);
	make();
	put32(&f, PH_TEXT, 0);
	put32(&f, PH_DATA, 0);
	is_refused("it has no segment to load");
	make();
	put64(&f, EH_ENTRY, 0);
	is_refused("it has no entry point");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_read),
		cmocka_unit_test(what_is_no_program_is_refused_in_words),
		cmocka_unit_test(segments_stay_in_user_memory),
		cmocka_unit_test(what_is_cut_off_is_refused),
		cmocka_unit_test(what_is_wrong_with_a_program_is_not_called_a_kernel_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
