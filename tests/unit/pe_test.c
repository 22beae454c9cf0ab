/* The reader of PE headers: programs for this machine, and what each other one is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hobnail/boot.h>

#include "pe.h"
#include "pe_builder.h"

static uint8_t file[PE_BUILT_BYTES];
static struct problem p;

/* In memory of its own, so that the sanitizer sees where it ends. */
static enum err open_bytes(size_t count, uint64_t file_bytes, struct pe *out)
{
	uint8_t *copy = malloc(count ? count : 1);

	memcpy(copy, file, count);
	memset(&p, 0, sizeof p);
	enum err e = pe_open(copy, count, file_bytes, HOBNAIL_ARCH_X86_64, out, &p);
	assert_int_equal(e, p.code);
	free(copy);
	return e;
}

static enum err opened(void)
{
	struct pe pe;

	return open_bytes(sizeof file, sizeof file, &pe);
}

static void build(void)
{
	pe_build(file, 0x8664);
}

static void a_program_opens(void **state)
{
	struct pe pe;
	struct pe_section s;

	(void)state;
	build();
	assert_true(pe_is(file, sizeof file));
	assert_int_equal(open_bytes(sizeof file, sizeof file, &pe), OK);
	assert_int_equal(pe.machine, 0x8664);
	assert_int_equal(pe.entry, 0x1000);
	assert_int_equal(pe.image_bytes, 0x3000);
	assert_int_equal(pe.section_count, 2);
	pe_section(file, &pe, 1, &s);
	assert_string_equal(s.name, ".data");
	assert_int_equal(s.virt, 0x2000);
	assert_int_equal(s.at, 0x400);
	assert_int_equal(s.bytes, 0x200);
	pe_put_section(file, 1, "12345678", 0x2000, 0x400, 0x200);
	file[PE_AT_TABLE + 40] = 0xe4;
	pe_section(file, &pe, 1, &s);
	assert_string_equal(s.name, "?2345678");
}

/* Only the headers have to be there. */
static void headers_are_enough(void **state)
{
	enum { HEADERS = PE_AT_TABLE + 2 * 40 };
	struct pe pe;

	(void)state;
	build();
	assert_int_equal(open_bytes(HEADERS, sizeof file, &pe), OK);
	for (size_t count = 0; count < HEADERS; count++) {
		enum err e = open_bytes(count, sizeof file, &pe);
		if (e != (count < PE_AT + 4 ? ERR_PE_MAGIC : ERR_PE_HEADERS))
			fail_msg("%zu bytes: %s", count, err_name(e));
	}
}

static void what_is_none_is_none(void **state)
{
	(void)state;
	build();
	file[0] = 'Z';
	assert_false(pe_is(file, sizeof file));
	assert_int_equal(opened(), ERR_PE_MAGIC);
	assert_int_equal(p.value[0], 0x5a5a);
	build();
	pe_put(file, 0x3c, 4, 0xfffffffe);
	assert_int_equal(opened(), ERR_PE_MAGIC);
	for (unsigned i = 0; i < 4; i++) {
		build();
		file[PE_AT + i] ^= 1;
		assert_int_equal(opened(), ERR_PE_MAGIC);
	}
	memcpy(file, "\177ELF", 4);
	assert_int_equal(opened(), ERR_PE_ELF);
}

static void each_machine_has_its_name(void **state)
{
	static const struct { uint16_t machine; const char *name; } all[] = {
		{ 0xaa64, "aarch64" }, { 0x5064, "riscv64" }, { 0x14c, "x86 (32 bits)" }, { 0x1c2, "arm (32 bits)" },
		{ 0x1c4, "arm (32 bits)" }, { 0x5032, "riscv32" }, { 0x6264, "loongarch64" }, { 0x6232, "loongarch32" },
		{ 0x200, "Itanium" }, { 0xebc, "EFI byte code" }, { 0x1234, "another processor" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		build();
		pe_put(file, PE_AT_MACHINE, 2, all[i].machine);
		assert_int_equal(opened(), ERR_PE_MACHINE);
		assert_string_equal(p.text[0], all[i].name);
		assert_string_equal(p.text[1], "x86_64");
	}
	build();
	pe_put(file, PE_AT_MACHINE, 2, 0x14c);
	pe_put(file, PE_AT_OPTIONAL, 2, 0x10b);
	assert_int_equal(opened(), ERR_PE_32_BIT);
	assert_string_equal(p.text[0], "x86 (32 bits)");
}

static void an_application_is_no_driver(void **state)
{
	(void)state;
	for (unsigned subsystem = 0; subsystem < 20; subsystem++) {
		build();
		pe_put(file, PE_AT_SUBSYSTEM, 2, subsystem);
		assert_int_equal(opened(), subsystem == 10 ? OK : subsystem > 10 && subsystem < 14 ? ERR_PE_DRIVER
		                                                                                 : ERR_IS_PE);
	}
}

static void headers_must_make_sense(void **state)
{
	struct pe pe;

	(void)state;
	build();
	pe_put(file, PE_AT_OPTIONAL_BYTES, 2, 69);
	assert_int_equal(opened(), ERR_PE_OPTIONAL);
	build();
	pe_put(file, PE_AT_OPTIONAL, 2, 0x107);
	assert_int_equal(opened(), ERR_PE_OPTIONAL);
	build();
	pe_put(file, PE_AT_ENTRY, 4, 0x3000);
	assert_int_equal(opened(), ERR_PE_ENTRY);
	pe_put(file, PE_AT_ENTRY, 4, 0x2fff);
	assert_int_equal(opened(), OK);
	pe_put(file, PE_AT_ENTRY, 4, 0);
	assert_int_equal(opened(), ERR_PE_ENTRY);
	build();
	pe_put(file, PE_AT_SECTIONS, 2, PE_MAX_SECTIONS + 1);
	assert_int_equal(opened(), ERR_PE_HEADERS);
	build();
	assert_int_equal(open_bytes(sizeof file, sizeof file - 1, &pe), ERR_PE_SECTION);
	assert_int_equal(p.value[0], 1);
	assert_int_equal(p.value[1], sizeof file);
	pe_put(file, PE_AT_TABLE + 40 + 20, 4, 0xffffffff);
	assert_int_equal(opened(), ERR_PE_SECTION);
	pe_put(file, PE_AT_TABLE + 40 + 16, 4, 0); /* no bytes in the file: nothing is missing */
	assert_int_equal(opened(), OK);
}

static void linux_says_its_version(void **state)
{
	static uint8_t image[0x400];

	(void)state;
	memcpy(image + 0x202, "HdrS", 4);
	assert_int_equal(pe_linux_version(image, sizeof image), 0);
	pe_put(image, 0x20e, 2, 0x1f0);
	assert_int_equal(pe_linux_version(image, sizeof image), 0x3f0);
	assert_int_equal(pe_linux_version(image, 0x3f0), 0);
	assert_int_equal(pe_linux_version(image, 0x20f), 0);
	image[0x202] = 'h';
	assert_int_equal(pe_linux_version(image, sizeof image), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_opens),
		cmocka_unit_test(headers_are_enough),
		cmocka_unit_test(what_is_none_is_none),
		cmocka_unit_test(each_machine_has_its_name),
		cmocka_unit_test(an_application_is_no_driver),
		cmocka_unit_test(headers_must_make_sense),
		cmocka_unit_test(linux_says_its_version),
	};

	return cmocka_run_group_tests_name("pe", tests, NULL, NULL);
}
