/* elf2efi_test.c — tools/elf2efi: every refusal, the relocation blocks, and a round trip: the ELF file and the PE
 * image are each loaded by a reader of their own, at an address that neither was linked for, and must be the same. */
#include "../../tools/elf2efi/elf2efi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- An ELF file to spoil -------------------------------------------------------------------------------------- */

enum {
	TEXT = 0x1000, RODATA = 0x2000, DATA = 0x3000, /* both file offset and address */
	TEXT_BYTES = 0x123, RODATA_BYTES = 0x900, DATA_BYTES = 0x800, DATA_MEMORY = 0x2345,
	RELA = RODATA + 0x100, RELR = RODATA + 0x400, DYNAMIC = RODATA + 0x600,
	SBAT = 0x4000, SBAT_BYTES = 21, NAMES = 0x4100, SECTIONS = 0x4200, SECTION_COUNT = 4,
	OTHER_PHDRS = 0x4400, ELF_BYTES = 0x4800,
	PHDR_TEXT = 0, PHDR_RODATA, PHDR_DATA, PHDR_DYNAMIC, PHDR_COUNT,
	SECTION_NAMES = 1, SECTION_SBAT = 2, SECTION_DYNAMIC = 3,
};

static uint8_t elf[ELF_BYTES];
static struct e2e_problem problem;

static void set16(size_t at, uint16_t n) { memcpy(elf + at, &n, sizeof(n)); }
static void set32(size_t at, uint32_t n) { memcpy(elf + at, &n, sizeof(n)); }
static void set64(size_t at, uint64_t n) { memcpy(elf + at, &n, sizeof(n)); }
static size_t phdr(unsigned i) { return 64 + i * 56; }
static size_t section(unsigned i) { return SECTIONS + i * 64; }

static void set_phdr_at(size_t at, uint32_t type, uint32_t flags, uint64_t base, uint64_t file, uint64_t bytes)
{
	set32(at, type);
	set32(at + 4, flags);
	set64(at + 8, base);
	set64(at + 16, base);
	set64(at + 32, file);
	set64(at + 40, bytes);
}

static void set_section(unsigned i, uint32_t name, uint32_t type, uint64_t at, uint64_t bytes)
{
	set32(section(i), name);
	set32(section(i) + 4, type);
	set64(section(i) + 24, at);
	set64(section(i) + 32, bytes);
}

static void set_dynamic(unsigned i, uint64_t tag, uint64_t value)
{
	set64(DYNAMIC + i * 16, tag);
	set64(DYNAMIC + i * 16 + 8, value);
}

static void set_rela(unsigned i, uint64_t place, uint64_t info, uint64_t addend)
{
	set64(RELA + i * 24, place);
	set64(RELA + i * 24 + 8, info);
	set64(RELA + i * 24 + 16, addend);
}

static void set_rela_count(unsigned n)
{
	set_dynamic(1, 8, n * 24);
}

static void set_relr_count(unsigned n)
{
	set_dynamic(4, 35, n * 8);
}

/* Text, constants and data with zeros behind; two RELA and one RELR relocation; .sbat outside of every segment. */
static int elf_make(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(elf); i++)
		elf[i] = (uint8_t)(i * 7 + (i >> 8));
	memset(elf, 0, 0x1000);
	memcpy(elf, "\177ELF\2\1\1", 7);
	set16(16, 3);
	set16(18, 62);
	set64(24, TEXT + 0x10);
	set64(32, 64);
	set64(40, SECTIONS);
	set16(54, 56);
	set16(56, PHDR_COUNT);
	set16(58, 64);
	set16(60, SECTION_COUNT);
	set16(62, SECTION_NAMES);
	set_phdr_at(phdr(PHDR_TEXT), 1, 5, TEXT, TEXT_BYTES, TEXT_BYTES);
	set_phdr_at(phdr(PHDR_RODATA), 1, 4, RODATA, RODATA_BYTES, RODATA_BYTES);
	set_phdr_at(phdr(PHDR_DATA), 1, 6, DATA, DATA_BYTES, DATA_MEMORY);
	set_phdr_at(phdr(PHDR_DYNAMIC), 2, 4, DYNAMIC, 0x100, 0x100);
	memset(elf + SECTIONS, 0, SECTION_COUNT * 64);
	memcpy(elf + SBAT, "sbat,1,hello\nx,1,y\n\n", SBAT_BYTES);
	memcpy(elf + NAMES, "\0.names\0.sbat\0.dynamic", 23);
	set_section(SECTION_NAMES, 1, 3, NAMES, 23);
	set_section(SECTION_SBAT, 8, 1, SBAT, SBAT_BYTES);
	set_section(SECTION_DYNAMIC, 14, 6, DYNAMIC, 0x100);
	memset(elf + DYNAMIC, 0, 0x100);
	set_dynamic(0, 7, RELA);
	set_rela_count(2);
	set_dynamic(2, 9, 24);
	set_dynamic(3, 36, RELR);
	set_relr_count(1);
	set_dynamic(5, 37, 8);
	set_rela(0, DATA + 0x40, 8, TEXT + 0x20);
	set_rela(1, RODATA + 0x10, 8, DATA + 0x2000);
	set64(RELR, DATA + 0x20);
	set64(DATA + 0x20, RODATA + 5);
	problem = (struct e2e_problem){ 0 };
	return 0;
}

/* The conversion sees a copy of exactly `bytes`, so that the sanitizer guards its end. */
static enum e2e_err convert(size_t bytes, uint8_t **efi, size_t *efi_bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);
	assert_non_null(copy);
	memcpy(copy, elf, bytes);
	enum e2e_err e = elf2efi(copy, bytes, efi, efi_bytes, &problem);
	free(copy);
	return e;
}

static void expect(enum e2e_err code, uint64_t v0, uint64_t v1, uint64_t v2)
{
	uint8_t *efi = (uint8_t *)1;
	size_t efi_bytes = 77;

	assert_int_equal(convert(sizeof(elf), &efi, &efi_bytes), code);
	assert_int_equal(problem.code, code);
	assert_int_equal(problem.value[0], v0);
	assert_int_equal(problem.value[1], v1);
	assert_int_equal(problem.value[2], v2);
	assert_ptr_equal(efi, (uint8_t *)1);    /* results are written only on success */
	assert_int_equal(efi_bytes, 77);
}

/* ---- A PE reader that shares nothing with the writer ----------------------------------------------------------- */

struct pe {
	uint8_t *file;
	size_t bytes;
	size_t coff, optional, table;
	unsigned sections;
};

static struct pe pe_make(void)
{
	struct pe pe = { 0 };
	enum e2e_err e = convert(sizeof(elf), &pe.file, &pe.bytes);
	assert_int_equal(e, E2E_OK);
	assert_memory_equal(pe.file, "MZ", 2);
	pe.coff = read_le32(pe.file + 0x3c) + 4;
	assert_memory_equal(pe.file + pe.coff - 4, "PE\0", 4);
	pe.optional = pe.coff + 20;
	pe.table = pe.optional + read_le16(pe.file + pe.coff + 16);
	pe.sections = read_le16(pe.file + pe.coff + 2);
	return pe;
}

static const uint8_t *pe_section(const struct pe *pe, const char *name)
{
	for (unsigned i = 0; i < pe->sections; i++) {
		const uint8_t *s = pe->file + pe->table + i * 40;
		if (strncmp((const char *)s, name, 8) == 0)
			return s;
	}
	fail_msg("no section %s", name);
	return NULL;
}

/* The image as firmware would have it in memory at `base`. The caller frees it. */
static uint8_t *pe_load(const struct pe *pe, uint64_t base)
{
	uint32_t image_bytes = read_le32(pe->file + pe->optional + 56);
	uint8_t *image = calloc(1, image_bytes);
	assert_non_null(image);
	for (unsigned i = 0; i < pe->sections; i++) {
		const uint8_t *s = pe->file + pe->table + i * 40;
		uint32_t virtual_bytes = read_le32(s + 8), raw = read_le32(s + 16), at = read_le32(s + 20);
		assert_true(range_within(at, raw, pe->bytes));
		assert_true(range_within(read_le32(s + 12), virtual_bytes, image_bytes));
		memcpy(image + read_le32(s + 12), pe->file + at, min_u64(raw, virtual_bytes));
	}
	uint32_t block = read_le32(pe->file + pe->optional + 112 + 5 * 8);
	uint32_t end = block + read_le32(pe->file + pe->optional + 112 + 5 * 8 + 4);
	while (block < end) {
		uint32_t page = read_le32(image + block), bytes = read_le32(image + block + 4);
		assert_true(bytes >= 8 && bytes % 4 == 0 && bytes <= end - block && page % 4096 == 0);
		for (uint32_t i = 8; i < bytes; i += 2) {
			uint16_t entry = read_le16(image + block + i);
			uint64_t n;
			if (entry >> 12 == 0)
				continue;
			assert_int_equal(entry >> 12, 10);
			memcpy(&n, image + page + (entry & 0xfff), 8);
			n += base;
			memcpy(image + page + (entry & 0xfff), &n, 8);
		}
		block += bytes;
	}
	return image;
}

/* The same of the ELF file: segments, then the relocations as the tests set them. */
static void elf_load(uint8_t *image, uint64_t base, unsigned relas, const uint64_t *relr_places, unsigned relrs)
{
	for (unsigned i = PHDR_TEXT; i <= PHDR_DATA; i++)
		memcpy(image + read_le64(elf + phdr(i) + 16), elf + read_le64(elf + phdr(i) + 8),
		       read_le64(elf + phdr(i) + 32));
	for (unsigned i = 0; i < relas; i++) {
		uint64_t n = base + read_le64(elf + RELA + i * 24 + 16);
		memcpy(image + read_le64(elf + RELA + i * 24), &n, 8);
	}
	for (unsigned i = 0; i < relrs; i++) {
		uint64_t n = base + read_le64(image + relr_places[i]);
		memcpy(image + relr_places[i], &n, 8);
	}
}

static void expect_round_trip(unsigned relas, const uint64_t *relr_places, unsigned relrs)
{
	const uint64_t base = 0x123456789000;
	static uint8_t want[0x10000];
	struct pe pe = pe_make();
	uint8_t *image = pe_load(&pe, base);

	memset(want, 0, sizeof(want));
	elf_load(want, base, relas, relr_places, relrs);
	assert_memory_equal(image + TEXT, want + TEXT, DATA + DATA_MEMORY - TEXT);
	free(image);
	free(pe.file);
}

/* ---- What comes out -------------------------------------------------------------------------------------------- */

static void elf2efi_loads_anywhere_as_the_elf_would(void **state)
{
	const uint64_t relr[] = { DATA + 0x20 };
	(void)state;
	expect_round_trip(2, relr, 1);
}

static void elf2efi_follows_relr_bitmaps(void **state)
{
	/* after the address: bits 0, 1 and 62 of the 63 words that follow, then bit 0 of the next 63 */
	const uint64_t relr[] = { DATA + 0x80, DATA + 0x88, DATA + 0x90, DATA + 0x88 + 62 * 8, DATA + 0x88 + 63 * 8 };
	(void)state;
	set64(RELR, DATA + 0x80);
	set64(RELR + 8, 1 | 1 << 1 | 1 << 2 | 1ull << 63);
	set64(RELR + 16, 1 | 1 << 1);
	set_relr_count(3);
	expect_round_trip(2, relr, 5);
}

static void elf2efi_reads_the_plt_table_like_rela(void **state)
{
	const uint64_t relr[] = { DATA + 0x20 };
	(void)state;
	set_rela_count(1);
	set_dynamic(6, 23, RELA + 24);
	set_dynamic(7, 2, 24);
	expect_round_trip(2, relr, 1);
}

static void elf2efi_finds_dynamic_by_its_section(void **state)
{
	const uint64_t relr[] = { DATA + 0x20 };
	(void)state;
	set32(phdr(PHDR_DYNAMIC), 0);
	expect_round_trip(2, relr, 1);
}

static void elf2efi_ignores_segments_without_memory(void **state)
{
	const uint64_t relr[] = { DATA + 0x20 };
	(void)state;
	set64(32, OTHER_PHDRS);
	set16(56, PHDR_COUNT + 1);
	memcpy(elf + OTHER_PHDRS, elf + 64, PHDR_COUNT * 56);
	set_phdr_at(OTHER_PHDRS + PHDR_COUNT * 56, 1, 7, 0, 0, 0);
	expect_round_trip(2, relr, 1);
}

static void elf2efi_writes_addends_for_base_zero(void **state)
{
	struct pe pe = pe_make();
	(void)state;
	assert_int_equal(read_le64(pe.file + read_le32(pe_section(&pe, ".data") + 20) + 0x40), TEXT + 0x20);
	assert_int_equal(read_le64(pe.file + read_le32(pe_section(&pe, ".rodata") + 20) + 0x10), DATA + 0x2000);
	free(pe.file);
}

static void elf2efi_blocks_relocations_by_page(void **state)
{
	struct pe pe;
	(void)state;
	set_rela_count(4);
	set_rela(2, DATA + 0x7f8, 8, 0);        /* the last words of the file part */
	set_rela(3, DATA, 8, 0);
	pe = pe_make();
	const uint8_t *s = pe_section(&pe, ".reloc"), *b = pe.file + read_le32(s + 20);
	const uint8_t want[] = {
		0x00, 0x20, 0, 0, 12, 0, 0, 0, 0x10, 0xa0, 0, 0,
		0x00, 0x30, 0, 0, 16, 0, 0, 0, 0x00, 0xa0, 0x20, 0xa0, 0x40, 0xa0, 0xf8, 0xa7,
	};
	assert_int_equal(read_le32(s + 8), sizeof(want));
	assert_memory_equal(b, want, sizeof(want));
	free(pe.file);
}

static void elf2efi_without_relocations_still_has_a_block(void **state)
{
	const uint8_t want[] = { 0x00, 0x10, 0, 0, 8, 0, 0, 0 };
	(void)state;
	set_rela_count(0);
	set_relr_count(0);
	struct pe pe = pe_make();
	const uint8_t *s = pe_section(&pe, ".reloc");
	assert_int_equal(read_le32(s + 8), sizeof(want));
	assert_memory_equal(pe.file + read_le32(s + 20), want, sizeof(want));
	free(pe.file);
}

static void elf2efi_headers_say_what_firmware_asks(void **state)
{
	struct pe pe = pe_make();
	const uint8_t *c = pe.file + pe.coff, *o = pe.file + pe.optional;
	(void)state;
	assert_int_equal(read_le16(c), 0x8664);
	assert_int_equal(read_le32(c + 4), 0);          /* no time */
	assert_int_equal(read_le16(c + 18), 0x22);      /* executable, and relocations not stripped */
	assert_int_equal(read_le16(o), 0x20b);
	assert_int_equal(read_le32(o + 16), TEXT + 0x10);
	assert_int_equal(read_le64(o + 24), 0);
	assert_int_equal(read_le32(o + 32), 4096);
	assert_int_equal(read_le32(o + 56), 0x8000);    /* data ends at 0x5345; .reloc and .sbat a page each */
	assert_int_equal(read_le32(o + 60), 512);
	assert_true(pe.table + pe.sections * 40 <= 512);
	/* EDK2 refuses directories that do not fit exactly */
	assert_int_equal(read_le16(c + 16), 112 + 8 * read_le32(o + 108));
	assert_true(read_le32(o + 108) > 5);            /* .reloc's is number 5, the signature's 4 */
	assert_int_equal(read_le16(o + 68), 10);        /* EFI application */
	assert_int_equal(read_le16(o + 70), 0x160);     /* NX_COMPAT, DYNAMIC_BASE, HIGH_ENTROPY_VA */
	free(pe.file);
}

static void elf2efi_sections_have_permissions_of_segments(void **state)
{
	static const struct { const char *name; uint32_t flags, base, bytes; } want[] = {
		{ ".text",   0x60000020, TEXT,   TEXT_BYTES },
		{ ".rodata", 0x40000040, RODATA, RODATA_BYTES },
		{ ".data",   0xc0000040, DATA,   DATA_MEMORY },
		{ ".reloc",  0x42000040, 0x6000, 28 - 4 },
		{ ".sbat",   0x40000040, 0x7000, SBAT_BYTES },
	};
	struct pe pe = pe_make();
	(void)state;
	assert_int_equal(pe.sections, COUNT_OF(want));
	for (unsigned i = 0; i < COUNT_OF(want); i++) {
		const uint8_t *s = pe.file + pe.table + i * 40;
		assert_int_equal(strncmp((const char *)s, want[i].name, 8), 0);
		assert_int_equal(read_le32(s + 8), want[i].bytes);
		assert_int_equal(read_le32(s + 12), want[i].base);
		assert_int_equal(read_le32(s + 16) % 512, 0);
		assert_int_equal(read_le32(s + 20) % 512, 0);
		assert_int_equal(read_le32(s + 36), want[i].flags);
	}
	free(pe.file);
}

static void elf2efi_zeros_alone_take_no_file_bytes(void **state)
{
	(void)state;
	set64(phdr(PHDR_DATA) + 32, 0);
	set64(phdr(PHDR_DATA) + 8, UINT64_MAX); /* linkers may put it past the end of the file */
	set_rela_count(0);
	set_relr_count(0);
	struct pe pe = pe_make();
	const uint8_t *s = pe_section(&pe, ".data");
	assert_int_equal(read_le32(s + 8), DATA_MEMORY);
	assert_int_equal(read_le32(s + 16), 0);
	assert_int_equal(read_le32(s + 20), 0);
	assert_int_equal(read_le32(s + 36), 0xc0000080);
	free(pe.file);
}

static void elf2efi_keeps_sbat_byte_for_byte(void **state)
{
	struct pe pe = pe_make();
	const uint8_t *s = pe_section(&pe, ".sbat");
	(void)state;
	assert_memory_equal(pe.file + read_le32(s + 20), "sbat,1,hello\nx,1,y\n\n", SBAT_BYTES);
	free(pe.file);
}

static void elf2efi_checksum_covers_the_file(void **state)
{
	struct pe pe = pe_make();
	uint32_t sum = 0, said = read_le32(pe.file + pe.optional + 64);
	(void)state;
	memset(pe.file + pe.optional + 64, 0, 4);
	for (size_t i = 0; i < pe.bytes; i += 2)
		sum += read_le16(pe.file + i);          /* carries collect in the upper half: the file is small */
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(said, sum + pe.bytes);
	free(pe.file);
}

static void elf2efi_knows_its_machines(void **state)
{
	static const struct { uint16_t elf, pe; uint32_t relative; } known[] = {
		{ 62, 0x8664, 8 }, { 183, 0xaa64, 1027 }, { 243, 0x5064, 3 },
	};
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		set16(18, known[i].elf);
		set_rela(0, DATA + 0x40, known[i].relative, TEXT);
		set_rela(1, DATA + 0x48, known[i].relative, TEXT);
		struct pe pe = pe_make();
		assert_int_equal(read_le16(pe.file + pe.coff), known[i].pe);
		free(pe.file);
	}
}

static void elf2efi_gives_same_bytes_again(void **state)
{
	struct pe a = pe_make(), b = pe_make();
	(void)state;
	assert_int_equal(a.bytes, b.bytes);
	assert_memory_equal(a.file, b.file, a.bytes);
	free(a.file);
	free(b.file);
}

/* ---- Refusals -------------------------------------------------------------------------------------------------- */

static void elf2efi_refuses_what_is_no_elf(void **state)
{
	uint8_t *efi;
	size_t efi_bytes;
	(void)state;
	assert_int_equal(convert(63, &efi, &efi_bytes), E2E_SIZE);
	assert_int_equal(problem.value[0], 63);
	elf[0] = 0;
	expect(E2E_MAGIC, 0x464c4500, 0, 0);
}

static void elf2efi_refuses_32_bit(void **state)
{
	(void)state;
	elf[4] = 1;
	expect(E2E_CLASS, 1, 1, 0);
}

static void elf2efi_refuses_big_endian(void **state)
{
	(void)state;
	elf[5] = 2;
	expect(E2E_CLASS, 2, 2, 0);
}

static void elf2efi_refuses_fixed_address_elf(void **state)
{
	(void)state;
	set16(16, 2);
	expect(E2E_TYPE, 2, 0, 0);
}

static void elf2efi_refuses_unknown_machine(void **state)
{
	(void)state;
	set16(18, 3);
	expect(E2E_MACHINE, 3, 0, 0);
}

static void elf2efi_refuses_program_headers_past_end(void **state)
{
	(void)state;
	set64(32, sizeof(elf) - 4 * 56 + 1);
	expect(E2E_PHDR_TABLE, sizeof(elf) - 4 * 56 + 1, 4, 56);
	set64(32, UINT64_MAX - 8);
	expect(E2E_PHDR_TABLE, UINT64_MAX - 8, 4, 56);
	set64(32, 64);
	set16(54, 32);
	expect(E2E_PHDR_TABLE, 64, 4, 32);
}

static void elf2efi_refuses_section_headers_past_end(void **state)
{
	(void)state;
	set64(40, sizeof(elf) - 4 * 64 + 1);
	expect(E2E_SHDR_TABLE, sizeof(elf) - 4 * 64 + 1, 4, 64);
	set64(40, SECTIONS);
	set16(58, 40);
	expect(E2E_SHDR_TABLE, SECTIONS, 4, 40);
}

static void elf2efi_refuses_section_names_that_are_not_there(void **state)
{
	(void)state;
	set16(62, SECTION_COUNT);
	expect(E2E_SHDR_NAMES, SECTION_COUNT, 0, 0);
	set16(62, SECTION_NAMES);
	set64(section(SECTION_NAMES) + 32, sizeof(elf));
	expect(E2E_SHDR_NAMES, SECTION_NAMES, 0, 0);
}

static void elf2efi_refuses_nothing_to_load(void **state)
{
	(void)state;
	set16(56, 0);
	expect(E2E_NO_SEGMENT, 0, 0, 0);
}

static void elf2efi_refuses_too_many_segments(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 17; i++)
		set_phdr_at(OTHER_PHDRS + i * 56, 1, 5, TEXT + i * 0x1000, 0, 0x1000);
	set64(32, OTHER_PHDRS);
	set16(56, 17);
	expect(E2E_MANY_SEGMENTS, 16, 0, 0);
}

static void elf2efi_refuses_thread_local_storage(void **state)
{
	(void)state;
	set32(phdr(PHDR_DYNAMIC), 7);
	expect(E2E_TLS, PHDR_DYNAMIC, 0, 0);
}

static void elf2efi_refuses_segment_past_end_of_file(void **state)
{
	(void)state;
	set64(phdr(PHDR_DATA) + 8, sizeof(elf) - DATA_BYTES + 1);
	expect(E2E_SEGMENT_FILE, DATA, sizeof(elf) - DATA_BYTES + 1, DATA_BYTES);
	set64(phdr(PHDR_DATA) + 8, UINT64_MAX);
	expect(E2E_SEGMENT_FILE, DATA, UINT64_MAX, DATA_BYTES);
}

static void elf2efi_refuses_segment_with_more_file_than_memory(void **state)
{
	(void)state;
	set64(phdr(PHDR_DATA) + 40, DATA_BYTES - 1);
	expect(E2E_SEGMENT_FILE, DATA, DATA, DATA_BYTES);
}

static void elf2efi_refuses_segment_off_a_page(void **state)
{
	(void)state;
	set64(phdr(PHDR_RODATA) + 16, RODATA + 8);
	expect(E2E_SEGMENT_ALIGN, RODATA + 8, 0, 0);
}

static void elf2efi_refuses_segments_out_of_order_or_with_gaps(void **state)
{
	(void)state;
	set64(phdr(PHDR_RODATA) + 16, TEXT);
	expect(E2E_SEGMENT_ORDER, TEXT, RODATA, 0);
	set64(phdr(PHDR_RODATA) + 16, DATA);
	expect(E2E_SEGMENT_ORDER, DATA, RODATA, 0);
}

static void elf2efi_refuses_segment_above_2_gib(void **state)
{
	(void)state;
	set64(phdr(PHDR_DATA) + 40, 0x80000000 - DATA + 1);
	expect(E2E_SEGMENT_RANGE, DATA, 0x80000000 - DATA + 1, 0);
	set64(phdr(PHDR_DATA) + 16, 0xfffffffffffff000);
	set64(phdr(PHDR_DATA) + 40, 0x2000);
	expect(E2E_SEGMENT_RANGE, 0xfffffffffffff000, 0x2000, 0);
}

static void elf2efi_refuses_writable_and_executable(void **state)
{
	(void)state;
	set32(phdr(PHDR_DATA) + 4, 7);
	expect(E2E_SEGMENT_WX, DATA, 0, 0);
}

static void elf2efi_refuses_segment_that_cannot_be_read(void **state)
{
	(void)state;
	set32(phdr(PHDR_DATA) + 4, 2);
	expect(E2E_SEGMENT_FLAGS, DATA, 2, 0);
}

static void elf2efi_refuses_segment_under_the_headers(void **state)
{
	(void)state;
	set64(phdr(PHDR_TEXT) + 16, 0);
	set64(phdr(PHDR_TEXT) + 40, 0x2000);
	expect(E2E_HEADERS, 0, 0x1000, 0);
}

static void elf2efi_refuses_entry_outside_of_code(void **state)
{
	static const uint64_t bad[] = { 0, TEXT - 1, TEXT + TEXT_BYTES, DATA, UINT64_MAX };
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(bad); i++) {
		set64(24, bad[i]);
		expect(E2E_ENTRY, bad[i], 0, 0);
	}
}

static void elf2efi_refuses_missing_sbat(void **state)
{
	(void)state;
	elf[NAMES + 9] = 'x';
	expect(E2E_NO_SBAT, 0, 0, 0);
	set16(60, 0);
	expect(E2E_NO_SBAT, 0, 0, 0);
}

static void elf2efi_reads_no_name_past_the_end(void **state)
{
	(void)state;
	set_section(SECTION_NAMES, 0, 3, sizeof(elf) - 4, 4);
	memcpy(elf + sizeof(elf) - 4, "\0.sb", 4);
	set32(section(SECTION_SBAT), 1);
	set32(section(SECTION_DYNAMIC), UINT32_MAX);
	expect(E2E_NO_SBAT, 0, 0, 0);
}

static void elf2efi_refuses_sbat_without_bytes(void **state)
{
	(void)state;
	set64(section(SECTION_SBAT) + 32, 0);
	expect(E2E_SBAT, SBAT, 0, 0);
	set64(section(SECTION_SBAT) + 32, sizeof(elf) - SBAT + 1);
	expect(E2E_SBAT, SBAT, sizeof(elf) - SBAT + 1, 0);
	set64(section(SECTION_SBAT) + 32, SBAT_BYTES);
	set32(section(SECTION_SBAT) + 4, 8);
	expect(E2E_SBAT, SBAT, SBAT_BYTES, 0);
}

static void elf2efi_refuses_missing_dynamic(void **state)
{
	(void)state;
	set32(phdr(PHDR_DYNAMIC), 0);
	set32(section(SECTION_DYNAMIC) + 4, 1);
	expect(E2E_NO_DYNAMIC, 0, 0, 0);
}

static void elf2efi_refuses_dynamic_past_end_or_without_end(void **state)
{
	(void)state;
	set64(phdr(PHDR_DYNAMIC) + 8, sizeof(elf) - 0xff);
	expect(E2E_DYNAMIC, sizeof(elf) - 0xff, 0x100, 0);
	set64(phdr(PHDR_DYNAMIC) + 8, DYNAMIC);
	set64(phdr(PHDR_DYNAMIC) + 32, 6 * 16 + 15);
	expect(E2E_DYNAMIC, DYNAMIC, 6 * 16 + 15, 0);
}

static void elf2efi_refuses_relocations_without_addends(void **state)
{
	(void)state;
	set_dynamic(6, 17, RELA);
	expect(E2E_DYNAMIC_REL, 0, 0, 0);
}

static void elf2efi_refuses_relocation_tables_outside_of_segments(void **state)
{
	(void)state;
	set_dynamic(0, 7, 0x8000);
	expect(E2E_RELOC_TABLE, 0x8000, 48, 24);
	set_dynamic(0, 7, RODATA + RODATA_BYTES - 47);
	expect(E2E_RELOC_TABLE, RODATA + RODATA_BYTES - 47, 48, 24);
	set_dynamic(0, 7, RELA);
	set_dynamic(2, 9, 16);
	expect(E2E_RELOC_TABLE, RELA, 48, 16);
	set_dynamic(2, 9, 24);
	set_dynamic(1, 8, 47);
	expect(E2E_RELOC_TABLE, RELA, 47, 24);
	set_rela_count(2);
	set_dynamic(5, 37, 4);
	expect(E2E_RELOC_TABLE, RELR, 8, 4);
}

static void elf2efi_refuses_any_other_relocation(void **state)
{
	(void)state;
	set_rela(1, DATA + 0x50, 7ull << 32 | 1, 0);
	expect(E2E_RELOC_TYPE, 1, DATA + 0x50, 7);
	set_rela(1, DATA + 0x50, 0, 0);
	expect(E2E_RELOC_TYPE, 0, DATA + 0x50, 0);
	set_rela(1, DATA + 0x50, 1027, 0);              /* RELATIVE, but of another machine */
	expect(E2E_RELOC_TYPE, 1027, DATA + 0x50, 0);
	set_rela(1, DATA + 0x50, 9ull << 32 | 8, 0);    /* RELATIVE has no symbol */
	expect(E2E_RELOC_TYPE, 8, DATA + 0x50, 9);
}

static void elf2efi_refuses_relocation_outside_of_file_bytes(void **state)
{
	static const uint64_t bad[] = { 0, TEXT - 8, DATA + DATA_BYTES - 7, DATA + DATA_BYTES, UINT64_MAX - 7 };
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(bad); i++) {
		set_rela(1, bad[i], 8, 0);
		expect(E2E_RELOC_PLACE, bad[i], 0, 0);
	}
	elf_make(NULL);
	set64(RELR, 0x9000);
	expect(E2E_RELOC_PLACE, 0x9000, 0, 0);
}

static void elf2efi_refuses_relocations_that_overlap(void **state)
{
	(void)state;
	set_rela(1, DATA + 0x40 + 7, 8, 0);
	expect(E2E_RELOC_TWICE, DATA + 0x40, DATA + 0x47, 0);
	set_rela(1, DATA + 0x20, 8, 0);                 /* once in RELA, once in RELR */
	expect(E2E_RELOC_TWICE, DATA + 0x20, DATA + 0x20, 0);
}

/* A RELR table can name one word over and over; the list of places must not grow with it. */
static void elf2efi_refuses_more_relocations_than_words(void **state)
{
	const unsigned words = TEXT_BYTES / 8 + RODATA_BYTES / 8 + DATA_BYTES / 8;
	(void)state;
	for (unsigned i = 0; i < 60; i += 2) {
		set64(RELR + i * 8, RODATA);
		set64(RELR + i * 8 + 8, UINT64_MAX);    /* 64 places with the one before */
	}
	set_rela_count(0);
	set_relr_count(60);
	expect(E2E_RELOC_TWICE, RODATA + (words + 1) % 64 * 8, RODATA + (words + 1) % 64 * 8, 0);
}

static void elf2efi_refuses_relr_that_begins_with_a_bitmap(void **state)
{
	(void)state;
	set64(RELR, 3);
	expect(E2E_RELR, 3, 0, 0);
}

static void elf2efi_refuses_image_without_room_for_its_tail(void **state)
{
	(void)state;
	set64(phdr(PHDR_DATA) + 40, 0x80000000 - 0x1000 - DATA);
	expect(E2E_TOO_BIG, 0x80001000, 0, 0);
}

/* ---- Hostile input --------------------------------------------------------------------------------------------- */

static void elf2efi_survives_every_truncation(void **state)
{
	(void)state;
	for (size_t bytes = 0; bytes < sizeof(elf); bytes += bytes < 0x400 || bytes >= SBAT ? 1 : 61) {
		uint8_t *efi = NULL;
		size_t efi_bytes;
		enum e2e_err e = convert(bytes, &efi, &efi_bytes);
		assert_true(e == E2E_OK ? bytes >= section(SECTION_COUNT) : efi == NULL);
		free(efi);
	}
}

static void elf2efi_survives_any_byte_being_wrong(void **state)
{
	static const struct span parts[] = { { 0, 64 + PHDR_COUNT * 56 }, { RELA, 48 }, { RELR, 8 }, { DYNAMIC, 0x80 },
		                             { SECTIONS, SECTION_COUNT * 64 } };
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	(void)state;
	for (unsigned p = 0; p < COUNT_OF(parts); p++) {
		for (uint64_t i = parts[p].base; i < parts[p].base + parts[p].bytes; i++) {
			for (unsigned v = 0; v < COUNT_OF(values); v++) {
				uint8_t was = elf[i], *efi = NULL;
				size_t efi_bytes;
				elf[i] = values[v];
				convert(sizeof(elf), &efi, &efi_bytes);
				free(efi);
				elf[i] = was;
			}
		}
	}
}

static void elf2efi_has_a_sentence_for_every_code(void **state)
{
	char text[400];
	(void)state;
	for (unsigned code = 0; code < E2E_COUNT; code++) {
		e2e_sentence(&(struct e2e_problem){ (enum e2e_err)code, { 1, 2, 3 } }, text, sizeof(text));
		assert_true(strlen(text) > 6 && strlen(text) < sizeof(text) - 60);
		assert_null(strchr(text, '%'));
	}
	e2e_sentence(&(struct e2e_problem){ E2E_SEGMENT_FILE, { 0x1000, 0x20, 30 } }, text, sizeof(text));
	assert_string_equal(text, "the segment at 0x1000 has 30 bytes in the file at 0x20, which do not fit the file "
	                          "or its memory");
	e2e_sentence(&(struct e2e_problem){ E2E_RELOC_TYPE, { 1, 0x3050, 7 } }, text, 49);
	assert_string_equal(text, "relocation type 1 at 0x3050 (symbol 7): only REL");
}

#define TEST(name) cmocka_unit_test_setup(name, elf_make)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(elf2efi_loads_anywhere_as_the_elf_would),
		TEST(elf2efi_follows_relr_bitmaps),
		TEST(elf2efi_reads_the_plt_table_like_rela),
		TEST(elf2efi_finds_dynamic_by_its_section),
		TEST(elf2efi_ignores_segments_without_memory),
		TEST(elf2efi_writes_addends_for_base_zero),
		TEST(elf2efi_blocks_relocations_by_page),
		TEST(elf2efi_without_relocations_still_has_a_block),
		TEST(elf2efi_headers_say_what_firmware_asks),
		TEST(elf2efi_sections_have_permissions_of_segments),
		TEST(elf2efi_zeros_alone_take_no_file_bytes),
		TEST(elf2efi_keeps_sbat_byte_for_byte),
		TEST(elf2efi_checksum_covers_the_file),
		TEST(elf2efi_knows_its_machines),
		TEST(elf2efi_gives_same_bytes_again),
		TEST(elf2efi_refuses_what_is_no_elf),
		TEST(elf2efi_refuses_32_bit),
		TEST(elf2efi_refuses_big_endian),
		TEST(elf2efi_refuses_fixed_address_elf),
		TEST(elf2efi_refuses_unknown_machine),
		TEST(elf2efi_refuses_program_headers_past_end),
		TEST(elf2efi_refuses_section_headers_past_end),
		TEST(elf2efi_refuses_section_names_that_are_not_there),
		TEST(elf2efi_refuses_nothing_to_load),
		TEST(elf2efi_refuses_too_many_segments),
		TEST(elf2efi_refuses_thread_local_storage),
		TEST(elf2efi_refuses_segment_past_end_of_file),
		TEST(elf2efi_refuses_segment_with_more_file_than_memory),
		TEST(elf2efi_refuses_segment_off_a_page),
		TEST(elf2efi_refuses_segments_out_of_order_or_with_gaps),
		TEST(elf2efi_refuses_segment_above_2_gib),
		TEST(elf2efi_refuses_writable_and_executable),
		TEST(elf2efi_refuses_segment_that_cannot_be_read),
		TEST(elf2efi_refuses_segment_under_the_headers),
		TEST(elf2efi_refuses_entry_outside_of_code),
		TEST(elf2efi_refuses_missing_sbat),
		TEST(elf2efi_reads_no_name_past_the_end),
		TEST(elf2efi_refuses_sbat_without_bytes),
		TEST(elf2efi_refuses_missing_dynamic),
		TEST(elf2efi_refuses_dynamic_past_end_or_without_end),
		TEST(elf2efi_refuses_relocations_without_addends),
		TEST(elf2efi_refuses_relocation_tables_outside_of_segments),
		TEST(elf2efi_refuses_any_other_relocation),
		TEST(elf2efi_refuses_relocation_outside_of_file_bytes),
		TEST(elf2efi_refuses_relocations_that_overlap),
		TEST(elf2efi_refuses_more_relocations_than_words),
		TEST(elf2efi_refuses_relr_that_begins_with_a_bitmap),
		TEST(elf2efi_refuses_image_without_room_for_its_tail),
		TEST(elf2efi_survives_every_truncation),
		TEST(elf2efi_survives_any_byte_being_wrong),
		TEST(elf2efi_has_a_sentence_for_every_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
