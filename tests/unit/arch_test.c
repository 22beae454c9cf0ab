#include "../../cli/arch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PE_AT = 0x80, PE_BYTES = PE_AT + 6 };

static void make_pe(uint8_t *bytes, uint16_t machine)
{
	memset(bytes, 0, PE_BYTES);
	memcpy(bytes, "MZ", 2);
	bytes[0x3c] = PE_AT;
	memcpy(bytes + PE_AT, "PE\0\0", 4);
	bytes[PE_AT + 4] = (uint8_t)machine;
	bytes[PE_AT + 5] = (uint8_t)(machine >> 8);
}

/* Judge a copy of exactly `count` bytes, so that a read past the end is seen. */
static enum arch judged(enum arch (*judge)(const uint8_t *, size_t), const uint8_t *bytes, size_t count)
{
	uint8_t *copy = malloc(count ? count : 1);

	memcpy(copy, bytes, count);
	enum arch a = judge(copy, count);
	free(copy);
	return a;
}

static void loaders_are_told_by_their_pe_header(void **state)
{
	uint8_t bytes[PE_BYTES];

	(void)state;
	make_pe(bytes, 0x8664);
	assert_int_equal(judged(arch_of_pe, bytes, PE_BYTES), ARCH_X86_64);
	make_pe(bytes, 0xaa64);
	assert_int_equal(judged(arch_of_pe, bytes, PE_BYTES), ARCH_AARCH64);
	make_pe(bytes, 0x5064);
	assert_int_equal(judged(arch_of_pe, bytes, PE_BYTES), ARCH_RISCV64);
	make_pe(bytes, 0x14c);
	assert_int_equal(judged(arch_of_pe, bytes, PE_BYTES), ARCH_NONE);
}

static void a_cut_or_wild_pe_header_is_no_loader(void **state)
{
	uint8_t bytes[PE_BYTES];

	(void)state;
	make_pe(bytes, 0x8664);
	for (size_t count = 0; count < PE_BYTES; count++)
		assert_int_equal(judged(arch_of_pe, bytes, count), ARCH_NONE);
	memset(bytes + 0x3c, 0xff, 4);
	assert_int_equal(judged(arch_of_pe, bytes, PE_BYTES), ARCH_NONE);
	make_pe(bytes, 0x8664);
	bytes[PE_AT] = 'X';
	assert_int_equal(judged(arch_of_pe, bytes, PE_BYTES), ARCH_NONE);
}

static void kernels_are_told_by_their_elf_header(void **state)
{
	uint8_t bytes[20] = "\177ELF\2\1";

	(void)state;
	bytes[18] = 62;
	assert_int_equal(judged(arch_of_elf, bytes, sizeof(bytes)), ARCH_X86_64);
	assert_int_equal(judged(arch_of_elf, bytes, sizeof(bytes) - 1), ARCH_NONE);
	bytes[18] = 183;
	assert_int_equal(judged(arch_of_elf, bytes, sizeof(bytes)), ARCH_AARCH64);
	bytes[18] = 243;
	assert_int_equal(judged(arch_of_elf, bytes, sizeof(bytes)), ARCH_RISCV64);
	bytes[18] = 0;
	assert_int_equal(judged(arch_of_elf, bytes, sizeof(bytes)), ARCH_NONE);
	bytes[18] = 62;
	bytes[4] = 1; /* 32-bit */
	assert_int_equal(judged(arch_of_elf, bytes, sizeof(bytes)), ARCH_NONE);
}

static void names_lead_to_architectures(void **state)
{
	(void)state;
	assert_int_equal(arch_named("aarch64"), ARCH_AARCH64);
	assert_int_equal(arch_named("x86"), ARCH_NONE);
	assert_int_equal(arch_named(""), ARCH_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(loaders_are_told_by_their_pe_header),
		cmocka_unit_test(a_cut_or_wild_pe_header_is_no_loader),
		cmocka_unit_test(kernels_are_told_by_their_elf_header),
		cmocka_unit_test(names_lead_to_architectures),
	};

	return cmocka_run_group_tests_name("arch", tests, NULL, NULL);
}
