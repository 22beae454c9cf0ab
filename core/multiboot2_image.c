/* multiboot2_image.c — segments and entry point of a Multiboot2 kernel: from an ELF file, or from the address tag.
 * Segments run at their physical addresses, which are all that counts here. */
#include "multiboot2.h"

#include <string.h>

/* ---- ELF files of both classes ------------------------------------------------------------------------- */

/* A reader of its own. That of elf.c judges a kernel that is mapped, and most of its rules do not hold for one that
 * runs at its physical addresses: segments may share pages, none needs to have the entry, and a position-independent
 * one needs no PT_DYNAMIC. For two classes of files each of its fields would be looked up, in every boot. */

/* System V gABI, "ELF Header", "Program Header", "Section Header": offsets of fields in a file of 32 or of 64 bits.
 * A word is an address, an offset or a size. */
struct elf_class {
	uint8_t word;
	uint8_t header_bytes, program_bytes, section_bytes;
	uint8_t entry, program_headers, section_headers, program_size, program_count;
	uint8_t section_size, section_count, names;
	uint8_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_flags;
	uint8_t sh_flags, sh_addr, sh_offset, sh_size;
	uint16_t machine;
};

static const struct elf_class elf32 = {
	.word = 4, .header_bytes = 52, .program_bytes = 32, .section_bytes = 40,
	.entry = 24, .program_headers = 28, .section_headers = 32, .program_size = 42, .program_count = 44,
	.section_size = 46, .section_count = 48, .names = 50,
	.p_offset = 4, .p_vaddr = 8, .p_paddr = 12, .p_filesz = 16, .p_memsz = 20, .p_flags = 24,
	.sh_flags = 8, .sh_addr = 12, .sh_offset = 16, .sh_size = 20, .machine = 3 /* EM_386 */,
};

static const struct elf_class elf64 = {
	.word = 8, .header_bytes = ELF_HEADER_BYTES, .program_bytes = ELF_PROGRAM_HEADER_BYTES,
	.section_bytes = ELF_SECTION_HEADER_BYTES,
	.entry = 24, .program_headers = 32, .section_headers = 40, .program_size = 54, .program_count = 56,
	.section_size = 58, .section_count = 60, .names = 62,
	.p_offset = 8, .p_vaddr = 16, .p_paddr = 24, .p_filesz = 32, .p_memsz = 40, .p_flags = 4,
	.sh_flags = 8, .sh_addr = 16, .sh_offset = 24, .sh_size = 32, .machine = ELF_MACHINE_X86_64,
};

enum { CLASS_AT = 4, ORDER_AT = 5, PT_LOAD = 1 };
enum { SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_NOBITS = 8, SHF_ALLOC = 2 };

static uint64_t word(const struct elf_class *c, const uint8_t *at)
{
	return c->word == 4 ? read_le32(at) : read_le64(at);
}

/* NULL: the file is no ELF file of a known class. */
static const struct elf_class *class_of(const uint8_t *head, uint64_t bytes)
{
	const struct elf_class *c = bytes > ORDER_AT && head[CLASS_AT] == 1 ? &elf32 : &elf64;

	if (bytes < c->header_bytes || memcmp(head, "\177ELF", 4) != 0 || head[CLASS_AT] < 1 || head[CLASS_AT] > 2 ||
	    head[ORDER_AT] != 1)
		return NULL;
	return c;
}

static enum err check_header(const struct elf_class *c, const uint8_t *head, uint64_t file_bytes, struct problem *p)
{
	uint16_t count = read_le16(head + c->program_count), size = read_le16(head + c->program_size);
	uint64_t table = word(c, head + c->program_headers);
	enum err e = elf_check_kind(head, c->machine, p);

	if (e)
		return e;
	if (!count || !table)
		return problem_at(p, ERR_ELF_NO_PHDRS, c->program_count);
	if (size != c->program_bytes)
		return problem_at(p, ERR_ELF_PHDR_SIZE, c->program_size, size);
	if (count > ELF_MAX_PROGRAM_HEADERS)
		return problem_at(p, ERR_ELF_TOO_MANY_PHDRS, c->program_count, count, ELF_MAX_PROGRAM_HEADERS);
	if (!range_within(table, (uint64_t)count * size, file_bytes))
		return problem_at(p, ERR_ELF_PHDRS_PAST_END, c->program_headers, file_bytes,
		                  elf_end_of(table, (uint64_t)count * size));
	return OK;
}

/* Segments ascend by their physical address. */
static void insert(struct elf_layout *l, const struct elf_segment *s)
{
	unsigned at = l->segment_count++;

	for (; at > 0 && l->segments[at - 1].phys > s->phys; at--)
		l->segments[at] = l->segments[at - 1];
	l->segments[at] = *s;
}

/* `virt` is the linked address until the entry point is known. */
static enum err read_segment(const struct elf_class *c, const uint8_t *h, uint32_t index, uint64_t file_bytes,
                             struct elf_layout *l, struct problem *p)
{
	struct elf_segment s = {
		.virt = word(c, h + c->p_vaddr), .phys = word(c, h + c->p_paddr), .offset = word(c, h + c->p_offset),
		.file_bytes = word(c, h + c->p_filesz), .memory_bytes = word(c, h + c->p_memsz),
		.alignment = PAGE_BYTES, .rights = read_le32(h + c->p_flags) & (ELF_READ | ELF_WRITE | ELF_EXECUTE),
		.index = index,
	};

	if (read_le32(h) != PT_LOAD || !s.memory_bytes)
		return OK;
	if (l->segment_count == ELF_MAX_SEGMENTS)
		return problem(p, ERR_ELF_TOO_MANY_SEGMENTS, ELF_MAX_SEGMENTS);
	if (s.file_bytes > s.memory_bytes)
		return problem(p, ERR_ELF_FILESZ, (uint64_t)index << 32 | index, s.file_bytes, s.memory_bytes);
	if (s.file_bytes && !range_within(s.offset, s.file_bytes, file_bytes))
		return problem(p, ERR_ELF_TRUNCATED, file_bytes, index, elf_end_of(s.offset, s.file_bytes));
	if (!range_within(s.phys, s.memory_bytes, MULTIBOOT2_LIMIT))
		return problem(p, ERR_MB2_HIGH, sum_fits(s.phys, s.memory_bytes) ? s.phys + s.memory_bytes : s.phys);
	insert(l, &s);
	return OK;
}

/* The entry in an ELF header is a linked address. */
static uint64_t to_physical(const struct elf_layout *l, uint64_t entry)
{
	for (unsigned i = 0; i < l->segment_count; i++)
		if (entry - l->segments[i].virt < l->segments[i].memory_bytes)
			return entry - l->segments[i].virt + l->segments[i].phys;
	return entry;
}

static enum err elf_layout_of(const struct elf_class *c, const uint8_t *head, struct source *source,
                              const struct pages *pages, struct kernel *k, struct problem *p)
{
	const void *table;
	unsigned count = read_le16(head + c->program_count);
	enum err e = check_header(c, head, source->bytes, p);

	if (!e)
		e = source_view(source, pages, word(c, head + c->program_headers), (uint64_t)count * c->program_bytes,
		                &table, p);
	for (unsigned i = 0; !e && i < count; i++)
		e = read_segment(c, (const uint8_t *)table + (size_t)i * c->program_bytes, i, source->bytes, &k->layout,
		                 p);
	if (!e && !k->layout.segment_count)
		e = problem(p, ERR_ELF_NO_LOAD);
	if (e)
		return e;
	k->file.machine = c->machine;
	k->file.entry = to_physical(&k->layout, word(c, head + c->entry));
	return OK;
}

/* ---- The address tag ----------------------------------------------------------------------------------- */

/* "The address tag of Multiboot2 header" */
static enum err tag_layout(const struct multiboot2 *m, uint64_t file_bytes, struct kernel *k, struct problem *p)
{
	uint32_t load = m->address.load, header = m->address.header, end = m->address.load_end;
	bool from_start = load == UINT32_MAX;
	uint64_t before = from_start ? m->at : (uint64_t)header - load, offset = m->at - before;

	if (from_start)
		load = header - (uint32_t)before;
	if (load > header || before > m->at || (end && end <= header))
		return problem_at(p, ERR_MB2_ADDRESS, m->at, header, m->address.load, end);
	uint64_t bytes = end ? end - load : file_bytes - offset;
	uint64_t bss = m->address.bss_end;
	if (!range_within(offset, bytes, file_bytes))
		return problem_at(p, ERR_MB2_TRUNCATED, m->at, offset + bytes, file_bytes);
	if (bss && bss < load + bytes)
		return problem_at(p, ERR_MB2_BSS, m->at, bss, load + bytes);
	uint64_t memory = bss ? bss - load : bytes;
	if (!range_within(load, memory, MULTIBOOT2_LIMIT))
		return problem_at(p, ERR_MB2_HIGH, m->at, load + memory);
	if (!multiboot2_has(m, MULTIBOOT2_TAG_ENTRY) && !m->within)
		return problem_at(p, ERR_MB2_NO_ENTRY, m->at);
	k->layout.segments[0] = (struct elf_segment){
		.phys = load, .offset = offset, .file_bytes = bytes, .memory_bytes = memory, .alignment = PAGE_BYTES,
		.rights = ELF_READ | ELF_WRITE | ELF_EXECUTE,
	};
	k->layout.segment_count = 1;
	k->file.machine = elf32.machine;
	return OK;
}

/* ---- Both ---------------------------------------------------------------------------------------------- */

/* Is the entry among the bytes that are loaded from the file? */
static bool is_loaded(const struct elf_layout *l, uint64_t entry)
{
	for (unsigned i = 0; i < l->segment_count; i++)
		if (entry - l->segments[i].phys < l->segments[i].file_bytes)
			return true;
	return false;
}

enum err multiboot2_layout(const struct multiboot2 *m, struct source *source, const struct pages *pages,
                           struct kernel *k, struct problem *p)
{
	struct kernel found = { .file = { .file_bytes = source->bytes }, .unreported = true };
	uint64_t bytes = min_u64(source->bytes, ELF_HEADER_BYTES);
	const struct elf_class *c;
	const void *head;
	enum err e = source_view(source, pages, 0, bytes, &head, p);

	if (e)
		return e;
	c = class_of(head, bytes);
	if (multiboot2_has(m, MULTIBOOT2_TAG_ADDRESS))
		e = tag_layout(m, source->bytes, &found, p);
	else
		e = c ? elf_layout_of(c, head, source, pages, &found, p) : problem_at(p, ERR_MB2_NO_IMAGE, m->at);
	if (e)
		return e;
	if (m->within)
		found.file.entry = m->entry_efi64;
	else if (multiboot2_has(m, MULTIBOOT2_TAG_ENTRY))
		found.file.entry = m->entry;
	if (!is_loaded(&found.layout, found.file.entry))
		return problem_at(p, ERR_MB2_ENTRY, m->at, found.file.entry);
	for (unsigned i = 0; i < found.layout.segment_count; i++)
		found.layout.segments[i].virt = found.layout.segments[i].phys;
	*k = found;
	return OK;
}

/* ---- Sections ------------------------------------------------------------------------------------------ */

static void put_word(const struct elf_class *c, uint8_t *at, uint64_t value)
{
	memcpy(at, &value, c->word);
}

/* Symbols and names are what kernels look for; debuggers' sections are large. */
static bool is_wanted(const struct elf_class *c, const uint8_t *h, uint32_t type, bool all)
{
	bool kept = type == SHT_SYMTAB || type == SHT_STRTAB || (all && type != SHT_NOBITS);

	return kept && type && !(word(c, h + c->sh_flags) & SHF_ALLOC) && !word(c, h + c->sh_addr) &&
	       word(c, h + c->sh_size);
}

static enum err load_section(const struct elf_class *c, uint8_t *h, struct source *source, const struct pages *pages,
                             struct problem *p)
{
	uint64_t offset = word(c, h + c->sh_offset), bytes = word(c, h + c->sh_size);
	struct page_wish wish = { .bytes = bytes, .type = HOBNAIL_MEMORY_RECORD, .below = MULTIBOOT2_LIMIT };
	paddr at;

	/* No address says that it is not there. A kernel boots without: no section is worth a refusal. */
	if (!range_within(offset, bytes, source->bytes) || pages->ledger->count >= LEDGER_MAX - LEDGER_RESERVE)
		return OK;
	enum err e = pages->take(pages->context, &wish, &at, p);
	if (e == ERR_NO_MEMORY)
		return OK;
	if (!e)
		e = source_fetch(source, offset, pages_at(pages, at), bytes, p);
	if (!e)
		put_word(c, h + c->sh_addr, at);
	return e;
}

enum err multiboot2_keep_sections(struct multiboot2 *m, struct source *source, const struct pages *pages,
                                  struct problem *p)
{
	bool all = m->asks >> MULTIBOOT2_ELF_SECTIONS & 1;
	uint64_t head_bytes = min_u64(source->bytes, ELF_HEADER_BYTES);
	const struct elf_class *c;
	const void *view;
	paddr at;
	enum err e = source_view(source, pages, 0, head_bytes, &view, p);

	if (e)
		return e;
	const uint8_t *head = view;
	c = class_of(head, head_bytes);
	if (!c || multiboot2_has(m, MULTIBOOT2_TAG_ADDRESS))
		return OK;
	uint64_t offset = word(c, head + c->section_headers), count = read_le16(head + c->section_count);
	uint64_t bytes = count * c->section_bytes;
	if (!offset || !count || read_le16(head + c->section_size) != c->section_bytes ||
	    !range_within(offset, bytes, source->bytes))
		return OK;
	e = pages_take(pages, bytes, HOBNAIL_MEMORY_USABLE, &at, p);
	if (!e)
		e = source_fetch(source, offset, pages_at(pages, at), bytes, p);
	uint8_t *table = e ? NULL : pages_at(pages, at);
	for (uint64_t i = 0; !e && i < count; i++) {
		uint8_t *h = table + i * c->section_bytes;
		if (is_wanted(c, h, read_le32(h + 4), all))
			e = load_section(c, h, source, pages, p);
	}
	if (e)
		return e;
	m->sections = (struct span){ at, bytes };
	m->section_count = (uint32_t)count;
	m->section_bytes = c->section_bytes;
	m->section_names = read_le16(head + c->names);
	return OK;
}
