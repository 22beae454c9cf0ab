#include "../../cli/dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../cli/cli.h"
#include "dump_core.h"

static struct core core;
static struct dump d;
static char said[256];

int complain(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof said, format, args);
	va_end(args);
	return status;
}

/* A copy of exactly its size, so that a read past the end is seen; the test frees it. */
static uint8_t *read_in(uint64_t bytes)
{
	uint8_t *copy = malloc(bytes);

	assert_non_null(copy);
	memcpy(copy, core.bytes, bytes);
	assert_null(dump_read_file(&d, copy, bytes, false, 0));
	return copy;
}

static void two_banks(void)
{
	static const char low[8] = "low bank", high[8] = "highbank";

	core_begin(&core, 62);
	core_memory(&core, 0x1000, low, 8);
	core_memory(&core, 0x1008, high, 8);
	core_memory(&core, 0x100000000, high, 8);
}

static void dump_reads_a_core_by_its_physical_addresses(void **state)
{
	char got[17] = "";
	paddr lowest, end;

	(void)state;
	two_banks();
	uint8_t *copy = read_in(core.end);
	assert_int_equal(d.arch, ARCH_X86_64);
	assert_int_equal(d.missing, 0);
	assert_true(memory_read(&d.memory, 0x1004, got, 8));
	assert_string_equal(got, "bankhigh");
	assert_true(memory_read(&d.memory, 0x100000004, got, 4));
	assert_memory_equal(got, "bank", 4);
	dump_bounds(&d, &lowest, &end);
	assert_int_equal(lowest, 0x1000);
	assert_int_equal(end, 0x100000008);
	free(copy);
}

static void dump_has_no_memory_between_banks(void **state)
{
	char got[16];

	(void)state;
	two_banks();
	uint8_t *copy = read_in(core.end);
	assert_false(memory_read(&d.memory, 0xfff, got, 2));
	assert_false(memory_read(&d.memory, 0x100c, got, 8));
	assert_false(memory_read(&d.memory, 0x100000001, got, 8));
	assert_false(memory_read(&d.memory, UINT64_MAX, got, 8));
	assert_true(memory_read(&d.memory, UINT64_MAX, got, 0));
	free(copy);
}

static void dump_takes_the_first_of_parts_that_overlap(void **state)
{
	char got[8];

	(void)state;
	core_begin(&core, 62);
	core_memory(&core, 0x1004, "first", 5);
	core_memory(&core, 0x1000, "the second", 10);
	uint8_t *copy = read_in(core.end);
	assert_true(memory_read(&d.memory, 0x1002, got, 8));
	assert_memory_equal(got, "e firstd", 8);
	free(copy);
}

static void dump_counts_what_a_cut_off_core_lacks(void **state)
{
	char got[8];

	(void)state;
	two_banks();
	uint8_t *copy = read_in(core.end - 12);
	assert_int_equal(d.missing, 12);
	assert_true(memory_read(&d.memory, 0x1008, got, 4));
	assert_false(memory_read(&d.memory, 0x1008, got, 5));
	assert_false(memory_read(&d.memory, 0x100000000, got, 1));
	free(copy);
}

static void dump_takes_addresses_that_wrap_for_none(void **state)
{
	char got[8];

	(void)state;
	core_begin(&core, 62);
	core_memory(&core, UINT64_MAX - 3, "wrapping", 8);
	core_put(&core, core_part(&core, 1, 0x2000, 8) + 8, UINT64_MAX - 3, 8); /* p_offset */
	uint8_t *copy = read_in(core.end);
	assert_true(memory_read(&d.memory, UINT64_MAX - 3, got, 3));
	assert_false(memory_read(&d.memory, UINT64_MAX - 3, got, 8));
	assert_false(memory_read(&d.memory, 0x2000, got, 1));
	assert_int_equal(d.missing, 8);
	free(copy);
}

static void dump_refuses_what_is_none(void **state)
{
	(void)state;
	core_begin(&core, 40);
	assert_string_equal(dump_read_file(&d, core.bytes, core.end, false, 0),
	                    "it is an ELF core of a processor that is not known here");
	core_begin(&core, 62);
	core_put(&core, 16, 2, 2); /* ET_EXEC */
	assert_non_null(strstr(dump_read_file(&d, core.bytes, core.end, false, 0), "no 64-bit core"));
	assert_null(dump_read_file(&d, core.bytes, core.end, true, 0x40000000));
	core_begin(&core, 62);
	core_put(&core, 54, 32, 2);
	assert_non_null(strstr(dump_read_file(&d, core.bytes, core.end, false, 0), "wrong size"));
	core_put(&core, 54, CORE_PROGRAM_HEADER, 2);
	core_put(&core, 56, 4097, 2);
	assert_non_null(strstr(dump_read_file(&d, core.bytes, core.end, false, 0), "more than 4096"));
	core_put(&core, 56, 4096, 2);
	assert_non_null(strstr(dump_read_file(&d, core.bytes, core.end, false, 0), "cut off"));
	core_put(&core, 56, 0xffff, 2);
	core_put(&core, 40, core.end - 63, 8);
	assert_non_null(strstr(dump_read_file(&d, core.bytes, core.end, false, 0), "section header 0"));
	assert_non_null(strstr(dump_read_file(&d, "KDUMP   ", 8, false, 0), "compressed"));
}

static void dump_counts_many_program_headers_in_section_header_0(void **state)
{
	(void)state;
	two_banks();
	core_put(&core, 56, 0xffff, 2);
	core_put(&core, 40, core.end, 8);
	core_put(&core, core.end + 44, 3, 4);
	core.end += 64;
	uint8_t *copy = read_in(core.end);
	assert_int_equal(d.header_count, 3);
	free(copy);
}

static void dump_reads_raw_bytes_from_their_base(void **state)
{
	char got[4];

	(void)state;
	assert_null(dump_read_file(&d, "\177ELF\2\1\1\0", 8, true, 0x40000000));
	assert_int_equal(d.arch, ARCH_NONE);
	assert_true(memory_read(&d.memory, 0x40000004, got, 4));
	assert_memory_equal(got, "\2\1\1\0", 4);
	assert_false(memory_read(&d.memory, 0x40000005, got, 4));
	assert_false(memory_read(&d.memory, 0x3fffffff, got, 4));
	assert_null(dump_read_file(&d, "abcd", 4, true, UINT64_MAX - 1));
	assert_true(memory_read(&d.memory, UINT64_MAX - 1, got, 1));
	assert_false(memory_read(&d.memory, UINT64_MAX - 1, got, 4));
}

static void dump_has_the_registers_of_each_processor(void **state)
{
	struct fault f;

	(void)state;
	core_begin(&core, 62);
	uint32_t header = core_part(&core, 4, 0, 0), from = core.end;
	core_note(&core, "CORE", 1, 336);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		uint32_t at = core_note(&core, "QEMU", 0, 440);
		for (unsigned i = 0; i < 18; i++)
			core_put(&core, at + 8 + 8 * i, 0x100 * cpu + i, 8);
		core_put(&core, at + 392 + 24, 0x5000 + cpu, 8);
	}
	core_put(&core, header + 32, core.end - from, 8);
	uint8_t *copy = read_in(core.end);
	assert_true(dump_registers(&d, 1, &f));
	assert_int_equal(f.control[1], 0x5001);
	assert_int_equal(f.general[0], 0x100);
	assert_int_equal(f.general[5], 0x105); /* rdi */
	assert_int_equal(f.sp, 0x106);
	assert_int_equal(f.general[6], 0x107); /* rbp */
	assert_int_equal(f.general[14], 0x10f);
	assert_int_equal(f.pc, 0x110);
	assert_int_equal(f.flags, 0x111);
	assert_false(dump_registers(&d, 2, &f));
	assert_int_equal(f.pc, 0x110);
	core_put(&core, header + 32, core.end - from - 1, 8); /* the last note is cut off */
	free(copy);
	copy = read_in(core.end);
	assert_true(dump_registers(&d, 0, &f));
	assert_false(dump_registers(&d, 1, &f));
	free(copy);
}

static void dump_has_the_registers_of_aarch64(void **state)
{
	struct fault f;

	(void)state;
	core_begin(&core, 183);
	uint32_t header = core_part(&core, 4, 0, 0), from = core.end, at = core_note(&core, "CORE", 1, 392);
	for (unsigned i = 0; i < 34; i++)
		core_put(&core, at + 112 + 8 * i, i, 8);
	core_put(&core, header + 32, core.end - from, 8);
	uint8_t *copy = read_in(core.end);
	assert_true(dump_registers(&d, 0, &f));
	assert_int_equal(f.general[30], 30);
	assert_int_equal(f.sp, 31);
	assert_int_equal(f.pc, 32);
	assert_int_equal(f.flags, 33);
	free(copy);
}

/* ---- Opening ----------------------------------------------------------------------------------------------- */

static char path[] = "/tmp/dump-test-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	two_banks();
	return fd < 0 || write(fd, core.bytes, core.end) != (ssize_t)core.end || close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void dump_opens_a_core_and_raw_bytes(void **state)
{
	char argument[64], got[4];

	(void)state;
	memset(&d, 0, sizeof d);
	assert_int_equal(dump_open(&d, path), 0);
	assert_int_equal(d.arch, ARCH_X86_64);
	dump_close(&d);
	snprintf(argument, sizeof argument, "%s@0x4000", path);
	memset(&d, 0, sizeof d);
	assert_int_equal(dump_open(&d, argument), 0);
	assert_true(memory_read(&d.memory, 0x4001, got, 3));
	assert_memory_equal(got, "ELF", 3);
	dump_close(&d);
}

static void dump_says_why_it_cannot_open(void **state)
{
	char argument[64];

	(void)state;
	memset(&d, 0, sizeof d);
	for (unsigned i = 0; i < 4; i++) {
		static const char *const ends[] = { "@", "@-1", "@12x", "@0x10000000000000000" };
		snprintf(argument, sizeof argument, "%s%s", path, ends[i]);
		assert_int_equal(dump_open(&d, argument), STATUS_TROUBLE);
		assert_non_null(strstr(said, "say FILE"));
	}
	assert_int_equal(dump_open(&d, "/nowhere/at/all"), STATUS_TROUBLE);
	assert_non_null(strstr(said, "cannot open"));
	assert_int_equal(dump_open(&d, "/tmp"), STATUS_TROUBLE);
	assert_int_equal(dump_open(&d, "/dev/null"), STATUS_TROUBLE);
	assert_null(d.bytes);
	dump_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dump_reads_a_core_by_its_physical_addresses),
		cmocka_unit_test(dump_has_no_memory_between_banks),
		cmocka_unit_test(dump_takes_the_first_of_parts_that_overlap),
		cmocka_unit_test(dump_counts_what_a_cut_off_core_lacks),
		cmocka_unit_test(dump_takes_addresses_that_wrap_for_none),
		cmocka_unit_test(dump_refuses_what_is_none),
		cmocka_unit_test(dump_counts_many_program_headers_in_section_header_0),
		cmocka_unit_test(dump_reads_raw_bytes_from_their_base),
		cmocka_unit_test(dump_has_the_registers_of_each_processor),
		cmocka_unit_test(dump_has_the_registers_of_aarch64),
		cmocka_unit_test(dump_opens_a_core_and_raw_bytes),
		cmocka_unit_test(dump_says_why_it_cannot_open),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
