#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernels/malformed.h"

static const uint16_t machines[] = { ELF_MACHINE_X86_64, ELF_MACHINE_AARCH64, ELF_MACHINE_RISCV };

static struct elf_image f;
static struct elf_reading r;
static struct problem problem;

static enum err read_built(uint16_t machine)
{
	return elf_read_all(f.data, f.bytes, &(struct elf_rules){ .machine = machine }, &r, &problem);
}

static void accept(uint16_t machine)
{
	char sentence[512] = "";
	enum err e = read_built(machine);

	if (e) {
		err_sentence(&problem, sentence, sizeof sentence);
		fail_msg("%s: %s", err_name(e), sentence);
	}
}

static void refuse(uint16_t machine, enum err code, uint64_t offset)
{
	enum err e = read_built(machine);

	assert_string_equal(err_name(e), err_name(code));
	assert_int_equal(problem.code, code);
	assert_int_equal(problem.offset, offset);
}

/* ---- Whole files --------------------------------------------------------------------------------------- */

static void elf_reads_a_static_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++) {
		elf_build(&f, machines[i], false);
		accept(machines[i]);
		assert_int_equal(r.file.entry, BUILT_ENTRY);
		assert_int_equal(r.file.machine, machines[i]);
		assert_false(r.file.position_independent);
		assert_int_equal(r.layout.segment_count, 2);
		assert_int_equal(r.layout.segments[1].virt, BUILT_DATA);
		assert_int_equal(r.layout.segments[1].offset, AT_DATA);
		assert_int_equal(r.layout.segments[1].file_bytes, 0x200);
		assert_int_equal(r.layout.segments[1].memory_bytes, 0x800);
		assert_int_equal(r.layout.segments[1].rights, ELF_READ | ELF_WRITE);
		assert_int_equal(r.layout.segments[1].index, 1);
		assert_int_equal(r.layout.note_count, 1);
		assert_int_equal(r.requests.of[HOBNAIL_REQUEST_STACK].value, 32768);
	}
}

static void elf_reads_a_position_independent_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++) {
		elf_build(&f, machines[i], true);
		accept(machines[i]);
		assert_true(r.file.position_independent);
		assert_int_equal(r.dynamic.rela.base, BUILT_DATA + 0x100);
		assert_int_equal(r.dynamic.rela.bytes, 48);
		assert_int_equal(r.dynamic.relr.base, BUILT_DATA + 0x180);
		assert_int_equal(r.dynamic.relr.bytes, 16);
	}
}

/* Every defect of the table: code, offset, a sentence that names it and has no number left out, and advice. */
static void elf_rejects_each_malformed_kernel_by_its_own_name(void **state)
{
	char sentence[512];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(malformed); i++)
		for (size_t k = 0; k < COUNT_OF(machines); k++) {
			const struct malformed *m = &malformed[i];
			malformed_build(&f, m, machines[k]);
			enum err e = read_built(machines[k]);
			err_sentence(&problem, sentence, sizeof sentence);
			if (e != m->code || problem.code != m->code || problem.offset != m->offset ||
			    !strstr(sentence, m->says) || strchr(sentence, '{') || !*err_advice(e))
				fail_msg("%s: %s at %#llx, not %s at %#llx: %s", m->name, err_name(e),
				         (unsigned long long)problem.offset, err_name(m->code),
				         (unsigned long long)m->offset, sentence);
		}
}

/* Any prefix of a whole kernel is refused, and reading it never touches a byte past its end (ASan watches). */
static void elf_rejects_every_truncation(void **state)
{
	struct elf_rules rules = { .machine = ELF_MACHINE_X86_64 };

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	for (size_t bytes = 0; bytes < f.bytes; bytes += bytes < 512 ? 1 : 61) {
		uint8_t *copy = malloc(bytes + 1); /* malloc(0) may be NULL */
		memcpy(copy, f.data, bytes);
		assert_int_not_equal(elf_read_all(copy, bytes, &rules, &r, &problem), OK);
		free(copy);
	}
	/* Fewer bytes of it are there than a header has, although the file is longer. */
	struct elf_file file;
	assert_int_equal(elf_open(f.data, 63, f.bytes, &rules, &file, &problem), ERR_ELF_SHORT);
	assert_int_equal(elf_open(f.data, f.bytes, 63, &rules, &file, &problem), ERR_ELF_SHORT);
	assert_int_equal(problem.value[0], 63);
}

static void elf_leaves_results_alone_on_error(void **state)
{
	struct elf_rules rules = { .machine = ELF_MACHINE_X86_64 };
	struct elf_file file;
	struct elf_layout layout, before;

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	assert_int_equal(elf_open(f.data, 64, f.bytes, &rules, &file, NULL), OK);
	put64(&f, PH_DATA + PH_ALIGN, 3);
	memset(&layout, 0x5a, sizeof layout);
	memset(&before, 0x5a, sizeof before);
	assert_int_equal(elf_segments(&file, f.data + PH_TEXT, &rules, &layout, NULL), ERR_ELF_ALIGNMENT);
	assert_memory_equal(&layout, &before, sizeof layout);
}

/* ---- Header -------------------------------------------------------------------------------------------- */

static void elf_rejects_file_above_the_limit(void **state)
{
	struct elf_rules rules = { .machine = ELF_MACHINE_X86_64 };
	struct elf_file file;

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	assert_int_equal(elf_open(f.data, 64, ELF_MAX_FILE_BYTES, &rules, &file, &problem), OK);
	assert_int_equal(elf_open(f.data, 64, ELF_MAX_FILE_BYTES + 1, &rules, &file, &problem), ERR_ELF_TOO_BIG);
	assert_int_equal(problem.value[0], ELF_MAX_FILE_BYTES + 1);
}

static void elf_rejects_unaligned_entry_where_instructions_are_aligned(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_AARCH64, false);
	put64(&f, EH_ENTRY, BUILT_ENTRY + 2);
	refuse(ELF_MACHINE_AARCH64, ERR_ELF_ENTRY_UNALIGNED, EH_ENTRY);
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, EH_ENTRY, BUILT_ENTRY + 1);
	accept(ELF_MACHINE_X86_64);
}

static void elf_accepts_last_byte_of_code_as_entry(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, EH_ENTRY, BUILT_TEXT + 0xff);
	accept(ELF_MACHINE_X86_64);
}

static void elf_tells_code_at_address_zero_from_a_missing_entry(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, EH_ENTRY, 0);
	put64(&f, PH_TEXT + PH_VADDR, 0);
	accept(ELF_MACHINE_X86_64);
	put64(&f, PH_TEXT + PH_OFFSET, 0); /* the ELF header lies there: no code */
	put64(&f, PH_TEXT + PH_FILESZ, 0x1100);
	put64(&f, PH_TEXT + PH_MEMSZ, 0x1100);
	refuse(ELF_MACHINE_X86_64, ERR_ELF_ENTRY_ZERO, EH_ENTRY);
}

static void elf_accepts_file_without_sections(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, EH_SHOFF, 0);
	put16(&f, EH_SHNUM, 0);
	put16(&f, EH_SHENTSIZE, 0);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.file.section_header_count, 0);
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

static void elf_accepts_write_execute_only_when_allowed(void **state)
{
	struct elf_rules rules = { .machine = ELF_MACHINE_X86_64, .allow_write_execute = true };

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put32(&f, PH_TEXT + PH_FLAGS, 7);
	refuse(ELF_MACHINE_X86_64, ERR_ELF_WRITE_EXECUTE, PH_TEXT + PH_FLAGS);
	assert_int_equal(elf_read_all(f.data, f.bytes, &rules, &r, &problem), OK);
}

static void elf_sorts_segments_by_address(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, PH_TEXT + PH_VADDR, BUILT_TEXT + 0x10000);
	put64(&f, EH_ENTRY, BUILT_TEXT + 0x10000);
	put_segment(&f, PH_SPARE, 1, 4, AT_DATA, BUILT_TEXT + 0x8000, 0x10, 0x10);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.layout.segment_count, 3);
	assert_int_equal(r.layout.segments[0].index, 1);
	assert_int_equal(r.layout.segments[1].index, 4);
	assert_int_equal(r.layout.segments[2].index, 0);
}

static void elf_accepts_neighbours_of_equal_rights_on_one_page(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put_segment(&f, PH_SPARE, 1, 5, AT_TEXT, BUILT_TEXT + 0x100, 0x10, 0x10);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.layout.segment_count, 3);
}

static void elf_accepts_neighbours_that_touch_at_a_page_boundary(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, PH_TEXT + PH_MEMSZ, 0x1000);
	accept(ELF_MACHINE_X86_64);
	put64(&f, PH_TEXT + PH_MEMSZ, 0x1001);
	refuse(ELF_MACHINE_X86_64, ERR_ELF_OVERLAP, PH_DATA + PH_VADDR);
}

static void elf_passes_over_segments_without_memory(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put_segment(&f, PH_SPARE, 1, 7, UINT64_MAX, BUILT_TEXT, 0, 0);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.layout.segment_count, 2);
}

static void elf_accepts_bss_whose_file_offset_is_past_the_end(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put_segment(&f, PH_SPARE, 1, 6, BUILT_BYTES + 0x900, BUILT_TEXT + 0x5000, 0, 0x3000);
	accept(ELF_MACHINE_X86_64);
}

static void elf_ignores_physical_address_of_upper_half_segments(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, PH_DATA + PH_PADDR, UINT64_MAX);
	accept(ELF_MACHINE_X86_64);
}

static void elf_reads_small_alignments_as_pages(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, PH_TEXT + PH_ALIGN, 0);
	put64(&f, PH_DATA + PH_ALIGN, MIB(2));
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.layout.segments[0].alignment, 4096);
	assert_int_equal(r.layout.segments[1].alignment, MIB(2));
}

static void elf_ignores_thread_storage_and_unknown_headers(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put_segment(&f, PH_SPARE, 7, 4, UINT64_MAX, UINT64_MAX, 9, 1);           /* PT_TLS */
	put_segment(&f, PH_SPARE2, 0x6474e551, 7, UINT64_MAX, UINT64_MAX, 9, 1); /* PT_GNU_STACK */
	accept(ELF_MACHINE_X86_64);
}

/* Nobody uses it: it goes wherever there is room. */
static void elf_ignores_physical_address_of_position_independent_kernels(void **state)
{
	(void)state;
	for (unsigned low = 0; low < 2; low++) {
		elf_build(&f, ELF_MACHINE_X86_64, true);
		put_segment(&f, PH_SPARE, 1, 4, AT_TEXT, low ? 0x1000 : BUILT_TEXT - 0x1000, 16, 16);
		put64(&f, PH_SPARE + PH_PADDR, UINT64_MAX - 7);
		accept(ELF_MACHINE_X86_64);
		assert_int_equal(r.layout.segments[0].phys, UINT64_MAX - 7);
	}
}

static void elf_takes_alignments_up_to_1_gib(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put64(&f, PH_TEXT + PH_ALIGN, GIB(1));
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.layout.segments[0].alignment, GIB(1));
	put64(&f, PH_TEXT + PH_ALIGN, GIB(2));
	refuse(ELF_MACHINE_X86_64, ERR_ELF_ALIGNMENT_BIG, PH_TEXT + PH_ALIGN);
}

/* Program headers of one type, more than fit. The headers are read from a table of their own. */
static enum err read_many(uint32_t type, unsigned count, uint64_t step)
{
	static struct elf_image table;
	struct elf_rules rules = { .machine = ELF_MACHINE_X86_64 };
	struct elf_file file = { .file_bytes = BUILT_BYTES, .entry = BUILT_TEXT, .program_headers = 64,
	                         .program_header_count = (uint16_t)count };
	struct elf_layout layout;

	memset(&table, 0, sizeof table);
	for (unsigned i = 0; i < count; i++)
		put_segment(&table, 56 * i, i ? type : 1, 5, AT_TEXT, BUILT_TEXT + i * step, 16, 16);
	return elf_segments(&file, table.data, &rules, &layout, &problem);
}

static void elf_rejects_too_many_segments_and_notes(void **state)
{
	(void)state;
	assert_int_equal(read_many(1, ELF_MAX_SEGMENTS, 0x1000), OK);
	assert_int_equal(read_many(1, ELF_MAX_SEGMENTS + 1, 0x1000), ERR_ELF_TOO_MANY_SEGMENTS);
	assert_int_equal(problem.offset, 64 + 56 * ELF_MAX_SEGMENTS);
	assert_int_equal(problem.value[0], ELF_MAX_SEGMENTS);
	assert_int_equal(read_many(4, ELF_MAX_NOTES + 1, 0), OK);
	assert_int_equal(read_many(4, ELF_MAX_NOTES + 2, 0), ERR_ELF_TOO_MANY_NOTES);
	assert_int_equal(problem.offset, 64 + 56 * (ELF_MAX_NOTES + 1));
}

/* ---- Notes --------------------------------------------------------------------------------------------- */

struct seen {
	unsigned count;
	uint32_t type;
	uint64_t offset;
	enum err answer;
};

static enum err see(void *context, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                    struct problem *p)
{
	struct seen *s = context;

	(void)p;
	if (bytes)
		assert_non_null(descriptor);
	s->count++;
	s->type = type;
	s->offset = offset;
	return s->answer;
}

static enum err walk(struct seen *s, uint64_t bytes)
{
	return elf_notes(f.data, bytes, 0x4000, see, s, &problem);
}

static void elf_notes_visits_ours_and_skips_others(void **state)
{
	struct seen s = { 0 };

	(void)state;
	memset(&f, 0, sizeof f);
	put_note(&f, 0, 1, 1);
	put_note(&f, 28, 2, 1);
	f.data[28 + 12] = 'h'; /* another name */
	put_note(&f, 56, 3, 1);
	assert_int_equal(walk(&s, 84), OK);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.type, 3);
	assert_int_equal(s.offset, 0x4000 + 56 + 20);
}

/* Names and descriptors of others may have any length, and are padded to 4 bytes. */
static void elf_notes_steps_over_notes_of_any_length(void **state)
{
	(void)state;
	for (uint32_t name = 1; name < 10; name++)
		for (uint32_t bytes = 0; bytes < 10; bytes++) {
			struct seen s = { 0 };
			size_t behind = 12 + (name + 3) / 4 * 4 + (bytes + 3) / 4 * 4;
			memset(&f, 0xff, behind);
			put32(&f, 0, name);
			put32(&f, 4, bytes);
			put_note(&f, behind, 3, 1);
			assert_int_equal(walk(&s, behind + 28), OK);
			assert_int_equal(s.count, 1);
		}
}

static void elf_notes_ends_with_the_visitors_error(void **state)
{
	struct seen s = { .answer = ERR_FULL };

	(void)state;
	memset(&f, 0, sizeof f);
	put_note(&f, 0, 1, 1);
	put_note(&f, 28, 2, 1);
	assert_int_equal(walk(&s, 56), ERR_FULL);
	assert_int_equal(s.count, 1);
}

static void elf_notes_skips_padding_between_and_after(void **state)
{
	struct seen s = { 0 };

	(void)state;
	memset(&f, 0, sizeof f);
	put_note(&f, 4, 1, 1);
	put_note(&f, 40, 2, 1);
	assert_int_equal(walk(&s, 75), OK);
	assert_int_equal(s.count, 2);
}

static void elf_notes_accepts_missing_padding_of_the_last(void **state)
{
	struct seen s = { 0 };

	(void)state;
	memset(&f, 0, sizeof f);
	put_note(&f, 0, 1, 1);
	put32(&f, 4, 5);
	assert_int_equal(walk(&s, 25), OK);
	assert_int_equal(s.count, 1);
	assert_int_equal(walk(&s, 24), ERR_ELF_NOTE_CUT);
	assert_int_equal(problem.value[0], 25); /* bytes that it needs, of those that there are */
	assert_int_equal(problem.value[1], 24);
}

static void elf_notes_accepts_name_without_its_nul(void **state)
{
	struct seen s = { 0 };

	(void)state;
	memset(&f, 0, sizeof f);
	put_note(&f, 0, 1, 1);
	put32(&f, 0, 7);
	assert_int_equal(walk(&s, 28), OK);
	assert_int_equal(s.count, 1);
}

/* ---- Relocations --------------------------------------------------------------------------------------- */

static uint8_t image[0x1800];
#define SLIDE 0x40000000ull

static enum err relocate_built(void)
{
	memset(image, 0, sizeof image);
	memcpy(image, f.data + AT_TEXT, 0x100);
	memcpy(image + 0x1000, f.data + AT_DATA, 0x200);
	return elf_relocate(&r.layout, &r.dynamic, r.file.machine, image, BUILT_TEXT, sizeof image, SLIDE, &problem);
}

static void elf_relocates_by_rela_and_relr(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++) {
		elf_build(&f, machines[i], true);
		accept(machines[i]);
		assert_int_equal(relocate_built(), OK);
		assert_int_equal(read_le64(image + 0x11c0), BUILT_ENTRY + SLIDE);
		assert_int_equal(read_le64(image + 0x11c8), BUILT_TEXT + SLIDE);
		assert_int_equal(read_le64(image + 0x11d0), BUILT_DATA + SLIDE);
		assert_int_equal(read_le64(image + 0x11d8), 0);
	}
}

static void elf_relocates_an_unaligned_word(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	put64(&f, AT_RELA, BUILT_DATA + 0x1e3);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(relocate_built(), OK);
	assert_int_equal(read_le64(image + 0x11e3), BUILT_ENTRY + SLIDE);
}

static void elf_relocates_the_last_word_of_a_segment(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	put64(&f, AT_RELA, BUILT_DATA + 0x7f8);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(relocate_built(), OK);
	assert_int_equal(read_le64(image + 0x17f8), BUILT_ENTRY + SLIDE);
}

/* Bit 63 is the 63rd word; a second bitmap goes on behind it. */
static void elf_relr_bitmaps_cover_63_words_each(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	put64(&f, AT_DYNAMIC + 8 * 9, 24);
	put64(&f, AT_RELR, BUILT_DATA + 0x1c8);
	put64(&f, AT_RELR + 8, 1ull << 63 | 1);
	put64(&f, AT_RELR + 16, 3);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(relocate_built(), OK);
	assert_int_equal(read_le64(image + 0x11c8), BUILT_TEXT + SLIDE);
	assert_int_equal(read_le64(image + 0x11d0), BUILT_DATA);
	assert_int_equal(read_le64(image + 0x11d0 + 62 * 8), SLIDE);
	assert_int_equal(read_le64(image + 0x11d0 + 63 * 8), SLIDE);
	assert_int_equal(read_le64(image + 0x11d0 + 64 * 8), 0);
}

/* Bitmaps that mark nothing are valid, but eight of them reach from the last segment to the end of all addresses. */
static void elf_relocate_rejects_bitmaps_that_wrap(void **state)
{
	static uint8_t last[0x1000];
	const uint64_t base = UINT64_MAX - 0x1fff;
	const struct elf_layout layout = { .segment_count = 1,
	                                   .segments[0] = { .virt = base, .memory_bytes = 0x1000 } };
	struct elf_dynamic dynamic = { .relr = { base, 9 * 8 } };

	(void)state;
	memset(last, 0, sizeof last);
	for (unsigned i = 0; i < 8; i++)
		last[i] = (uint8_t)((base + 0xff8) >> (8 * i));
	for (unsigned i = 1; i < 10; i++)
		last[8 * i] = 1;
	assert_int_equal(elf_relocate(&layout, &dynamic, 62, last, base, 0x1000, 0, &problem), OK);
	dynamic.relr.bytes += 8;
	assert_int_equal(elf_relocate(&layout, &dynamic, 62, last, base, 0x1000, 0, &problem), ERR_ELF_RELR);
	assert_int_equal(problem.value[0], 9);
}

/* A word must lie in a segment even where the image has bytes: gaps between segments belong to nobody. */
static void elf_relocate_rejects_gap_between_segments(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	put64(&f, AT_RELA, BUILT_TEXT + 0xfc);
	refuse(ELF_MACHINE_X86_64, ERR_ELF_RELOCATION_PLACE, AT_RELA);
}

static void elf_relocate_rejects_image_that_does_not_hold_the_segments(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(elf_relocate(&r.layout, &r.dynamic, 62, image, BUILT_TEXT, 0x17ff, 0, &problem),
	                 ERR_ELF_IMAGE);
	assert_int_equal(elf_relocate(&r.layout, &r.dynamic, 62, image, BUILT_TEXT + 1, 0x1800, 0, &problem),
	                 ERR_ELF_IMAGE);
}

/* The first relocation rewrites the second one's place: it is judged by what it has become, not by what it was. */
static void elf_relocate_judges_a_rewritten_table_as_it_is(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	put_rela(&f, AT_RELA + 24, BUILT_DATA + 0x1e0, 8, 0);
	accept(ELF_MACHINE_X86_64);
	put64(&f, AT_RELA, BUILT_DATA + 0x118);
	refuse(ELF_MACHINE_X86_64, ERR_ELF_RELOCATION_PLACE, AT_RELA + 24);
}

static void elf_dynamic_may_lack_its_end_and_its_tables(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, true);
	put64(&f, PH_DYNAMIC + PH_FILESZ, 0x60 + 7);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.dynamic.relr.bytes, 16);
	put64(&f, AT_DYNAMIC, 0);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.dynamic.rela.bytes, 0);
	assert_int_equal(r.dynamic.relr.bytes, 0);
}

/* DT_REL, and what Android's linkers pack: tables that nothing here reads. Their neighbours' numbers are others'
 * business. */
static void elf_dynamic_refuses_tables_of_other_formats(void **state)
{
	static const uint64_t refused[] = { 17, 0x6000000f, 0x60000011, 0x6fffe000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		for (int beside = -1; beside <= 1; beside++) {
			elf_build(&f, ELF_MACHINE_X86_64, true);
			put64(&f, AT_DYNAMIC + 16 * 2, refused[i] + (uint64_t)beside);
			if (beside) {
				accept(ELF_MACHINE_X86_64);
				continue;
			}
			refuse(ELF_MACHINE_X86_64, ERR_ELF_RELOCATION_FORMAT, AT_DYNAMIC + 16 * 2);
			assert_true(problem.value[0] == refused[i]);
		}
}

/* ---- Sections and symbols ------------------------------------------------------------------------------ */

/* R_X86_64_IRELATIVE, R_AARCH64_IRELATIVE, R_RISCV_IRELATIVE: in either table. */
static void elf_relocate_names_functions_that_are_chosen_at_load_time(void **state)
{
	static const uint32_t types[] = { 37, 1032, 58 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++)
		for (unsigned plt = 0; plt < 2; plt++) {
			elf_build(&f, machines[i], true);
			put32(&f, AT_RELA + 8, types[i]);
			put64(&f, AT_DYNAMIC, plt ? 23 : 7);
			put64(&f, AT_DYNAMIC + 16, plt ? 2 : 8);
			refuse(machines[i], ERR_ELF_IFUNC, AT_RELA);
			assert_true(problem.value[0] == BUILT_DATA + 0x1c0);
		}
	/* What linkers put there beside them is applied. */
	elf_build(&f, ELF_MACHINE_X86_64, true);
	put64(&f, AT_DYNAMIC, 23);
	put64(&f, AT_DYNAMIC + 16, 2);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.dynamic.rela.bytes, 0);
	assert_int_equal(r.dynamic.plt.bytes, 48);
}

static void elf_sections_finds_symbols(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.sections.symbols.base, AT_SYMBOLS);
	assert_int_equal(r.sections.symbols.bytes, 5 * 24);
	assert_int_equal(r.sections.symbol_names.base, AT_NAMES);
	assert_int_equal(r.sections.note_count, 0);
}

/* By the whole name, with its NUL, in the table: the sanitizer watches its end. */
static void elf_section_named_takes_the_whole_name(void **state)
{
	static const char names[] = "\0.limine_reqs_x\0.limine_reqs\0.text";
	static const struct { uint32_t name; bool found; } cases[] = {
		{ 16, true }, { 0, false }, { 1, false }, { 17, false }, { 29, false }, { 35, false }, { 36, false },
		{ 0xffffffff, false },
	};
	struct elf_file file = { .section_header_count = 2 };
	uint8_t table[2 * 64] = { 0 };
	struct span found;
	char *end = malloc(sizeof names);

	(void)state;
	assert_non_null(end);
	memcpy(end, names, sizeof names);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		memcpy(table + 64, &cases[i].name, 4);
		table[64 + 16] = 7;
		table[64 + 32] = (uint8_t)(i + 1);
		bool is = elf_section_named(&file, table, end, sizeof names, ".limine_reqs", &found);
		assert_int_equal(is, cases[i].found);
		assert_true(!is || (found.base == 7 && found.bytes == i + 1));
	}
	/* The last name without its NUL is none. */
	memcpy(table + 64, &(uint32_t){ 16 }, 4);
	assert_false(elf_section_named(&file, table, end, 16 + 12, ".limine_reqs", &found));
	assert_true(elf_section_named(&file, table, end, 16 + 13, ".limine_reqs", &found));
	free(end);
}

static void elf_sections_finds_notes_that_no_program_header_covers(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put32(&f, PH_NOTE, 0);
	accept(ELF_MACHINE_X86_64);
	assert_int_equal(r.layout.note_count, 0);
	assert_int_equal(r.sections.note_count, 1);
	assert_int_equal(r.sections.notes[0].base, AT_NOTE);
	assert_int_equal(r.sections.notes[0].bytes, 28);
}

/* What asks for symbols has no use for notes: their number is no reason to be without. */
static void elf_sections_finds_symbols_beside_any_number_of_notes(void **state)
{
	enum { SECTIONS = 50 };
	static uint8_t table[SECTIONS * 64];
	struct elf_layout layout = { .note_count = 0 };
	struct elf_sections found;

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	accept(ELF_MACHINE_X86_64);
	memcpy(table, f.data + SH_SYMBOLS, 64);
	table[SH_NAMED_BY] = 1;
	memcpy(table + 64, f.data + SH_NAMES, 64);
	for (unsigned i = 2; i < SECTIONS; i++)
		memcpy(table + 64 * i, f.data + SH_NOTE, 64);
	r.file.section_header_count = SECTIONS;
	assert_int_equal(elf_sections(&r.file, &layout, table, &found, &problem), OK);
	assert_int_equal(found.symbols.bytes, 5 * 24);
	assert_int_equal(found.note_count, ELF_MAX_NOTE_SECTIONS);
}

static void expect_symbol(uint64_t address, const char *name, uint64_t distance)
{
	const char *found = NULL;
	uint64_t away = 0;
	bool any = elf_symbol_at(f.data + AT_SYMBOLS, 5 * 24, (const char *)f.data + AT_NAMES, 22, address, &found,
	                         &away);

	assert_int_equal(any, name != NULL);
	if (name) {
		assert_string_equal(found, name);
		assert_int_equal(away, distance);
	}
}

static void elf_symbol_at_names_the_nearest_code_below(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	expect_symbol(BUILT_ENTRY - 1, NULL, 0);
	expect_symbol(BUILT_ENTRY, "_start", 0);
	expect_symbol(BUILT_TEXT + 0x3f, "_start", 0x2f);
	expect_symbol(BUILT_TEXT + 0x60, "main", 0x20); /* neither $x nor data */
	put_symbol(&f, 1, 1, 0, BUILT_TEXT + 0x40);
	expect_symbol(BUILT_TEXT + 0x41, "main", 1);    /* a function before a label */
	put16(&f, AT_SYMBOLS + 2 * 24 + 6, 0);          /* of no section: somebody else's */
	expect_symbol(BUILT_TEXT + 0x41, "_start", 1);
	put16(&f, AT_SYMBOLS + 2 * 24 + 6, 0xfff1);     /* a number, not an address */
	expect_symbol(BUILT_TEXT + 0x41, "_start", 1);
}

static void elf_object_at_names_the_nearest_data_below(void **state)
{
	const char *found = NULL, *names = (const char *)f.data + AT_NAMES;
	uint64_t away = 0;

	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	assert_true(elf_object_at(f.data + AT_SYMBOLS, 5 * 24, names, 22, BUILT_TEXT + 0x60, &found, &away));
	assert_string_equal(found, "table");
	assert_int_equal(away, 0x18);
	/* main is no data */
	assert_true(elf_object_at(f.data + AT_SYMBOLS, 5 * 24, names, 22, BUILT_TEXT + 0x47, &found, &away));
	assert_string_equal(found, "_start");
	assert_false(elf_object_at(f.data + AT_SYMBOLS, 5 * 24, names, 22, BUILT_ENTRY - 1, &found, &away));
}

static void elf_symbol_at_passes_over_malformed_names(void **state)
{
	(void)state;
	elf_build(&f, ELF_MACHINE_X86_64, false);
	put32(&f, AT_SYMBOLS + 2 * 24, 0xffffffff);
	expect_symbol(BUILT_TEXT + 0x60, "_start", 0x50);
	put32(&f, AT_SYMBOLS + 2 * 24, 16);
	memset(f.data + AT_NAMES + 16, 'x', 6); /* no NUL before the table's end */
	expect_symbol(BUILT_TEXT + 0x60, "_start", 0x50);
}

/* 8 MiB for each of a hundred thousand symbols would take minutes: the alarm ends the test then. */
static void elf_symbol_at_is_linear_in_names_that_do_not_end(void **state)
{
	enum { SYMBOLS = 100000, NAME_BYTES = 8 << 20 };
	uint8_t *symbols = calloc(SYMBOLS, 24);
	char *names = malloc(NAME_BYTES);
	const char *name;
	uint64_t distance;

	(void)state;
	assert_true(symbols && names);
	elf_build(&f, ELF_MACHINE_X86_64, false);
	memset(names, 'a', NAME_BYTES);
	for (unsigned i = 0; i < SYMBOLS; i++) {
		memcpy(symbols + 24 * i, f.data + AT_SYMBOLS + 24 * 2, 24);
		symbols[24 * i] = (uint8_t)i;
	}
	alarm(20);
	assert_false(elf_symbol_at(symbols, 24ull * SYMBOLS, names, NAME_BYTES, UINT64_MAX, &name, &distance));
	alarm(0);
	/* What lies before the last NUL has an end. */
	names[200] = 0;
	assert_true(elf_symbol_at(symbols, 24ull * SYMBOLS, names, NAME_BYTES, UINT64_MAX, &name, &distance));
	assert_true(name >= names && name < names + 200);
	free(names);
	free(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_reads_a_static_kernel),
		cmocka_unit_test(elf_reads_a_position_independent_kernel),
		cmocka_unit_test(elf_rejects_each_malformed_kernel_by_its_own_name),
		cmocka_unit_test(elf_rejects_every_truncation),
		cmocka_unit_test(elf_leaves_results_alone_on_error),
		cmocka_unit_test(elf_rejects_file_above_the_limit),
		cmocka_unit_test(elf_rejects_unaligned_entry_where_instructions_are_aligned),
		cmocka_unit_test(elf_accepts_last_byte_of_code_as_entry),
		cmocka_unit_test(elf_tells_code_at_address_zero_from_a_missing_entry),
		cmocka_unit_test(elf_accepts_file_without_sections),
		cmocka_unit_test(elf_accepts_write_execute_only_when_allowed),
		cmocka_unit_test(elf_sorts_segments_by_address),
		cmocka_unit_test(elf_accepts_neighbours_of_equal_rights_on_one_page),
		cmocka_unit_test(elf_accepts_neighbours_that_touch_at_a_page_boundary),
		cmocka_unit_test(elf_passes_over_segments_without_memory),
		cmocka_unit_test(elf_accepts_bss_whose_file_offset_is_past_the_end),
		cmocka_unit_test(elf_ignores_physical_address_of_upper_half_segments),
		cmocka_unit_test(elf_ignores_physical_address_of_position_independent_kernels),
		cmocka_unit_test(elf_takes_alignments_up_to_1_gib),
		cmocka_unit_test(elf_reads_small_alignments_as_pages),
		cmocka_unit_test(elf_ignores_thread_storage_and_unknown_headers),
		cmocka_unit_test(elf_rejects_too_many_segments_and_notes),
		cmocka_unit_test(elf_notes_visits_ours_and_skips_others),
		cmocka_unit_test(elf_notes_steps_over_notes_of_any_length),
		cmocka_unit_test(elf_notes_ends_with_the_visitors_error),
		cmocka_unit_test(elf_notes_skips_padding_between_and_after),
		cmocka_unit_test(elf_notes_accepts_missing_padding_of_the_last),
		cmocka_unit_test(elf_notes_accepts_name_without_its_nul),
		cmocka_unit_test(elf_relocates_by_rela_and_relr),
		cmocka_unit_test(elf_relocates_an_unaligned_word),
		cmocka_unit_test(elf_relocates_the_last_word_of_a_segment),
		cmocka_unit_test(elf_relr_bitmaps_cover_63_words_each),
		cmocka_unit_test(elf_relocate_rejects_bitmaps_that_wrap),
		cmocka_unit_test(elf_relocate_rejects_gap_between_segments),
		cmocka_unit_test(elf_relocate_rejects_image_that_does_not_hold_the_segments),
		cmocka_unit_test(elf_relocate_judges_a_rewritten_table_as_it_is),
		cmocka_unit_test(elf_dynamic_may_lack_its_end_and_its_tables),
		cmocka_unit_test(elf_dynamic_refuses_tables_of_other_formats),
		cmocka_unit_test(elf_relocate_names_functions_that_are_chosen_at_load_time),
		cmocka_unit_test(elf_symbol_at_is_linear_in_names_that_do_not_end),
		cmocka_unit_test(elf_sections_finds_symbols),
		cmocka_unit_test(elf_section_named_takes_the_whole_name),
		cmocka_unit_test(elf_sections_finds_notes_that_no_program_header_covers),
		cmocka_unit_test(elf_sections_finds_symbols_beside_any_number_of_notes),
		cmocka_unit_test(elf_symbol_at_names_the_nearest_code_below),
		cmocka_unit_test(elf_object_at_names_the_nearest_data_below),
		cmocka_unit_test(elf_symbol_at_passes_over_malformed_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
