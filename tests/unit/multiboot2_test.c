/* Multiboot2: the header's tags, a kernel's segments, its place in memory, and the information that it gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols.h"

#define RAM_BASE 0x100000ull

enum { FILE_BYTES = 36 * 1024, RAM_BYTES = 8 << 20, HEADER_AT = 0x100, INFO_BYTES = 8192 };

/* A file, and a machine with RAM at 1 MiB. */
static struct {
	_Alignas(8) uint8_t file[FILE_BYTES];
	uint64_t file_bytes;
	unsigned header_end; /* of the tags so far, in the file */
	_Alignas(4096) uint8_t ram[RAM_BYTES];
	struct ledger ledger;
	struct hobnail_memory entries[4];
	struct pages pages;
	struct source source;
	struct attempt a;
	struct handoff handoff;
	struct multiboot2 m;
	struct problem problem;
	_Alignas(8) uint8_t info[INFO_BYTES];
} w;

static void put16(unsigned at, uint16_t value)
{
	memcpy(w.file + at, &value, sizeof value);
}

static void put32(unsigned at, uint32_t value)
{
	memcpy(w.file + at, &value, sizeof value);
}

static void put64(unsigned at, uint64_t value)
{
	memcpy(w.file + at, &value, sizeof value);
}

/* ---- The machine --------------------------------------------------------------------------------------- */

static enum err read_file(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	(void)source, (void)p;
	memcpy(to, w.file + at, bytes);
	return OK;
}

static paddr gone; /* by the firmware, since the map was read; 0: nothing */
static enum err no_record; /* there are no pages of that type; OK: there are */

/* From the top. */
static enum err take(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	uint64_t bytes = align_up(wish->bytes, PAGE_BYTES);
	paddr end = wish->at ? wish->at + bytes : RAM_BASE + RAM_BYTES, best = 0;

	(void)context;
	if (wish->type == HOBNAIL_MEMORY_RECORD) { /* the kernel is told where it is */
		assert_int_equal(wish->below, MULTIBOOT2_LIMIT);
		if (no_record)
			return problem(p, no_record, bytes);
	}
	for (unsigned i = 0; i < w.a.platform.memory.count; i++) {
		const struct hobnail_memory *e = &w.entries[i];
		if (e->type == HOBNAIL_MEMORY_USABLE)
			best = max_u64(best, ledger_highest_place(&w.ledger, e->base, min_u64(end, e->base + e->bytes),
			                                          wish));
	}
	if (!best || (wish->at && (best != wish->at || best == gone)))
		return problem(p, ERR_NO_MEMORY, bytes);
	*out = best;
	return ledger_add(&w.ledger, best, bytes, wish->type, p);
}

static enum err take_within(void *context, paddr at, uint64_t bytes, uint32_t type, uint64_t *taken, struct problem *p)
{
	struct page_wish wish = { .bytes = bytes, .type = type, .at = at };
	paddr out;

	*taken = take(context, &wish, &out, p) ? 0 : bytes;
	return OK;
}

static void *page_at(void *context, paddr page)
{
	(void)context;
	assert_in_range(page, RAM_BASE, RAM_BASE + RAM_BYTES - 1);
	return w.ram + (page - RAM_BASE);
}

static void done(struct attempt *a, enum attempt_part part)
{
	(void)a, (void)part;
}

/* Free memory, 1 MiB of the firmware's at 3 MiB, free memory again. */
static void make_machine(void)
{
	static const struct hobnail_memory entries[] = {
		{ .base = RAM_BASE, .bytes = MIB(2), .type = HOBNAIL_MEMORY_USABLE, .attributes = 8 },
		{ .base = RAM_BASE + MIB(2), .bytes = MIB(1), .type = HOBNAIL_MEMORY_FIRMWARE_BOOT, .attributes = 8 },
		{ .base = RAM_BASE + MIB(3), .bytes = MIB(4), .type = HOBNAIL_MEMORY_USABLE, .attributes = 8 },
		{ .base = RAM_BASE + MIB(7), .bytes = MIB(1), .type = HOBNAIL_MEMORY_RESERVED, .attributes = 8 },
	};
	static const struct image image = { .base = GIB(8), .end = PAGE_BYTES };

	memcpy(w.entries, entries, sizeof entries);
	w.pages = (struct pages){ take, take_within, page_at, &w.ledger, NULL };
	w.a = (struct attempt){ .pages = &w.pages, .image = &image, .arch = HOBNAIL_ARCH_X86_64,
	                        .choose_mode = mode_choose_x86_64, .done = done, .handoff = &w.handoff };
	w.a.platform.memory = (struct memmap){ w.entries, COUNT_OF(entries), COUNT_OF(entries) };
	w.a.platform.arch = (struct arch_facts){ .paging_levels = 4, .no_execute = true, .max_leaf = 1,
	                                         .phys_bits = 40, .net_limit = GIB(4) };
	w.source = (struct source){ .bytes = w.file_bytes, .read = read_file };
}

/* ---- A file -------------------------------------------------------------------------------------------- */

/* Length and checksum for the tags so far. */
static void seal(void)
{
	uint32_t bytes = w.header_end - HEADER_AT;

	put32(HEADER_AT + 8, bytes);
	put32(HEADER_AT + 12, -(0xe85250d6 + read_le32(w.file + HEADER_AT + 4) + bytes));
}

/* A tag with up to four words, in front of the end tag. */
static unsigned tag(uint16_t type, uint16_t flags, unsigned words, const uint32_t *word)
{
	unsigned at = w.header_end - 8;

	put16(at, type);
	put16(at + 2, flags);
	put32(at + 4, 8 + 4 * words);
	for (unsigned i = 0; i < words; i++)
		put32(at + 8 + 4 * i, word[i]);
	w.header_end = at + (unsigned)align_up(8 + 4 * words, 8) + 8;
	put32(w.header_end - 8, 0);
	put32(w.header_end - 4, 8);
	seal();
	return at;
}

#define TAG(type, flags, ...) \
	tag(type, flags, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (const uint32_t[]){ __VA_ARGS__ })

/* An ELF32 file of one segment at 1 MiB, 0x2000 bytes in the file and 0x3000 in memory, linked at 3 GiB + 1 MiB. */
static int fresh(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	no_record = OK;
	w.file_bytes = FILE_BYTES;
	memcpy(w.file, "\177ELF\1\1\1", 7);
	put16(16, 2), put16(18, 3), put32(20, 1);
	put32(24, 0xc0100200), put32(28, 52), put16(40, 52), put16(42, 32), put16(44, 1);
	const uint32_t program[8] = { 1, 0x1000, 0xc0100000, 0x100000, 0x2000, 0x3000, 7, 0x1000 };
	memcpy(w.file + 52, program, sizeof program);
	put32(HEADER_AT, 0xe85250d6);
	put32(HEADER_AT + 16 + 4, 8);
	w.header_end = HEADER_AT + 24;
	seal();
	for (unsigned i = 0x1000; i < FILE_BYTES; i++)
		w.file[i] = (uint8_t)(i * 7);
	make_machine();
	return 0;
}

static enum err header(void)
{
	return multiboot2_read(w.file, min_u64(w.file_bytes, MULTIBOOT2_WITHIN), &w.m, &w.problem);
}

static enum err load(void)
{
	w.source.bytes = w.file_bytes;
	return multiboot2_load(&w.a, &w.m, &w.source, &w.problem);
}

static void assert_refused(enum err is, enum err wanted)
{
	if (is != wanted)
		fail_msg("%s, not %s", err_name(is), err_name(wanted));
	assert_int_equal(w.problem.code, wanted);
}

/* ---- The header ---------------------------------------------------------------------------------------- */

static void the_least_header_is_read(void **state)
{
	(void)state;
	assert_int_equal(header(), OK);
	assert_int_equal(w.m.at, HEADER_AT);
	assert_int_equal(w.m.bytes, 24);
	assert_int_equal(w.m.has, 0);
	assert_false(w.m.within);
}

static void a_header_is_found_where_the_specification_allows(void **state)
{
	uint64_t at;

	(void)state;
	assert_true(multiboot2_is_header(w.file + HEADER_AT, 16, MULTIBOOT2_WITHIN - 16));
	assert_false(multiboot2_is_header(w.file + HEADER_AT, 15, MULTIBOOT2_WITHIN - 16));
	assert_false(multiboot2_is_header(w.file + HEADER_AT, 16, MULTIBOOT2_WITHIN - 8));
	assert_false(multiboot2_is_header(w.file + HEADER_AT, 16, HEADER_AT + 4));
	assert_true(multiboot2_find(w.file, HEADER_AT + 16, &at));
	assert_false(multiboot2_find(w.file, HEADER_AT + 15, &at));
	memmove(w.file + HEADER_AT + 4, w.file + HEADER_AT, 24); /* not at a multiple of 8 */
	put32(HEADER_AT, 0);
	assert_refused(header(), ERR_MB2_NONE);
	fresh(NULL);
	put32(HEADER_AT + 12, 1); /* the sum is not 0 */
	assert_refused(header(), ERR_MB2_NONE);
	fresh(NULL);
	memcpy(w.file + MULTIBOOT2_WITHIN - 24, w.file + HEADER_AT, 24);
	put32(HEADER_AT, 0);
	assert_int_equal(header(), OK);
	memmove(w.file + MULTIBOOT2_WITHIN - 8, w.file + MULTIBOOT2_WITHIN - 24, 24);
	put32(MULTIBOOT2_WITHIN - 24, 0);
	assert_false(multiboot2_find(w.file, FILE_BYTES, &at));
}

static void headers_that_cannot_be_read_are_refused(void **state)
{
	(void)state;
	put32(HEADER_AT + 4, 4); /* MIPS */
	seal();
	assert_refused(header(), ERR_MB2_ARCHITECTURE);
	assert_int_equal(w.problem.value[0], 4);
	fresh(NULL);
	w.header_end = HEADER_AT + MULTIBOOT2_WITHIN;
	seal();
	assert_refused(header(), ERR_MB2_LENGTH);
	fresh(NULL);
	w.header_end = HEADER_AT + 16; /* without the end tag */
	seal();
	assert_refused(header(), ERR_MB2_NO_END);
	assert_int_equal(w.problem.offset, HEADER_AT + 16);
}

static void the_size_of_a_tag_is_checked(void **state)
{
	static const uint8_t least[] = { [2] = 24, 12, 12, 20, 8, 8, 12, 12, 24 };

	(void)state;
	for (unsigned type = 2; type <= 10; type++) {
		fresh(NULL);
		unsigned at = TAG((uint16_t)type, 0, 0x100000, 0x200000, 16, 0);
		put32(at + 4, least[type] - 1u);
		assert_refused(header(), ERR_MB2_TAG_SIZE);
		assert_int_equal(w.problem.offset, at);
		put32(at + 4, w.header_end - at + 1);
		assert_refused(header(), ERR_MB2_TAG_SIZE);
	}
}

static void every_tag_is_read(void **state)
{
	(void)state;
	TAG(1, 0, 1, 6, 8);
	TAG(2, 0, 0x100100, 0x100000, 0x102000, 0x103000);
	TAG(3, 0, 0x100300);
	TAG(4, 1, 3);
	TAG(5, 0, 1024, 768, 32);
	tag(6, 0, 0, NULL);
	tag(7, 1, 0, NULL);
	TAG(8, 1, 1);
	TAG(9, 1, 0x100400);
	TAG(10, 0, 0x200000, 0xffffffff, 0x200000, 2);
	assert_int_equal(header(), OK);
	assert_int_equal(w.m.has, 0x7fe);
	assert_int_equal(w.m.required, 0x46e | 1u << 10);
	assert_int_equal(w.m.asks, 1 << 1 | 1 << 6 | 1 << 8);
	assert_int_equal(w.m.address.header, 0x100100);
	assert_int_equal(w.m.address.bss_end, 0x103000);
	assert_int_equal(w.m.entry, 0x100300);
	assert_int_equal(w.m.entry_efi64, 0x100400);
	assert_int_equal(w.m.console, 3);
	assert_int_equal(w.m.width, 1024);
	assert_int_equal(w.m.height, 768);
	assert_int_equal(w.m.depth, 32);
	assert_int_equal(w.m.relocatable.least, 0x200000);
	assert_int_equal(w.m.relocatable.most, 0xffffffff);
	assert_int_equal(w.m.relocatable.alignment, 0x200000);
	assert_int_equal(w.m.relocatable.preference, MULTIBOOT2_HIGHEST);
	assert_true(w.m.within);
}

static void the_efi64_entry_counts_only_with_boot_services(void **state)
{
	(void)state;
	TAG(9, 0, 0x100400);
	assert_int_equal(header(), OK);
	assert_false(w.m.within);
	fresh(NULL);
	tag(7, 0, 0, NULL);
	assert_int_equal(header(), OK);
	assert_false(w.m.within);
}

static void unknown_tags_are_refused_unless_they_are_optional(void **state)
{
	(void)state;
	TAG(11, 1, 0);
	TAG(300, 1, 0);
	assert_int_equal(header(), OK);
	assert_int_equal(w.m.ignored_count, 2);
	assert_int_equal(w.m.ignored[1], 300);
	unsigned at = TAG(12, 0, 0);
	assert_refused(header(), ERR_MB2_TAG);
	assert_int_equal(w.problem.value[0], 12);
	assert_int_equal(w.problem.offset, at);
}

/* To understand is enough: no machine with UEFI has APM. */
static void required_information_must_be_known(void **state)
{
	(void)state;
	TAG(1, 0, 1, 10, 21);
	assert_int_equal(header(), OK);
	TAG(1, 1, 22, 0x1000);
	assert_int_equal(header(), OK);
	unsigned at = TAG(1, 0, 6, 22);
	assert_refused(header(), ERR_MB2_KIND);
	assert_int_equal(w.problem.value[0], 22);
	assert_int_equal(w.problem.offset, at + 12);
	put32(at + 4, 15); /* the last number is not whole */
	assert_int_equal(header(), OK);
}

static void a_relocatable_tag_must_be_possible(void **state)
{
	(void)state;
	TAG(10, 0, 0x200000, 0x300000, 3, 0);
	assert_refused(header(), ERR_MB2_RELOCATABLE);
	fresh(NULL);
	TAG(10, 0, 0x200000, 0x200000, 4096, 0);
	assert_refused(header(), ERR_MB2_RELOCATABLE);
}

static void tags_and_information_have_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MULTIBOOT2_TAGS; i++)
		assert_non_null(multiboot2_tag_name(i));
	for (unsigned i = 0; i < MULTIBOOT2_KINDS; i++)
		assert_non_null(multiboot2_kind_name(i));
	assert_null(multiboot2_tag_name(MULTIBOOT2_TAGS));
	assert_null(multiboot2_kind_name(MULTIBOOT2_KINDS));
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

static const struct elf_segment *segment(unsigned i)
{
	return &w.a.kernel.layout.segments[i];
}

/* The entry of an ELF header is a linked address. */
static void an_elf32_file_is_loaded_at_its_physical_address(void **state)
{
	(void)state;
	assert_int_equal(load(), OK);
	assert_int_equal(w.a.kernel.layout.segment_count, 1);
	assert_int_equal(segment(0)->place, 0x100000);
	assert_int_equal(segment(0)->rights, ELF_READ | ELF_WRITE | ELF_EXECUTE);
	assert_int_equal(w.a.kernel.entry, 0x100200);
	assert_memory_equal(w.ram, w.file + 0x1000, 0x2000);
	for (unsigned i = 0x2000; i < 0x3000; i++)
		assert_int_equal(w.ram[i], 0);
	assert_true(w.a.mode.mmu_off);
	assert_int_equal(w.handoff.move_count, 0);
}

/* Two segments, the one with the lower physical address linked higher. */
static void make_elf64(void)
{
	static const uint64_t program[2][7] = {
		{ 1 | 5ull << 32, 0x1000, 0xffffffff80000000, 0x180000, 0x800, 0x800, 0x1000 },
		{ 1 | 6ull << 32, 0x1800, 0xffffffffc0000000, 0x140000, 0x400, 0x900, 0x1000 },
	};

	memset(w.file, 0, 256);
	memcpy(w.file, "\177ELF\2\1\1", 7);
	put16(16, 2), put16(18, 62), put32(20, 1);
	put64(24, 0xffffffff80000010), put64(32, 64), put16(52, 64), put16(54, 56), put16(56, 2);
	memcpy(w.file + 64, program, sizeof program);
}

static void an_elf64_file_is_loaded_by_physical_order(void **state)
{
	(void)state;
	make_elf64();
	assert_int_equal(load(), OK);
	assert_int_equal(w.a.kernel.layout.segment_count, 2);
	assert_int_equal(segment(0)->place, 0x140000);
	assert_int_equal(segment(0)->rights, ELF_READ | ELF_WRITE);
	assert_int_equal(segment(1)->place, 0x180000);
	assert_int_equal(segment(1)->rights, ELF_READ | ELF_EXECUTE);
	assert_int_equal(w.a.kernel.entry, 0x180010);
	assert_memory_equal(w.ram + 0x40000, w.file + 0x1800, 0x400);
	assert_memory_equal(w.ram + 0x80000, w.file + 0x1000, 0x800);
}

static void elf_files_that_cannot_be_loaded_are_refused(void **state)
{
	static const struct { unsigned at, bytes; uint64_t value; enum err code; } spoilt[] = {
		{ 18, 2, 40, ERR_ELF_MACHINE }, { 16, 2, 1, ERR_ELF_NOT_LINKED }, { 44, 2, 0, ERR_ELF_NO_PHDRS },
		{ 16, 2, 4, ERR_ELF_TYPE }, { 20, 4, 2, ERR_ELF_VERSION },
		{ 42, 2, 56, ERR_ELF_PHDR_SIZE }, { 44, 2, 65, ERR_ELF_TOO_MANY_PHDRS },
		{ 28, 4, FILE_BYTES - 31, ERR_ELF_PHDRS_PAST_END }, { 52, 4, 2, ERR_ELF_NO_LOAD },
		{ 68, 4, 0x3001, ERR_ELF_FILESZ }, { 56, 4, FILE_BYTES - 0x1fff, ERR_ELF_TRUNCATED },
		{ 64, 4, 0xfffff000, ERR_MB2_HIGH }, { 24, 4, 0xc0102000, ERR_MB2_ENTRY },
		{ 4, 1, 3, ERR_MB2_NO_IMAGE }, { 4, 1, 0, ERR_MB2_NO_IMAGE }, { 5, 1, 2, ERR_MB2_NO_IMAGE },
		{ 0, 1, 0, ERR_MB2_NO_IMAGE },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(spoilt); i++) {
		fresh(NULL);
		memcpy(w.file + spoilt[i].at, &spoilt[i].value, spoilt[i].bytes);
		assert_refused(load(), spoilt[i].code);
	}
	fresh(NULL);
	w.a.arch = HOBNAIL_ARCH_AARCH64;
	assert_refused(load(), ERR_MB2_X86);
	fresh(NULL);
	w.file_bytes = 0;
	assert_refused(load(), ERR_FILE_EMPTY);
}

static void more_segments_than_fit_are_refused(void **state)
{
	(void)state;
	make_elf64();
	put64(32, 0x2000);
	put16(56, 17);
	for (unsigned i = 0; i < 17; i++) {
		uint64_t at = 0x100000 + i * 0x1000;
		const uint64_t h[7] = { 1 | 5ull << 32, 0x1000, at, at, 16, 16, 1 };
		memcpy(w.file + 0x2000 + i * 56, h, sizeof h);
	}
	assert_refused(load(), ERR_ELF_TOO_MANY_SEGMENTS);
}

static void segments_must_not_overlap(void **state)
{
	(void)state;
	make_elf64();
	put64(64 + 56 + 24, 0x180400);
	assert_refused(load(), ERR_DESTINATION_TWICE);
	fresh(NULL);
	make_elf64();
	tag(7, 0, 0, NULL);
	TAG(9, 0, 0x180010);
	put64(64 + 56 + 24, 0x1807ff);
	assert_refused(load(), ERR_DESTINATION_TWICE);
}

/* ---- The address tag ----------------------------------------------------------------------------------- */

static void an_address_tag_loads_any_file(void **state)
{
	(void)state;
	memset(w.file, 0x90, HEADER_AT);
	TAG(2, 0, 0x140000 + HEADER_AT - 0x40, 0x140000, 0x141000, 0x143000);
	TAG(3, 0, 0x140010);
	assert_int_equal(load(), OK);
	assert_int_equal(segment(0)->place, 0x140000);
	assert_int_equal(segment(0)->file_bytes, 0x1000);
	assert_int_equal(segment(0)->memory_bytes, 0x3000);
	assert_int_equal(w.a.kernel.entry, 0x140010);
	assert_memory_equal(w.ram + 0x40000, w.file + 0x40, 0x1000);
	assert_int_equal(w.ram[0x41000], 0);
}

/* load_addr = -1: the file is loaded from its beginning; load_end_addr = 0: to its end. */
static void an_address_tag_may_mean_the_whole_file(void **state)
{
	(void)state;
	TAG(2, 0, 0x140000 + HEADER_AT, 0xffffffff, 0, 0);
	TAG(3, 0, 0x140010);
	assert_int_equal(load(), OK);
	assert_int_equal(segment(0)->place, 0x140000);
	assert_int_equal(segment(0)->offset, 0);
	assert_int_equal(segment(0)->file_bytes, FILE_BYTES);
}

static void address_tags_that_contradict_themselves_are_refused(void **state)
{
	static const struct { uint32_t header, load, load_end, bss_end; enum err code; } spoilt[] = {
		{ 0x140000, 0x140010, 0, 0, ERR_MB2_ADDRESS },
		{ 0x140000 + HEADER_AT + 1, 0x140000, 0, 0, ERR_MB2_ADDRESS },
		{ 0x140010, 0x140000, 0x140010, 0, ERR_MB2_ADDRESS },
		{ 0x140010, 0x140000, 0x140000 + FILE_BYTES, 0, ERR_MB2_TRUNCATED },
		{ 0x140010, 0x140000, 0x141000, 0x140fff, ERR_MB2_BSS },
		{ 0xfffff100, 0xfffff000, 0, 0, ERR_MB2_HIGH },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(spoilt); i++) {
		fresh(NULL);
		TAG(2, 0, spoilt[i].header, spoilt[i].load, spoilt[i].load_end, spoilt[i].bss_end);
		TAG(3, 0, 0x140010);
		assert_refused(load(), spoilt[i].code);
	}
	fresh(NULL);
	TAG(2, 0, 0x140010, 0x140000, 0, 0);
	assert_refused(load(), ERR_MB2_NO_ENTRY);
}

static void the_entry_tag_overrides_the_elf_header(void **state)
{
	(void)state;
	TAG(3, 0, 0x100300);
	assert_int_equal(load(), OK);
	assert_int_equal(w.a.kernel.entry, 0x100300);
	fresh(NULL);
	TAG(3, 0, 0x100300);
	tag(7, 0, 0, NULL);
	TAG(9, 0, 0x100400);
	assert_int_equal(load(), OK);
	assert_int_equal(w.a.kernel.entry, 0x100400);
}

/* ---- Places -------------------------------------------------------------------------------------------- */

static void move_linked(uint32_t to)
{
	put32(64, to);
}

static void a_kernel_in_the_firmwares_memory_is_staged(void **state)
{
	(void)state;
	move_linked(RAM_BASE + MIB(2));
	assert_int_equal(load(), OK);
	assert_int_equal(w.handoff.move_count, 1);
	assert_int_equal(w.handoff.moves[0].to, RAM_BASE + MIB(2));
	assert_int_equal(segment(0)->place, RAM_BASE + MIB(2));
	assert_int_not_equal(segment(0)->loaded, segment(0)->place);
}

/* While the firmware is there nothing can move: by the EFI64 entry it is an error. */
static void a_kernel_that_must_share_with_the_firmware_is_refused(void **state)
{
	static const struct { uint32_t at; enum err code; } places[] = {
		{ RAM_BASE + MIB(2), ERR_MB2_BUSY }, { RAM_BASE + MIB(7), ERR_DESTINATION_TYPE },
		{ 0x40000000, ERR_DESTINATION }, { 0, ERR_DESTINATION },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(places); i++) {
		fresh(NULL);
		tag(7, 0, 0, NULL);
		TAG(9, 0, places[i].at + 16);
		move_linked(places[i].at);
		assert_refused(load(), places[i].code);
		assert_int_equal(w.problem.value[0], places[i].at);
	}
}

static void relocatable(uint32_t least, uint32_t most, uint32_t alignment, uint32_t preference)
{
	fresh(NULL);
	TAG(10, 0, least, most, alignment, preference);
	assert_int_equal(load(), OK);
	assert_int_equal(segment(0)->place, w.m.base);
	assert_int_equal(w.a.kernel.entry, w.m.base + 0x200);
	assert_memory_equal(w.ram + (w.m.base - RAM_BASE), w.file + 0x1000, 0x2000);
}

static void a_relocatable_kernel_goes_where_it_prefers(void **state)
{
	(void)state;
	relocatable(0x100000, 0xffffffff, 0x1000, MULTIBOOT2_ANYWHERE);
	assert_int_equal(w.m.base, 0x100000);
	assert_int_equal(w.m.moved, 0);
	relocatable(0x100000, 0xffffffff, 0x1000, MULTIBOOT2_HIGHEST + 1); /* unknown */
	assert_int_equal(w.m.base, 0x100000);
	relocatable(0x110001, 0xffffffff, 0x10000, MULTIBOOT2_LOWEST);
	assert_int_equal(w.m.base, 0x120000);
	assert_int_equal(w.m.moved, 0x20000);
	/* 8 pages at the top are the file's first 32 KiB, to be looked at, and one is its program headers. */
	relocatable(0x100000, 0xffffffff, 0x100000, MULTIBOOT2_HIGHEST);
	assert_int_equal(w.m.base, 0x700000);
	relocatable(0x200000, 0x302fff, 0x100000, MULTIBOOT2_ANYWHERE); /* the linked place is too low; not 3 MiB */
	assert_int_equal(w.m.base, 0x200000);
	relocatable(0x100000, 0x3fffff, 0x80000000 >> 11, MULTIBOOT2_HIGHEST);
	assert_int_equal(w.m.base, 0x200000);
}

static void a_place_that_the_firmware_has_taken_is_passed_over(void **state)
{
	(void)state;
	gone = 0x120000;
	relocatable(0x110001, 0xffffffff, 0x10000, MULTIBOOT2_LOWEST);
	assert_int_equal(w.m.base, 0x130000);
	gone = 0x700000;
	relocatable(0x100000, 0xffffffff, 0x100000, MULTIBOOT2_HIGHEST);
	assert_int_equal(w.m.base, 0x600000);
	gone = 0;
	/* The loader's own memory is not asked for at all. */
	fresh(NULL);
	TAG(10, 0, 0x110001, 0xffffffff, 0x10000, MULTIBOOT2_LOWEST);
	assert_int_equal(ledger_add(&w.ledger, 0x121000, PAGE_BYTES, HOBNAIL_MEMORY_USABLE, &w.problem), OK);
	assert_int_equal(load(), OK);
	assert_int_equal(w.m.base, 0x130000);
}

static void a_relocatable_kernel_without_a_place_is_refused(void **state)
{
	(void)state;
	TAG(10, 0, 0x300000, 0x3fffff, 0x1000, MULTIBOOT2_HIGHEST);
	assert_refused(load(), ERR_MB2_NO_PLACE);
	assert_int_equal(w.problem.value[0], 0x3000);
	assert_int_equal(w.problem.value[1], 0x300000);
	assert_int_equal(w.problem.value[2], 0x3fffff);
	fresh(NULL);
	TAG(10, 0, 0x100000, 0x102ffe, 0x1000, MULTIBOOT2_ANYWHERE); /* a byte too few for the linked place */
	assert_refused(load(), ERR_MB2_NO_PLACE);
	fresh(NULL);
	TAG(10, 0, 0x300000, 0x402ffe, 0x1000, MULTIBOOT2_LOWEST); /* a byte too few at 4 MiB */
	assert_refused(load(), ERR_MB2_NO_PLACE);
	fresh(NULL);
	TAG(10, 0, 0x300000, 0x402fff, 0x1000, MULTIBOOT2_LOWEST);
	assert_int_equal(load(), OK);
	assert_int_equal(w.m.base, 0x400000);
}

/* By the i386 entry the linked place may be no memory. */
static void a_relocatable_kernel_leaves_what_is_no_memory(void **state)
{
	(void)state;
	TAG(10, 0, 0x100000, 0xffffffff, 0x1000, MULTIBOOT2_ANYWHERE);
	move_linked(0x40000000);
	assert_int_equal(load(), OK);
	assert_true(w.m.base >= RAM_BASE && w.m.base < 0x40000000);
}

/* With boot services alive the linked place may be the firmware's: a relocatable kernel goes elsewhere. */
static void a_relocatable_kernel_avoids_the_firmware(void **state)
{
	static const uint32_t linked[] = { RAM_BASE + MIB(2), RAM_BASE + MIB(7), 0x40000000 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(linked); i++) {
		fresh(NULL);
		tag(7, 0, 0, NULL);
		TAG(9, 0, linked[i] + 16);
		TAG(10, 0, 0x100000, 0xffffffff, 0x1000, MULTIBOOT2_ANYWHERE);
		move_linked(linked[i]);
		assert_int_equal(load(), OK);
		assert_in_range(w.m.base, RAM_BASE + MIB(3), RAM_BASE + MIB(7) - 1);
		assert_int_equal(w.a.kernel.entry, w.m.base + 16);
	}
}

static void a_required_console_must_be_there(void **state)
{
	(void)state;
	TAG(4, 0, MULTIBOOT2_CONSOLE_EGA); /* the tag is required, a console is not */
	assert_int_equal(header(), OK);
	assert_int_equal(multiboot2_grant(&w.a, &w.m, &w.problem), OK);
	fresh(NULL);
	TAG(4, 0, MULTIBOOT2_CONSOLE_REQUIRED);
	assert_int_equal(header(), OK);
	w.a.platform.has_framebuffer = true;
	assert_refused(multiboot2_grant(&w.a, &w.m, &w.problem), ERR_MB2_CONSOLE);
	TAG(5, 0, 0, 0, 0);
	assert_int_equal(header(), OK);
	assert_int_equal(multiboot2_grant(&w.a, &w.m, &w.problem), OK);
	w.a.platform.has_framebuffer = false;
	assert_refused(multiboot2_grant(&w.a, &w.m, &w.problem), ERR_MB2_CONSOLE);
	fresh(NULL);
	TAG(4, 1, MULTIBOOT2_CONSOLE_REQUIRED);
	assert_int_equal(header(), OK);
	assert_int_equal(multiboot2_grant(&w.a, &w.m, &w.problem), OK);
}

/* ---- The choice of a protocol -------------------------------------------------------------------------- */

static struct requests requests;
static struct limine limine;

static enum err choose(enum boot_protocol said)
{
	struct elf_rules rules = { ELF_MACHINE_X86_64, false, false };
	struct protocol_requests r = { .hobnail = &requests, .limine = &limine, .multiboot2 = &w.m, .said = said };

	w.source.bytes = w.file_bytes;
	return protocol_load(&w.a, &r, &w.source, &rules, &w.problem);
}

static void a_file_of_any_format_may_have_the_header(void **state)
{
	(void)state;
	assert_int_equal(choose(PROTOCOL_ANY), OK); /* 32-bit ELF */
	assert_int_equal(w.a.protocol, PROTOCOL_MULTIBOOT2);
	fresh(NULL);
	make_elf64();
	assert_int_equal(choose(PROTOCOL_ANY), OK);
	assert_int_equal(w.a.protocol, PROTOCOL_MULTIBOOT2);
	fresh(NULL);
	make_elf64();
	put32(64 + 4, 7); /* writable and executable */
	assert_int_equal(choose(PROTOCOL_ANY), OK);
	assert_int_equal(w.a.protocol, PROTOCOL_MULTIBOOT2);
	fresh(NULL);
	memset(w.file, 0, 64);
	assert_refused(choose(PROTOCOL_ANY), ERR_MB2_NO_IMAGE);
	assert_int_equal(w.a.protocol, PROTOCOL_MULTIBOOT2);
}

/* Xen's file is such a one; the header of version 1 comes first. */
static void a_kernel_with_both_versions_headers_is_one_of_the_second(void **state)
{
	(void)state;
	put32(0x80, 0x1badb002), put32(0x84, 3), put32(0x88, 0 - 0x1badb002u - 3);
	assert_int_equal(choose(PROTOCOL_ANY), OK);
	assert_int_equal(w.a.protocol, PROTOCOL_MULTIBOOT2);
	fresh(NULL);
	put32(0x80, 0x1badb002), put32(0x84, 3), put32(0x88, 0 - 0x1badb002u - 3);
	put32(HEADER_AT, 0);
	assert_refused(choose(PROTOCOL_ANY), ERR_IS_MULTIBOOT);
}

static void the_configuration_decides_first(void **state)
{
	(void)state;
	assert_refused(choose(PROTOCOL_HOBNAIL), ERR_IS_MULTIBOOT2);
	fresh(NULL);
	assert_refused(choose(PROTOCOL_LIMINE), ERR_IS_MULTIBOOT2);
	fresh(NULL);
	assert_int_equal(choose(PROTOCOL_MULTIBOOT2), OK);
	fresh(NULL);
	put32(HEADER_AT, 0);
	assert_refused(choose(PROTOCOL_MULTIBOOT2), ERR_MB2_NONE);
}

/* Requests of the Limine protocol come before the header. */
static void limine_requests_count_more_than_the_header(void **state)
{
	(void)state;
	for (unsigned rights = 6; rights <= 7; rights++) {
		fresh(NULL);
		make_elf64();
		put32(64 + 56 + 4, rights);
		put64(0x1800, 0xf9562b2d5c95a6c8), put64(0x1808, 0x6a7b384944536bdc);
		enum err e = choose(PROTOCOL_ANY);
		assert_int_not_equal(w.a.protocol, PROTOCOL_MULTIBOOT2);
		assert_int_not_equal(e, OK); /* it reaches beyond this small machine */
	}
}

/* ---- Information --------------------------------------------------------------------------------------- */

static struct multiboot2_facts facts;

static void some_facts(void)
{
	static const struct hobnail_framebuffer fb = {
		.phys = 0xc0000000, .width = 640, .height = 480, .pitch = 2560, .bits_per_pixel = 32,
		.red_mask = 0xff0000, .green_mask = 0xff00, .blue_mask = 0xff,
	};
	static const uint8_t rsdp[36] = "RSD PTR \0OEMIDS\2\0\0\0\1\44\0\0\0";
	static const uint8_t eps[31] = "_SM_\0\37\2\10", eps3[24] = "_SM3_\0\30\3\1";

	facts = (struct multiboot2_facts){
		.command_line = { "a b", 3 }, .loader = "judge",
		.modules = { { { 0x200000, 0x1001 }, { "first", 5 } }, { { 0x300000, 0 }, { NULL, 0 } } },
		.module_count = 2, .framebuffer = &fb, .rsdp = rsdp, .rsdp_bytes = 36,
		.smbios = { { eps, 31, { 2, 8 } }, { eps3, 24, { 3, 1 } } },
		.system_table = 0x123456789a, .image_handle = 0xabcdef0123, .map_room = 16, .efi_map_room = 480,
	};
}

/* The n-th tag of a kind, from 0; NULL: there is none. */
static const uint8_t *info_tag(uint32_t kind, unsigned n)
{
	uint32_t total = read_le32(w.info), at = 8;

	while (at + 8 <= total) {
		const uint8_t *t = w.info + at;
		if (read_le32(t) == kind && n-- == 0)
			return t;
		at += (uint32_t)align_up(read_le32(t + 4), 8);
	}
	assert_int_equal(at, total);
	return NULL;
}

static uint32_t write_info(const void *sections)
{
	memset(w.info, 0xee, sizeof w.info);
	uint64_t room = multiboot2_bytes(&w.m, &facts);
	assert_in_range(room, 1, INFO_BYTES);
	uint32_t bytes = multiboot2_write(&w.m, &facts, sections, w.info);
	assert_in_range(bytes, 1, room);
	assert_int_equal(w.info[bytes], 0xee);
	assert_int_equal(read_le32(w.info), bytes);
	assert_int_equal(read_le32(w.info + 4), 0);
	assert_int_equal(read_le64(w.info + bytes - 8), 8ull << 32); /* the end tag */
	return bytes;
}

static void strings_and_modules_are_there(void **state)
{
	(void)state;
	some_facts();
	write_info(NULL);
	assert_string_equal((const char *)info_tag(1, 0) + 8, "a b");
	assert_int_equal(read_le32(info_tag(1, 0) + 4), 12);
	assert_string_equal((const char *)info_tag(2, 0) + 8, "judge");
	const uint8_t *m = info_tag(3, 0);
	assert_int_equal(read_le32(m + 8), 0x200000);
	assert_int_equal(read_le32(m + 12), 0x201001);
	assert_string_equal((const char *)m + 16, "first");
	assert_int_equal(read_le32(m + 4), 22);
	m = info_tag(3, 1);
	assert_int_equal(read_le32(m + 12), 0x300000);
	assert_string_equal((const char *)m + 16, "");
	assert_null(info_tag(3, 2));
	facts.command_line.bytes = 0;
	write_info(NULL);
	assert_int_equal(read_le32(info_tag(1, 0) + 4), 9);
}

static void the_framebuffer_is_described(void **state)
{
	static const uint8_t rest[] = { 32, 1, 0, 0, 16, 8, 8, 8, 0, 8 };

	(void)state;
	some_facts();
	write_info(NULL);
	const uint8_t *t = info_tag(8, 0);
	assert_int_equal(read_le32(t + 4), 38);
	assert_int_equal(read_le64(t + 8), 0xc0000000);
	assert_int_equal(read_le32(t + 16), 2560);
	assert_int_equal(read_le32(t + 20), 640);
	assert_int_equal(read_le32(t + 24), 480);
	assert_memory_equal(t + 28, rest, sizeof rest);
	facts.framebuffer = NULL;
	write_info(NULL);
	assert_null(info_tag(8, 0));
}

static void colours_are_positions_and_sizes(void **state)
{
	static const struct { uint32_t mask; uint8_t position, size; } rows[] = {
		{ 1, 0, 1 }, { 0xf800, 11, 5 }, { 0x3ff00000, 20, 10 }, { 0xff000000, 24, 8 }, { 0x80000000, 31, 1 },
		{ UINT32_MAX, 0, 32 }, { 0x5, 0, 1 }, { 0x60, 5, 2 },
	};

	(void)state;
	some_facts();
	struct hobnail_framebuffer fb = *facts.framebuffer;
	facts.framebuffer = &fb;
	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		fb.green_mask = rows[i].mask;
		write_info(NULL);
		assert_int_equal(info_tag(8, 0)[34], rows[i].position);
		assert_int_equal(info_tag(8, 0)[35], rows[i].size);
		assert_int_equal(info_tag(8, 0)[36], 0); /* blue */
		assert_int_equal(info_tag(8, 0)[37], 8);
	}
}

/* All tags are there, and one part is longer than what is left over where all are short. */
static void the_room_is_enough_for_long_parts(void **state)
{
	static const uint8_t smbios[255], sections[1000];
	static uint8_t rsdp[1000];
	static char string[1001];
	const struct text text = { string, 1000 };

	(void)state;
	memset(string, 'x', 1000);
	memset(rsdp, 1, sizeof rsdp);
	w.m.within = true;
	w.m.has = 1u << MULTIBOOT2_TAG_RELOCATABLE;
	for (unsigned part = 0; part < 8; part++) {
		some_facts();
		w.m.sections.bytes = part == 0 ? sizeof sections : 8;
		if (part == 1) facts.command_line = text;
		if (part == 2) facts.loader = string;
		if (part == 3) facts.modules[0].string = text;
		if (part == 4) facts.modules[1].string = text;
		if (part == 5) facts.rsdp = rsdp, facts.rsdp_bytes = sizeof rsdp;
		if (part >= 6) facts.smbios[part - 6].at = smbios, facts.smbios[part - 6].bytes = sizeof smbios;
		write_info(sections);
	}
}

/* 100 entries that cannot be joined, and as many descriptors as there may be. */
static void the_room_is_enough_for_a_map(void **state)
{
	static const uint8_t descriptors[4080];
	struct hobnail_memory entries[100];
	struct memmap m = { entries, COUNT_OF(entries), COUNT_OF(entries) };
	struct uefi_map efi = { descriptors, 0, 48 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(entries); i++)
		entries[i] = (struct hobnail_memory){ .base = MIB(2 * i), .bytes = MIB(1),
		                                      .type = HOBNAIL_MEMORY_USABLE };
	for (efi.bytes = 0; efi.bytes <= sizeof descriptors; efi.bytes += sizeof descriptors) {
		some_facts();
		facts.map_room = COUNT_OF(entries);
		facts.efi_map_room = efi.bytes;
		uint64_t room = multiboot2_bytes(&w.m, &facts);
		multiboot2_complete(w.info, write_info(NULL), &m, &efi, 1);
		assert_in_range(read_le32(w.info), 2400, room);
	}
}

static void tables_of_the_firmware_are_copied(void **state)
{
	(void)state;
	some_facts();
	write_info(NULL);
	assert_memory_equal(info_tag(14, 0) + 8, facts.rsdp, 20);
	assert_int_equal(read_le32(info_tag(14, 0) + 4), 28);
	assert_memory_equal(info_tag(15, 0) + 8, facts.rsdp, 36);
	assert_memory_equal(info_tag(13, 0) + 8, "\2\10\0\0\0\0\0\0_SM_", 12);
	assert_memory_equal(info_tag(13, 1) + 8, "\3\1\0\0\0\0\0\0_SM3_", 13);
	assert_int_equal(read_le64(info_tag(12, 0) + 8), 0x123456789a);
	facts.rsdp_bytes = 20;
	facts.smbios[0].bytes = 0;
	write_info(NULL);
	assert_null(info_tag(15, 0));
	assert_null(info_tag(13, 1));
	static const uint8_t no_rsdt[36] = "RSD PTR ";
	facts.rsdp = no_rsdt, facts.rsdp_bytes = 36;
	write_info(NULL);
	assert_null(info_tag(14, 0));
	assert_non_null(info_tag(15, 0));
	facts.rsdp = NULL;
	write_info(NULL);
	assert_null(info_tag(15, 0));
}

static void boot_services_alive_are_announced(void **state)
{
	(void)state;
	some_facts();
	w.m.within = true;
	w.m.has = 1u << MULTIBOOT2_TAG_RELOCATABLE;
	w.m.base = 0x5000000;
	write_info(NULL);
	assert_int_equal(read_le32(info_tag(18, 0) + 4), 8);
	assert_int_equal(read_le64(info_tag(20, 0) + 8), 0xabcdef0123);
	assert_int_equal(read_le32(info_tag(21, 0) + 8), 0x5000000);
	w.m.within = false;
	w.m.has = 0;
	write_info(NULL);
	assert_null(info_tag(18, 0));
	assert_null(info_tag(20, 0));
	assert_null(info_tag(21, 0));
}

static void the_memory_map_is_added(void **state)
{
	static struct hobnail_memory entries[] = {
		{ .base = 0, .bytes = 0x1000, .type = HOBNAIL_MEMORY_RESERVED },
		{ .base = 0x1000, .bytes = 0x9f000, .type = HOBNAIL_MEMORY_USABLE },
		{ .base = 0x100000, .bytes = 0x100000, .type = HOBNAIL_MEMORY_FIRMWARE_BOOT },
		{ .base = 0x200000, .bytes = 0x100000, .type = HOBNAIL_MEMORY_KERNEL },
		{ .base = 0x300000, .bytes = 0x1000, .type = HOBNAIL_MEMORY_ACPI_RECLAIM },
		{ .base = 0x301000, .bytes = 0x1000, .type = HOBNAIL_MEMORY_ACPI_NVS },
		{ .base = 0x302000, .bytes = 0x1000, .type = HOBNAIL_MEMORY_BAD },
		{ .base = 0x303000, .bytes = 0x1000, .type = HOBNAIL_MEMORY_RUNTIME_CODE },
		{ .base = 0x304000, .bytes = 0x1000, .type = HOBNAIL_MEMORY_MMIO },
	};
	static const struct { uint64_t base, bytes; uint32_t type; } want[] = {
		{ 0, 0x1000, 2 }, { 0x1000, 0x9f000, 1 }, { 0x100000, 0x200000, 1 }, { 0x300000, 0x1000, 3 },
		{ 0x301000, 0x1000, 4 }, { 0x302000, 0x1000, 5 }, { 0x303000, 0x2000, 2 },
	};
	static const uint8_t descriptors[96] = { 7, 7 };
	struct memmap m = { entries, COUNT_OF(entries), COUNT_OF(entries) };
	struct uefi_map efi = { descriptors, sizeof descriptors, 48 };

	(void)state;
	some_facts();
	uint32_t bytes = write_info(NULL);
	for (unsigned attempt = 0; attempt < 2; attempt++) /* a second attempt to exit writes it again */
		multiboot2_complete(w.info, bytes, &m, &efi, 1);
	assert_in_range(read_le32(w.info), bytes, multiboot2_bytes(&w.m, &facts));
	const uint8_t *t = info_tag(6, 0);
	assert_int_equal(read_le32(t + 8), 24);
	assert_int_equal(read_le32(t + 12), 0);
	assert_int_equal(read_le32(t + 4), 16 + 24 * COUNT_OF(want));
	for (unsigned i = 0; i < COUNT_OF(want); i++) {
		assert_int_equal(read_le64(t + 16 + 24 * i), want[i].base);
		assert_int_equal(read_le64(t + 24 + 24 * i), want[i].bytes);
		assert_int_equal(read_le32(t + 32 + 24 * i), want[i].type);
	}
	assert_int_equal(read_le32(info_tag(4, 0) + 8), 640);
	assert_int_equal(read_le32(info_tag(4, 0) + 12), 2048);
	t = info_tag(17, 0);
	assert_int_equal(read_le32(t + 8), 48);
	assert_int_equal(read_le32(t + 12), 1);
	assert_memory_equal(t + 16, descriptors, sizeof descriptors);
	assert_int_equal(read_le64(w.info + read_le32(w.info) - 8), 8ull << 32);
}

static void basic_memory_ends_at_the_first_hole(void **state)
{
	static const struct { struct hobnail_memory e[4]; uint32_t lower, upper; } rows[] = {
		{ { { .base = 0x1000, .bytes = 0x7f000, .type = HOBNAIL_MEMORY_USABLE },
		    { .base = MIB(1), .bytes = MIB(2), .type = HOBNAIL_MEMORY_USABLE },
		    { .base = MIB(4), .bytes = MIB(4), .type = HOBNAIL_MEMORY_USABLE },
		    { .base = GIB(4), .bytes = GIB(1), .type = HOBNAIL_MEMORY_USABLE } }, 512, 2048 },
		{ { { .base = 0x1000, .bytes = MIB(3) - 0x1000, .type = HOBNAIL_MEMORY_USABLE },
		    { .base = MIB(3), .bytes = MIB(1), .type = HOBNAIL_MEMORY_RESERVED },
		    { .base = MIB(4), .bytes = MIB(1), .type = HOBNAIL_MEMORY_USABLE },
		    { .base = MIB(5), .bytes = MIB(1), .type = HOBNAIL_MEMORY_MMIO } }, 640, 2048 },
		{ { { .base = 0x2000, .bytes = 0x9e000, .type = HOBNAIL_MEMORY_USABLE },
		    { .base = MIB(1), .bytes = MIB(1), .type = HOBNAIL_MEMORY_RESERVED },
		    { .base = MIB(2), .bytes = MIB(2), .type = HOBNAIL_MEMORY_USABLE },
		    { .base = MIB(4), .bytes = MIB(1), .type = HOBNAIL_MEMORY_MMIO } }, 0, 0 },
	};
	struct hobnail_memory entries[4];
	struct memmap m = { entries, COUNT_OF(entries), COUNT_OF(entries) };
	static const uint8_t descriptor[48];

	(void)state;
	some_facts();
	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		memcpy(entries, rows[i].e, sizeof entries);
		multiboot2_complete(w.info, write_info(NULL), &m, &(struct uefi_map){ descriptor, 48, 48 }, 1);
		assert_int_equal(read_le32(info_tag(4, 0) + 8), rows[i].lower);
		assert_int_equal(read_le32(info_tag(4, 0) + 12), rows[i].upper);
	}
}

/* ---- Sections ------------------------------------------------------------------------------------------ */

/* Null; .text, which is loaded; a symbol table; its names; a debugger's section. */
static void add_sections(void)
{
	static const uint32_t table[5][10] = {
		{ 0 },
		{ 1, 1, 6, 0xc0100000, 0x1000, 0x2000 },
		{ 7, 2, 0, 0, 0x4000, 0x40, 3, 0, 4, 16 },
		{ 15, 3, 0, 0, 0x4100, 0x20 },
		{ 23, 1, 0, 0, 0x4200, 0x20 },
	};

	memcpy(w.file + 0x5000, table, sizeof table);
	put32(32, 0x5000), put16(46, 40), put16(48, 5), put16(50, 3);
}

static void symbols_are_loaded_for_the_kernel(void **state)
{
	(void)state;
	add_sections();
	assert_int_equal(load(), OK);
	some_facts();
	assert_int_equal(w.m.sections.bytes, 200);
	write_info(page_at(NULL, w.m.sections.base));
	const uint8_t *t = info_tag(9, 0);
	assert_int_equal(read_le32(t + 8), 5);
	assert_int_equal(read_le32(t + 12), 40);
	assert_int_equal(read_le32(t + 16), 3);
	assert_int_equal(read_le32(t + 20 + 40 + 12), 0xc0100000);
	assert_memory_equal(page_at(NULL, read_le32(t + 20 + 80 + 12)), w.file + 0x4000, 0x40);
	assert_memory_equal(page_at(NULL, read_le32(t + 20 + 120 + 12)), w.file + 0x4100, 0x20);
	assert_int_equal(read_le32(t + 20 + 160 + 12), 0);
	fresh(NULL);
	add_sections();
	TAG(1, 1, 9);
	assert_int_equal(load(), OK);
	write_info(page_at(NULL, w.m.sections.base));
	t = info_tag(9, 0);
	assert_memory_equal(page_at(NULL, read_le32(t + 20 + 160 + 12)), w.file + 0x4200, 0x20);
}

/* Null; .text, which is loaded; a symbol table; its names; a debugger's section. */
static void add_sections64(void)
{
	static const uint64_t table[5][8] = {
		{ 0 },
		{ 1 | 1ull << 32, 6, 0xffffffff80000000, 0x1000, 0x800 },
		{ 7 | 2ull << 32, 0, 0, 0x4000, 0x48, 3, 8, 24 },
		{ 15 | 3ull << 32, 0, 0, 0x4100, 0x20 },
		{ 23 | 1ull << 32, 0, 0, 0x4200, 0x28 },
	};

	make_elf64();
	memcpy(w.file + 0x5000, table, sizeof table);
	put64(40, 0x5000), put16(58, 64), put16(60, 5), put16(62, 3);
}

static void symbols_of_an_elf64_file_are_loaded_as_well(void **state)
{
	(void)state;
	for (unsigned all = 0; all < 2; all++) {
		fresh(NULL);
		add_sections64();
		if (all)
			TAG(1, 1, 9);
		assert_int_equal(load(), OK);
		some_facts();
		assert_int_equal(w.m.sections.bytes, 320);
		write_info(page_at(NULL, w.m.sections.base));
		const uint8_t *t = info_tag(9, 0), *h = t + 20;
		assert_int_equal(read_le32(t + 8), 5);
		assert_int_equal(read_le32(t + 12), 64);
		assert_int_equal(read_le32(t + 16), 3);
		for (unsigned i = 0; i < 5; i++) { /* all but the addresses is as the file has it */
			assert_memory_equal(h + 64 * i, w.file + 0x5000 + 64 * i, 16);
			assert_memory_equal(h + 64 * i + 24, w.file + 0x5000 + 64 * i + 24, 40);
		}
		assert_true(read_le64(h + 64 + 16) == 0xffffffff80000000);
		const uint8_t *symbols = page_at(NULL, read_le64(h + 128 + 16));
		assert_memory_equal(symbols, w.file + 0x4000, 0x48);
		assert_int_equal(symbols[0x48], 0); /* no more than that */
		assert_memory_equal(page_at(NULL, read_le64(h + 192 + 16)), w.file + 0x4100, 0x20);
		if (all)
			assert_memory_equal(page_at(NULL, read_le64(h + 256 + 16)), w.file + 0x4200, 0x28);
		else
			assert_int_equal(read_le64(h + 256 + 16), 0);
	}
}

/* A header's address is given only to what has none, has bytes, and is not of the program's memory. */
static void sections_that_are_not_of_the_file_are_left_alone(void **state)
{
	static const struct { uint64_t kind, flags, address, bytes; } rows[] = {
		{ 2, 2, 0, 0x48 },      /* SHF_ALLOC */
		{ 2, 0, 0x1234, 0x48 }, /* it has an address */
		{ 2, 0, 0, 0 },
		{ 8, 0, 0, 0x48 },      /* SHT_NOBITS */
		{ 0, 0, 0, 0x48 },      /* SHT_NULL */
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		fresh(NULL);
		add_sections64();
		TAG(1, 1, 9);
		put32(0x5000 + 128 + 4, (uint32_t)rows[i].kind);
		put64(0x5000 + 128 + 8, rows[i].flags);
		put64(0x5000 + 128 + 16, rows[i].address);
		put64(0x5000 + 128 + 32, rows[i].bytes);
		assert_int_equal(load(), OK);
		const uint8_t *h = page_at(NULL, w.m.sections.base);
		assert_int_equal(read_le64(h + 128 + 16), rows[i].address);
		assert_int_not_equal(read_le64(h + 192 + 16), 0);
	}
	fresh(NULL);
	add_sections64();
	put32(0x5000 + 256 + 4, 9); /* SHT_REL, without being asked for */
	put64(0x5000 + 128 + 8, 1); /* SHF_WRITE */
	assert_int_equal(load(), OK);
	const uint8_t *h = page_at(NULL, w.m.sections.base);
	assert_int_equal(read_le64(h + 256 + 16), 0);
	assert_int_not_equal(read_le64(h + 128 + 16), 0);
}

/* No section is worth a refusal, but a firmware that fails is told of. */
static void a_section_that_finds_no_memory_has_no_address(void **state)
{
	(void)state;
	add_sections64();
	no_record = ERR_FIRMWARE;
	assert_refused(load(), ERR_FIRMWARE);
	fresh(NULL);
	add_sections64();
	no_record = ERR_NO_MEMORY;
	assert_int_equal(load(), OK);
	const uint8_t *h = page_at(NULL, w.m.sections.base);
	assert_int_equal(read_le64(h + 128 + 16), 0);
	assert_int_equal(read_le64(h + 192 + 16), 0);
}

/* Memory that must be kept apart needs room in the ledger: sections take none of its last entries. */
static void sections_leave_room_in_the_ledger(void **state)
{
	enum { MOST = LEDGER_MAX - LEDGER_RESERVE };
	unsigned with[3] = { 0 };

	(void)state;
	for (unsigned filled = MOST - 20; filled <= MOST; filled++) {
		fresh(NULL);
		add_sections64();
		for (unsigned i = 0; i < filled; i++)
			assert_int_equal(ledger_add(&w.ledger, GIB(16) + 2 * i * PAGE_BYTES, PAGE_BYTES,
			                            HOBNAIL_MEMORY_USABLE, &w.problem), OK);
		assert_int_equal(load(), OK);
		const uint8_t *h = page_at(NULL, w.m.sections.base);
		unsigned sections = !!read_le64(h + 128 + 16) + !!read_le64(h + 192 + 16);
		with[sections]++;
		assert_true(sections == 0 || w.ledger.count <= MOST);
		assert_true(sections == 2 || w.ledger.count >= MOST);
	}
	assert_true(with[0] && with[1] == 1 && with[2]);
}

/* Where a kernel is loaded by its address tag, nobody knows whether its sections are right. */
static void a_kernel_by_its_address_tag_has_no_sections(void **state)
{
	(void)state;
	add_sections();
	TAG(3, 0, 0x100300); /* the entry alone does not matter */
	assert_int_equal(load(), OK);
	assert_int_equal(w.m.sections.bytes, 200);
	fresh(NULL);
	add_sections();
	TAG(2, 0, 0x140000 + HEADER_AT, 0x140000, 0, 0);
	TAG(3, 0, 0x140010);
	assert_int_equal(load(), OK);
	assert_int_equal(w.m.sections.bytes, 0);
}

static void a_malformed_table_of_sections_is_none(void **state)
{
	static const struct { unsigned at, bytes; uint32_t value; } spoilt[] = {
		{ 32, 4, 0 }, { 32, 4, FILE_BYTES - 199 }, { 46, 2, 64 }, { 48, 2, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(spoilt); i++) {
		fresh(NULL);
		add_sections();
		memcpy(w.file + spoilt[i].at, &spoilt[i].value, spoilt[i].bytes);
		assert_int_equal(load(), OK);
		assert_int_equal(w.m.sections.bytes, 0);
	}
	fresh(NULL);
	add_sections();
	put32(0x5000 + 80 + 16, FILE_BYTES); /* beyond the file: it gets no address */
	assert_int_equal(load(), OK);
	assert_int_equal(read_le32((const uint8_t *)page_at(NULL, w.m.sections.base) + 80 + 12), 0);
}

#define T(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_least_header_is_read),
		T(a_header_is_found_where_the_specification_allows),
		T(headers_that_cannot_be_read_are_refused),
		T(the_size_of_a_tag_is_checked),
		T(every_tag_is_read),
		T(the_efi64_entry_counts_only_with_boot_services),
		T(unknown_tags_are_refused_unless_they_are_optional),
		T(required_information_must_be_known),
		T(a_relocatable_tag_must_be_possible),
		T(tags_and_information_have_names),
		T(an_elf32_file_is_loaded_at_its_physical_address),
		T(an_elf64_file_is_loaded_by_physical_order),
		T(elf_files_that_cannot_be_loaded_are_refused),
		T(more_segments_than_fit_are_refused),
		T(segments_must_not_overlap),
		T(an_address_tag_loads_any_file),
		T(an_address_tag_may_mean_the_whole_file),
		T(address_tags_that_contradict_themselves_are_refused),
		T(the_entry_tag_overrides_the_elf_header),
		T(a_kernel_in_the_firmwares_memory_is_staged),
		T(a_kernel_that_must_share_with_the_firmware_is_refused),
		T(a_relocatable_kernel_goes_where_it_prefers),
		T(a_place_that_the_firmware_has_taken_is_passed_over),
		T(a_relocatable_kernel_without_a_place_is_refused),
		T(a_relocatable_kernel_leaves_what_is_no_memory),
		T(a_relocatable_kernel_avoids_the_firmware),
		T(a_required_console_must_be_there),
		T(a_file_of_any_format_may_have_the_header),
		T(a_kernel_with_both_versions_headers_is_one_of_the_second),
		T(the_configuration_decides_first),
		T(limine_requests_count_more_than_the_header),
		T(strings_and_modules_are_there),
		T(the_framebuffer_is_described),
		T(colours_are_positions_and_sizes),
		T(the_room_is_enough_for_long_parts),
		T(the_room_is_enough_for_a_map),
		T(tables_of_the_firmware_are_copied),
		T(boot_services_alive_are_announced),
		T(the_memory_map_is_added),
		T(basic_memory_ends_at_the_first_hole),
		T(symbols_are_loaded_for_the_kernel),
		T(symbols_of_an_elf64_file_are_loaded_as_well),
		T(sections_that_are_not_of_the_file_are_left_alone),
		T(a_section_that_finds_no_memory_has_no_address),
		T(sections_leave_room_in_the_ledger),
		T(a_kernel_by_its_address_tag_has_no_sections),
		T(a_malformed_table_of_sections_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
