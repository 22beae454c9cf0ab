#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "kernels/foreign.h"
#include "recognise.h"

static struct elf_image f;
static struct problem problem;

/* In a buffer of exactly its size, so that a read past the end is seen. */
static enum err recognise_copy(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes + !bytes);

	assert_non_null(copy);
	memcpy(copy, data, bytes);
	problem = (struct problem){ 0 };
	enum err e = recognise_file(copy, min_u64(bytes, RECOGNISE_BYTES), &problem);
	assert_int_equal(problem.code, e);
	free(copy);
	return e;
}

static void named(const struct foreign *is)
{
	static uint8_t file[FOREIGN_MOST];
	char sentence[512];
	size_t bytes = foreign_build(is, file);
	enum err e = recognise_copy(file, bytes);

	if (is->code == ERR_ELF_MAGIC || is->code == ERR_ELF_SHORT) {
		if (e)
			fail_msg("%s: %s", is->name, err_name(e));
		return;
	}
	err_sentence(&problem, sentence, sizeof sentence);
	if (e != is->code || !strstr(sentence, is->says) || strchr(sentence, '{'))
		fail_msg("%s: %s, %s", is->name, err_name(e), sentence);
	if (!*err_advice(e))
		fail_msg("%s: no advice", is->name);
}

static void files_are_named_for_what_they_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(foreign); i++)
		named(&foreign[i]);
	for (size_t i = 0; i < COUNT_OF(foreign_zeros); i++)
		named(&foreign_zeros[i]);
	assert_int_equal(recognise_copy((const uint8_t *)"", 0), OK);
}

/* ... by all of their magic number, and nothing less. */
static void magic_numbers_are_compared_whole(void **state)
{
	static const struct { enum err code; uint16_t at, bytes; const char *magic; } all[] = {
		{ ERR_IS_GZIP, 0, 3, "\x1f\x8b\x08" },           { ERR_IS_ZSTD, 0, 4, "\x28\xb5\x2f\xfd" },
		{ ERR_IS_XZ, 0, 6, "\xfd" "7zXZ\0" },             { ERR_IS_LZ4, 0, 4, "\x04\x22\x4d\x18" },
		{ ERR_IS_LZ4, 0, 4, "\x02\x21\x4c\x18" },        { ERR_IS_BZIP2, 0, 3, "BZh" },
		{ ERR_IS_LZOP, 0, 9, "\x89LZO\0\r\n\x1a\n" },     { ERR_IS_UIMAGE, 0, 4, "\x27\x05\x19\x56" },
		{ ERR_IS_ANDROID, 0, 8, "ANDROID!" },            { ERR_IS_BITCODE, 0, 4, "BC\xc0\xde" },
		{ ERR_IS_LIBRARY, 0, 8, "!<arch>\n" },           { ERR_IS_LINUX_IMAGE, 56, 4, "ARM\x64" },
		{ ERR_IS_LINUX_IMAGE, 56, 4, "RSC\x05" },        { ERR_IS_LINUX, 0x202, 4, "HdrS" },
		{ ERR_IS_MACHO, 0, 4, "\xcf\xfa\xed\xfe" },      { ERR_IS_MACHO, 0, 4, "\xce\xfa\xed\xfe" },
		{ ERR_IS_MACHO, 0, 4, "\xca\xfe\xba\xbe" },      { ERR_IS_BITCODE, 0, 4, "\xde\xc0\x17\x0b" },
		{ ERR_IS_ARCHIVE, 0, 6, "070701" },              { ERR_IS_ARCHIVE, 0, 6, "070702" },
		{ ERR_IS_ARCHIVE, 0, 4, "PK\3\4" },              { ERR_IS_ARCHIVE, 257, 5, "ustar" },
		{ ERR_IS_ISO, 0x8001, 5, "CD001" },              { ERR_IS_DISK, 0, 4, "QFI\xfb" },
		{ ERR_IS_DISK, 0, 4, "KDMV" },                   { ERR_IS_DISK, 0, 8, "vhdxfile" },
		{ ERR_IS_DISK, 0x40, 4, "\x7f\x10\xda\xbe" },    { ERR_IS_DISK, 0, 4, "hsqs" },
		{ ERR_IS_DISK, 0x438, 2, "\x53\xef" },           { ERR_IS_DISK, 512, 8, "EFI PART" },
		{ ERR_IS_DISK, 4096, 8, "EFI PART" },            { ERR_IS_DISK, 510, 2, "\x55\xaa" },
		{ ERR_IS_SCRIPT, 0, 2, "#!" },
	};
	static uint8_t file[0x9000];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		for (unsigned wrong = 0; wrong <= all[i].bytes; wrong++) {
			memset(file, 0x5a, sizeof file);
			memcpy(file + all[i].at, all[i].magic, all[i].bytes);
			if (wrong < all[i].bytes)
				file[all[i].at + wrong] ^= 0x80;
			enum err e = recognise_copy(file, sizeof file);
			if ((e == all[i].code) != (wrong == all[i].bytes))
				fail_msg("%zu, byte %u: %s", i, wrong, err_name(e));
			if (wrong < all[i].bytes)
				continue;
			/* A file that ends there is long enough, and a shorter one is not. */
			for (unsigned cut = 0; cut < 2; cut++) {
				e = recognise_copy(file, all[i].at + all[i].bytes - cut);
				if ((e == all[i].code) != !cut)
					fail_msg("%zu, cut by %u: %s", i, cut, err_name(e));
			}
		}
}

/* UTF-8 without control characters but those of text, in the first 512 bytes: of those every one counts. */
static void text_is_text_from_its_first_byte_to_its_512th(void **state)
{
	static const struct { uint16_t at; uint8_t byte; bool is; } all[] = {
		{ 0, 'a', true }, { 0, 1, false }, { 0, 0, false }, { 0, 0x80, false }, { 1, 1, false },
		{ 510, 1, false }, { 511, 1, false }, { 512, 1, true },
		{ 0, '\b', false }, { 0, '\t', true }, { 0, '\n', true }, { 0, '\v', false }, { 0, '\f', true },
		{ 0, '\r', true }, { 0, 14, false }, { 0, 0x1f, false }, { 0, ' ', true }, { 0, 0x7e, true },
		{ 0, 0x7f, false },
	};
	uint8_t file[600];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		memset(file, 'a', sizeof file);
		file[all[i].at] = all[i].byte;
		enum err e = recognise_copy(file, sizeof file);
		if ((e == ERR_IS_TEXT) != all[i].is)
			fail_msg("byte %u is %#x: %s", all[i].at, all[i].byte, err_name(e));
	}
	assert_int_equal(recognise_copy((const uint8_t *)"\xc3\xa4", 2), ERR_IS_TEXT); /* a character of two bytes */
	assert_int_equal(recognise_copy((const uint8_t *)"\xc3", 1), OK);
	assert_int_equal(recognise_copy((const uint8_t *)"\1", 1), OK);
	assert_int_equal(recognise_copy((const uint8_t *)"a", 1), ERR_IS_TEXT);
}

/* PE Format, "COFF File Header": no magic number, but the machine, some sections, and no optional header. */
static void an_object_file_is_one_of_a_known_machine(void **state)
{
	static const struct { uint16_t machine, sections, optional; bool is; } all[] = {
		{ 0x8664, 3, 0, true }, { 0xaa64, 3, 0, true }, { 0x14c, 3, 0, true }, { 0x8665, 3, 0, false },
		{ 0x14d, 3, 0, false }, { 0x5a5a, 3, 0, false }, { 0x8664, 0, 0, false }, { 0x8664, 1, 0, true },
		{ 0xaa64, 999, 0, true }, { 0xaa64, 1000, 0, false }, { 0x14c, 3, 240, false },
	};
	uint8_t file[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		memset(file, 0x5a, sizeof file);
		memcpy(file,
		       (uint8_t[]){ (uint8_t)all[i].machine, (uint8_t)(all[i].machine >> 8), (uint8_t)all[i].sections,
		                    (uint8_t)(all[i].sections >> 8) },
		       4);
		memcpy(file + 16, (uint8_t[]){ (uint8_t)all[i].optional, (uint8_t)(all[i].optional >> 8) }, 2);
		file[63] = 0x80; /* no text */
		assert_int_equal(recognise_copy(file, sizeof file) == ERR_IS_COFF, all[i].is);
	}
}

/* A file that is cut off somewhere is still read within its bounds. */
static void any_beginning_of_a_file_is_read_within_its_bounds(void **state)
{
	static uint8_t file[FOREIGN_MOST];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(foreign); i++) {
		size_t bytes = foreign_build(&foreign[i], file);
		for (size_t cut = 0; cut < min_u64(bytes, 600); cut++)
			recognise_copy(file, cut);
	}
}

static void headers_of_multiboot_are_found_where_they_may_be(void **state)
{
	uint8_t piece[64];

	(void)state;
	foreign_kernel_build(&f, 62, FOREIGN_MULTIBOOT2);
	memcpy(piece, f.data + AT_TEXT + 0x48, 16);
	/* The offset of the piece counts, not that of the bytes in it. */
	assert_int_equal(recognise_multiboot(piece, 16, 0x7ff0, &problem), ERR_IS_MULTIBOOT2);
	assert_int_equal(problem.offset, 0x7ff0);
	assert_int_equal(recognise_multiboot(piece, 16, 0x7ff8, &problem), OK);
	assert_int_equal(recognise_multiboot(piece, 16, 0x7ff4, &problem), OK);
	assert_int_equal(recognise_multiboot(piece, 15, 0x1000, &problem), OK);
	assert_int_equal(recognise_multiboot(piece, 16, UINT64_MAX, &problem), OK);
	memmove(piece + 6, piece, 16);
	assert_int_equal(recognise_multiboot(piece, 22, 0x1002, &problem), ERR_IS_MULTIBOOT2);
	assert_int_equal(problem.offset, 0x1008);
	foreign_kernel_build(&f, 62, FOREIGN_MULTIBOOT);
	assert_int_equal(recognise_multiboot(f.data + AT_TEXT + 0x44, 12, 8180, &problem), ERR_IS_MULTIBOOT);
	assert_int_equal(recognise_multiboot(f.data + AT_TEXT + 0x44, 11, 8180, &problem), OK);
	assert_int_equal(recognise_multiboot(f.data + AT_TEXT + 0x44, 12, 8184, &problem), OK);
}

static void requests_of_limine_are_found_in_data(void **state)
{
	(void)state;
	for (unsigned kind = FOREIGN_LIMINE; kind <= FOREIGN_LIMINE_REQUEST; kind++) {
		foreign_kernel_build(&f, 62, kind);
		assert_int_equal(recognise_limine(f.data + AT_DATA, 0x200, AT_DATA, &problem), ERR_IS_LIMINE);
		assert_int_equal(problem.offset, foreign_kernels[kind].offset);
		/* All of both words must be there. */
		assert_int_equal(recognise_limine(f.data + AT_DATA, foreign_kernels[kind].offset - AT_DATA + 15,
		                                  AT_DATA, &problem),
		                 OK);
		assert_int_equal(recognise_limine(f.data + AT_DATA + 4, 0x1fc, AT_DATA, &problem), OK);
		f.data[foreign_kernels[kind].offset + 15] ^= 1;
		assert_int_equal(recognise_limine(f.data + AT_DATA, 0x200, AT_DATA, &problem), OK);
	}
	assert_int_equal(recognise_limine("", 0, 0, &problem), OK);
}

static void notes_of_xen_are_found(void **state)
{
	(void)state;
	foreign_kernel_build(&f, 62, FOREIGN_PVH);
	assert_int_equal(recognise_notes(f.data + AT_NOTE, 28, AT_NOTE, &problem), ERR_IS_PVH);
	assert_int_equal(problem.offset, AT_NOTE);
	assert_int_equal(recognise_notes(f.data + AT_NOTE, 15, AT_NOTE, &problem), OK);
	put32(&f, AT_NOTE + 8, 17); /* another one of Xen's: not an entry point */
	assert_int_equal(recognise_notes(f.data + AT_NOTE, 28, AT_NOTE, &problem), OK);
	elf_build(&f, 62, false);
	assert_int_equal(recognise_notes(f.data + AT_NOTE, 28, AT_NOTE, &problem), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_named_for_what_they_are),
		cmocka_unit_test(magic_numbers_are_compared_whole),
		cmocka_unit_test(text_is_text_from_its_first_byte_to_its_512th),
		cmocka_unit_test(an_object_file_is_one_of_a_known_machine),
		cmocka_unit_test(any_beginning_of_a_file_is_read_within_its_bounds),
		cmocka_unit_test(headers_of_multiboot_are_found_where_they_may_be),
		cmocka_unit_test(requests_of_limine_are_found_in_data),
		cmocka_unit_test(notes_of_xen_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
