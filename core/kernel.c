#include "kernel.h"

#include "recognise.h"

#include <string.h>

enum { HEAD_BYTES = PAGE_BYTES };

/* ---- Headers ------------------------------------------------------------------------------------------- */

/* View the file's first bytes, as many as recognise_file() wants. */
static enum err view_beginning(struct source *source, const struct pages *pages, const void **out, uint64_t *count)
{
	*count = min_u64(source->bytes, RECOGNISE_BYTES);
	return source_view(source, pages, 0, *count, out, NULL);
}

/* Name the format of a file that is no ELF64 file. */
static enum err name_file(struct source *source, const struct pages *pages, enum err refusal, struct problem *p)
{
	const void *bytes;
	uint64_t count;

	if (refusal != ERR_ELF_MAGIC && refusal != ERR_ELF_SHORT && refusal != ERR_ELF_32_BIT)
		return refusal;
	if (view_beginning(source, pages, &bytes, &count))
		return refusal;
	enum err e = refusal == ERR_ELF_32_BIT ? recognise_multiboot(bytes, count, 0, p)
	                                       : recognise_file(bytes, count, p);
	return e ? e : refusal;
}

static enum err note_is_there(void *context, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                              struct problem *p)
{
	(void)type, (void)descriptor, (void)bytes, (void)offset, (void)p;
	*(bool *)context = true;
	return OK;
}

/* Segments that are refused here may be right for Multiboot, if the kernel has no notes of ours. */
static enum err name_kernel(const struct kernel *k, struct source *source, const struct pages *pages, const void *table,
                            enum err refusal, struct problem *p)
{
	struct span notes[ELF_MAX_NOTES];
	unsigned note_count = elf_note_ranges(&k->file, table, notes);
	const void *bytes;
	uint64_t count;
	bool ours = false;

	for (unsigned i = 0; i < note_count; i++)
		if (!source_view(source, pages, notes[i].base, notes[i].bytes, &bytes, NULL))
			elf_notes(bytes, notes[i].bytes, notes[i].base, note_is_there, &ours, NULL);
	if (ours || view_beginning(source, pages, &bytes, &count))
		return refusal;
	enum err e = recognise_multiboot(bytes, count, 0, p);
	return e ? e : refusal;
}

enum err kernel_open(struct kernel *k, struct source *source, const struct pages *pages, const struct elf_rules *rules,
                     struct problem *p)
{
	uint64_t head = min_u64(source->bytes, HEAD_BYTES);
	const void *bytes, *table;

	if (!source->bytes)
		return problem(p, ERR_FILE_EMPTY);
	enum err e = source_view(source, pages, 0, head, &bytes, p);
	if (!e)
		e = elf_open(bytes, head, source->bytes, rules, &k->file, p);
	if (e)
		return name_file(source, pages, e, p);
	uint64_t table_bytes = k->file.program_header_count * (uint64_t)ELF_PROGRAM_HEADER_BYTES;
	e = source_view(source, pages, k->file.program_headers, table_bytes, &table, p);
	if (e)
		return e;
	e = elf_segments(&k->file, table, rules, &k->layout, p);
	return e ? name_kernel(k, source, pages, table, e, p) : OK;
}

/* ---- Notes --------------------------------------------------------------------------------------------- */

/* Sections are for debuggers: a broken table counts as absent. An error is one of reading the table. */
static enum err read_sections(const struct kernel *k, struct source *source, const struct pages *pages,
                              struct elf_sections *out, struct problem *p)
{
	uint64_t bytes = k->file.section_header_count * (uint64_t)ELF_SECTION_HEADER_BYTES;
	const void *table;
	enum err e = bytes ? source_view(source, pages, k->file.section_headers, bytes, &table, p) : OK;

	if (e || !bytes || elf_sections(&k->file, &k->layout, table, out, NULL))
		*out = (struct elf_sections){ .note_count = 0 };
	return e;
}

static enum err note_is_lost(void *context, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                             struct problem *p)
{
	(void)context, (void)type, (void)descriptor, (void)bytes;
	return problem_at(p, ERR_NOTE_LOST, offset, offset);
}

/* A kernel without requests may be one whose linker script lost them: custom PHDRS without a PT_NOTE. */
static enum err look_for_lost_notes(const struct kernel *k, struct source *source, const struct pages *pages,
                                    struct problem *p)
{
	struct elf_sections sections;
	const void *bytes;
	enum err e = read_sections(k, source, pages, &sections, p);

	for (unsigned i = 0; !e && i < sections.note_count; i++) {
		e = source_view(source, pages, sections.notes[i].base, sections.notes[i].bytes, &bytes, p);
		if (!e)
			e = elf_notes(bytes, sections.notes[i].bytes, sections.notes[i].base, note_is_lost, NULL, p);
	}
	return e;
}

enum err kernel_requests(const struct kernel *k, struct source *source, const struct pages *pages, uint32_t arch,
                         struct requests *out, struct problem *p)
{
	enum err e = OK;

	requests_init(out);
	for (unsigned i = 0; !e && i < k->layout.note_count; i++) {
		const struct span *note = &k->layout.notes[i];
		const void *bytes;
		e = source_view(source, pages, note->base, note->bytes, &bytes, p);
		if (!e)
			e = elf_notes(bytes, note->bytes, note->base, requests_note, out, p);
	}
	if (!e && !out->note_count)
		e = look_for_lost_notes(k, source, pages, p);
	return e ? e : requests_check(out, arch, p);
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

/* Segment i + 1 can come in the same read when it lies in memory as it does in the file, close behind, and nothing
 * that must stay zero (bss) lies between. */
static bool joins_next(const struct elf_layout *layout, unsigned i)
{
	const struct elf_segment *s = &layout->segments[i], *next = s + 1;
	uint64_t file_end = s->offset + s->file_bytes;

	if (i + 1 >= layout->segment_count || !s->file_bytes || !next->file_bytes || s->memory_bytes != s->file_bytes)
		return false;
	return next->offset >= file_end && next->offset - file_end < PAGE_BYTES &&
	       next->offset - s->offset == next->loaded - s->loaded;
}

/* The bytes of one read, from segment *i on. *i becomes its last segment. */
static struct source_piece next_read(const struct kernel *k, const struct pages *pages, unsigned *i)
{
	const struct elf_segment *first = &k->layout.segments[*i], *last = first;

	for (; joins_next(&k->layout, *i); last++)
		++*i;
	return (struct source_piece){ first->offset, last->offset + last->file_bytes - first->offset,
	                              pages_at(pages, first->loaded) };
}

enum err kernel_read(const struct kernel *k, struct source *source, const struct pages *pages, struct problem *p)
{
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		struct source_piece read = next_read(k, pages, &i);
		enum err e = source_fetch(source, read.offset, (void *)(uintptr_t)read.at, read.bytes, p);
		if (e)
			return e;
	}
	return OK;
}

void kernel_pieces(const struct kernel *k, struct source *source, const struct pages *pages)
{
	for (unsigned i = 0; i < k->layout.segment_count && source->piece_count < SOURCE_MAX_PIECES; i++)
		source->pieces[source->piece_count++] = next_read(k, pages, &i);
}

enum err kernel_is_foreign(const struct kernel *k, struct source *source, const struct pages *pages, struct problem *p)
{
	const struct elf_layout *layout = &k->layout;
	const void *bytes;
	enum err e = OK;

	for (unsigned i = 0; !e && i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		const uint8_t *at = pages_at(pages, s->loaded);
		uint64_t lead = -s->virt % 8;

		e = recognise_multiboot(at, s->file_bytes, s->offset, p);
		if (!e && s->rights & ELF_WRITE && s->file_bytes > lead)
			e = recognise_limine(at + lead, s->file_bytes - lead, s->offset + lead, p);
	}
	for (unsigned i = 0; !e && i < layout->note_count; i++) {
		const struct span *note = &layout->notes[i];

		if (!source_view(source, pages, note->base, note->bytes, &bytes, NULL))
			e = recognise_notes(bytes, note->bytes, note->base, p);
	}
	return e;
}

/* ---- Symbols ------------------------------------------------------------------------------------------- */

/* A larger table is for a debugger, and not worth the time of every boot. */
#define MAX_SYMBOL_BYTES MIB(16)

static enum err read_symbols(struct kernel *k, struct source *source, const struct pages *pages,
                             const struct elf_sections *found)
{
	uint64_t table = sizeof(struct hobnail_symbols), names = table + found->symbols.bytes;
	paddr at;

	k->symbol_bytes = names + found->symbol_names.bytes;
	if (k->symbol_bytes > MAX_SYMBOL_BYTES)
		return ERR_FULL;
	enum err e = pages_take(pages, k->symbol_bytes, HOBNAIL_MEMORY_NET, &at, NULL);
	if (!e)
		e = source_fetch(source, found->symbols.base, pages_at(pages, at + table), found->symbols.bytes, NULL);
	if (!e)
		e = source_fetch(source, found->symbol_names.base, pages_at(pages, at + names),
		                 found->symbol_names.bytes, NULL);
	if (e)
		return e;
	*(struct hobnail_symbols *)pages_at(pages, at) =
		(struct hobnail_symbols){ table, found->symbols.bytes, names, found->symbol_names.bytes };
	k->symbols = (struct span){ at, k->symbol_bytes };
	return OK;
}

void kernel_symbols(struct kernel *k, struct source *source, const struct pages *pages)
{
	struct elf_sections found;

	if (!read_sections(k, source, pages, &found, NULL) && found.symbols.bytes)
		k->symbol_refusal = read_symbols(k, source, pages, &found);
}

/* ---- In memory ----------------------------------------------------------------------------------------- */

/* Zero the bytes of a segment's pages that the file does not fill, except those of a neighbour in the same page. */
static void zero_rest(const struct elf_layout *layout, const struct pages *pages, unsigned i)
{
	const struct elf_segment *s = &layout->segments[i];
	paddr from = align_down(s->loaded, PAGE_BYTES), file_end = s->loaded + s->file_bytes;
	paddr end = s->loaded + s->memory_bytes, to = align_up(end, PAGE_BYTES);

	if (i && s[-1].loaded + s[-1].memory_bytes > from && s[-1].loaded < s->loaded)
		from = s[-1].loaded + s[-1].memory_bytes;
	memset(pages_at(pages, from), 0, s->loaded - from);
	if (i + 1 < layout->segment_count && s[1].loaded >= end)
		to = min_u64(to, s[1].loaded);
	memset(pages_at(pages, file_end), 0, to - file_end);
}

static enum err relocate(const struct kernel *k, const struct pages *pages, struct problem *p)
{
	const struct elf_layout *layout = &k->layout;
	const struct elf_segment *first = &layout->segments[0], *last = &layout->segments[layout->segment_count - 1];
	struct elf_dynamic dynamic;
	const void *table = NULL;

	if (!k->file.position_independent || !layout->dynamic.bytes)
		return OK;
	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		if (layout->dynamic.base - s->virt < s->memory_bytes)
			table = pages_at(pages, s->loaded + (layout->dynamic.base - s->virt));
	}
	enum err e = elf_dynamic(layout, table, layout->dynamic.bytes, &dynamic, p);
	if (e)
		return e;
	return elf_relocate(layout, &dynamic, k->file.machine, pages_at(pages, first->loaded), first->virt,
	                    last->virt + last->memory_bytes - first->virt, k->slide, p);
}

enum err kernel_finish(const struct kernel *k, const struct pages *pages, struct problem *p)
{
	for (unsigned i = 0; i < k->layout.segment_count; i++)
		zero_rest(&k->layout, pages, i);
	return relocate(k, pages, p);
}
