/* kernel.c — the kernel file: read once, checked, placed, relocated. */
#include "boot.h"
#include "log.h"
#include "recognise.h"

#include <string.h>

enum { HEAD_BYTES = PAGE_BYTES, MAX_PIECES = 2 * ELF_MAX_NOTES + 4 };

/* The file, and what of it has been read already: those bytes are copied, the others read, so that none is read twice. */
struct source {
	struct file file;
	struct piece {
		uint64_t offset, bytes;
		const uint8_t *at;
	} pieces[MAX_PIECES];
	unsigned piece_count;
};

static enum err fetch(struct source *s, uint64_t offset, void *to, uint64_t bytes, struct problem *p)
{
	uint8_t *out = to;

	while (bytes) {
		uint64_t part = bytes;
		const uint8_t *have = NULL;

		for (unsigned i = 0; i < s->piece_count; i++) {
			const struct piece *piece = &s->pieces[i];
			if (offset >= piece->offset && offset - piece->offset < piece->bytes) {
				have = piece->at + (offset - piece->offset);
				part = min_u64(bytes, piece->bytes - (offset - piece->offset));
				break;
			}
			if (piece->offset > offset)
				part = min_u64(part, piece->offset - offset);
		}
		if (have)
			memcpy(out, have, part);
		enum err e = have ? OK : file_read(&s->file, offset, out, part, p);
		if (e)
			return e;
		offset += part;
		out += part;
		bytes -= part;
	}
	return OK;
}

/* Bytes of the file as a pointer: from a piece that holds them all, or read into a claim that becomes a piece. */
static enum err view(struct boot *b, struct source *s, uint64_t offset, uint64_t bytes, const void **out, struct problem *p)
{
	paddr at;

	for (unsigned i = 0; i < s->piece_count; i++)
		if (offset >= s->pieces[i].offset && range_within(offset - s->pieces[i].offset, bytes, s->pieces[i].bytes)) {
			*out = s->pieces[i].at + (offset - s->pieces[i].offset);
			return OK;
		}
	enum err e = firmware_pages(&b->fw, bytes ? bytes : 1, HOBNAIL_MEMORY_USABLE, &at, p);
	if (!e)
		e = fetch(s, offset, memory_at(at), bytes, p);
	if (e)
		return e;
	if (s->piece_count < MAX_PIECES)
		s->pieces[s->piece_count++] = (struct piece){ offset, bytes, memory_at(at) };
	*out = memory_at(at);
	return OK;
}

/* ---- What it is instead --------------------------------------------------------------------------------- */

/* The file's first bytes, as many as are looked at to name it. */
static enum err view_beginning(struct boot *b, struct source *s, const void **out, uint64_t *count)
{
	*count = min_u64(s->file.bytes, RECOGNISE_BYTES);
	return view(b, s, 0, *count, out, NULL);
}

/* A file that is no ELF64 file has a name all the same. */
static enum err name_file(struct boot *b, struct source *s, enum err refusal, struct problem *p)
{
	const void *bytes;
	uint64_t count;

	if ((refusal != ERR_ELF_MAGIC && refusal != ERR_ELF_SHORT && refusal != ERR_ELF_32_BIT) || view_beginning(b, s, &bytes, &count))
		return refusal;
	enum err e = refusal == ERR_ELF_32_BIT ? recognise_multiboot(bytes, count, 0, p) : recognise_file(bytes, count, p);
	return e ? e : refusal;
}

static enum err note_is_there(void *context, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                              struct problem *p)
{
	(void)type, (void)descriptor, (void)bytes, (void)offset, (void)p;
	*(bool *)context = true;
	return OK;
}

/* Segments that are refused here can be right for Multiboot, if the kernel has no notes of ours. */
static enum err name_kernel(struct boot *b, struct source *s, const void *table, enum err refusal, struct problem *p)
{
	struct span notes[ELF_MAX_NOTES];
	unsigned note_count = elf_note_ranges(&b->kernel.file, table, notes);
	const void *bytes;
	uint64_t count;
	bool ours = false;

	for (unsigned i = 0; i < note_count; i++)
		if (!view(b, s, notes[i].base, notes[i].bytes, &bytes, NULL))
			elf_notes(bytes, notes[i].bytes, notes[i].base, note_is_there, &ours, NULL);
	if (ours || view_beginning(b, s, &bytes, &count))
		return refusal;
	enum err e = recognise_multiboot(bytes, count, 0, p);
	return e ? e : refusal;
}

/* A kernel without requests can be another protocol's: it would wait for answers that nobody gives. Its bytes are in memory. */
static enum err look_for_other_protocol(struct boot *b, struct source *s, struct problem *p)
{
	const struct kernel *k = &b->kernel;
	const void *bytes;
	enum err e = OK;

	for (unsigned i = 0; !e && !k->requests.note_count && i < k->layout.segment_count; i++) {
		const struct elf_segment *segment = &k->layout.segments[i];
		uint64_t lead = -segment->virt % 8;

		e = recognise_multiboot(memory_at(k->loaded[i]), segment->file_bytes, segment->offset, p);
		if (!e && segment->rights & ELF_WRITE && segment->file_bytes > lead)
			e = recognise_limine(memory_at(k->loaded[i] + lead), segment->file_bytes - lead, segment->offset + lead, p);
	}
	for (unsigned i = 0; !e && !k->requests.note_count && i < k->layout.note_count; i++) {
		const struct span *note = &k->layout.notes[i];

		if (!view(b, s, note->base, note->bytes, &bytes, NULL))
			e = recognise_notes(bytes, note->bytes, note->base, p);
	}
	return e;
}

/* ---- Headers and notes --------------------------------------------------------------------------------- */

static enum err read_headers(struct boot *b, struct source *s, struct problem *p)
{
	struct kernel *k = &b->kernel;
	struct elf_rules rules = { arch_elf_machine, b->entry.allow_write_execute };
	uint64_t head = min_u64(s->file.bytes, HEAD_BYTES);
	const void *bytes, *table;

	if (!s->file.bytes)
		return problem(p, ERR_FILE_EMPTY);
	enum err e = view(b, s, 0, head, &bytes, p);
	if (!e)
		e = elf_open(bytes, head, s->file.bytes, &rules, &k->file, p);
	if (e)
		return name_file(b, s, e, p);
	e = view(b, s, k->file.program_headers, k->file.program_header_count * (uint64_t)ELF_PROGRAM_HEADER_BYTES, &table, p);
	if (e)
		return e;
	e = elf_segments(&k->file, table, &rules, &k->layout, p);
	return e ? name_kernel(b, s, table, e, p) : OK;
}

static enum err note_is_lost(void *context, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                             struct problem *p)
{
	(void)context, (void)type, (void)descriptor, (void)bytes;
	return problem_at(p, ERR_NOTE_LOST, offset, offset);
}

/* A kernel without requests may be one whose linker script lost them: custom PHDRS without a PT_NOTE. */
static enum err look_for_lost_notes(struct boot *b, struct source *s, struct problem *p)
{
	const struct elf_file *file = &b->kernel.file;
	struct elf_sections sections;
	const void *table, *bytes;

	log_line("the kernel makes no requests");
	if (!file->section_header_count)
		return OK;
	enum err e = view(b, s, file->section_headers, file->section_header_count * (uint64_t)ELF_SECTION_HEADER_BYTES, &table, p);
	if (!e && elf_sections(file, &b->kernel.layout, table, &sections, NULL))
		return OK; /* sections are for debuggers: broken ones do not stop a boot */
	for (unsigned i = 0; !e && i < sections.note_count; i++) {
		e = view(b, s, sections.notes[i].base, sections.notes[i].bytes, &bytes, p);
		if (!e)
			e = elf_notes(bytes, sections.notes[i].bytes, sections.notes[i].base, note_is_lost, NULL, p);
	}
	return e;
}

static enum err read_requests(struct boot *b, struct source *s, struct problem *p)
{
	struct kernel *k = &b->kernel;
	enum err e = OK;

	requests_init(&k->requests);
	for (unsigned i = 0; !e && i < k->layout.note_count; i++) {
		const struct span *note = &k->layout.notes[i];
		const void *bytes;
		e = view(b, s, note->base, note->bytes, &bytes, p);
		if (!e)
			e = elf_notes(bytes, note->bytes, note->base, requests_note, &k->requests, p);
	}
	if (!e && !k->requests.note_count)
		e = look_for_lost_notes(b, s, p);
	if (!e)
		e = requests_check(&k->requests, arch_id, p);
	for (unsigned i = 0; !e && i < k->requests.unknown_count && i < REQUEST_MAX_UNKNOWN; i++)
		log_line("request %u is unknown and optional: ignored", k->requests.unknown[i]);
	return e;
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

/* Segment i + 1 can come in the same read when it lies in memory as it does in the file, close behind, and nothing
 * that must stay zero (bss) lies between. */
static bool joins_next(const struct kernel *k, unsigned i)
{
	const struct elf_segment *a = &k->layout.segments[i], *n = a + 1;

	if (i + 1 >= k->layout.segment_count || !a->file_bytes || !n->file_bytes || a->memory_bytes != a->file_bytes ||
	    n->offset < a->offset + a->file_bytes)
		return false;
	return n->offset - a->offset == k->loaded[i + 1] - k->loaded[i] && n->offset - (a->offset + a->file_bytes) < PAGE_BYTES;
}

static enum err read_segments(struct boot *b, struct source *s, struct problem *p)
{
	const struct kernel *k = &b->kernel;
	const struct elf_segment *segments = k->layout.segments;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		unsigned first = i;
		while (joins_next(k, i))
			i++;
		uint64_t bytes = segments[i].offset + segments[i].file_bytes - segments[first].offset;
		enum err e = fetch(s, segments[first].offset, memory_at(k->loaded[first]), bytes, p);
		if (e)
			return e;
	}
	return OK;
}

/* Everything of the mapped pages that no byte of the file fills. */
static void zero_rest(const struct kernel *k)
{
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		paddr end = k->loaded[i] + s->memory_bytes, to = align_up(end, PAGE_BYTES);

		/* The first page's beginning, unless the segment before shares that page. */
		paddr from = align_down(k->loaded[i], PAGE_BYTES);
		if (i && k->loaded[i - 1] + s[-1].memory_bytes > from && k->loaded[i - 1] < k->loaded[i])
			from = k->loaded[i - 1] + s[-1].memory_bytes;
		memset(memory_at(from), 0, k->loaded[i] - from);
		/* Not into a following segment that shares the page. */
		if (i + 1 < k->layout.segment_count && k->loaded[i + 1] >= end)
			to = min_u64(to, k->loaded[i + 1]);
		memset(memory_at(k->loaded[i] + s->file_bytes), 0, to - (k->loaded[i] + s->file_bytes));
	}
}

/* ---- Symbols ------------------------------------------------------------------------------------------- */

/* More is a file for a debugger: not worth the time of every boot. */
#define MAX_SYMBOL_BYTES MIB(16)

/* Where they are in the file; bytes 0: nowhere, or not as they should be. */
static struct elf_sections find_symbols(struct boot *b, struct source *s)
{
	const struct elf_file *file = &b->kernel.file;
	struct elf_sections sections = { .note_count = 0 };
	const void *table;

	if (!file->section_header_count ||
	    view(b, s, file->section_headers, file->section_header_count * (uint64_t)ELF_SECTION_HEADER_BYTES, &table, NULL) ||
	    elf_sections(file, &b->kernel.layout, table, &sections, NULL))
		sections.symbols.bytes = 0;
	return sections;
}

/* For the net, and for the kernel. Without them fault reports name no functions, and the boot goes on. */
static void read_symbols(struct boot *b, struct source *s)
{
	struct elf_sections found = find_symbols(b, s);
	uint64_t table = sizeof(struct hobnail_symbols), names = table + found.symbols.bytes, bytes = names + found.symbol_names.bytes;
	enum err e = ERR_FULL;
	paddr at;

	if (!found.symbols.bytes) {
		log_line("the kernel file has no symbols: fault reports will name no functions");
		return;
	}
	if (bytes <= MAX_SYMBOL_BYTES)
		e = firmware_pages(&b->fw, bytes, HOBNAIL_MEMORY_NET, &at, NULL);
	if (!e)
		e = fetch(s, found.symbols.base, memory_at(at + table), found.symbols.bytes, NULL);
	if (!e)
		e = fetch(s, found.symbol_names.base, memory_at(at + names), found.symbol_names.bytes, NULL);
	if (e) {
		log_line("%llu bytes of symbols are left out (%s)", (unsigned long long)bytes, err_name(e).text);
		return;
	}
	*(struct hobnail_symbols *)memory_at(at) =
		(struct hobnail_symbols){ table, found.symbols.bytes, names, found.symbol_names.bytes };
	b->kernel.symbols = (struct span){ at, bytes };
}

/* ---- Position-independent kernels ---------------------------------------------------------------------- */

static enum err relocate(struct boot *b, struct problem *p)
{
	struct kernel *k = &b->kernel;
	const struct elf_segment *first = &k->layout.segments[0], *last = &k->layout.segments[k->layout.segment_count - 1];
	struct elf_dynamic dynamic;
	const void *table = NULL;

	if (!k->file.position_independent || !k->layout.dynamic.bytes)
		return OK;
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		if (k->layout.dynamic.base - s->virt < s->memory_bytes)
			table = memory_at(k->loaded[i] + (k->layout.dynamic.base - s->virt));
	}
	enum err e = elf_dynamic(&k->layout, table, k->layout.dynamic.bytes, &dynamic, p);
	if (e)
		return e;
	return elf_relocate(&k->layout, &dynamic, k->file.machine, memory_at(k->loaded[0]), first->virt,
	                    last->virt + last->memory_bytes - first->virt, k->slide, p);
}

static void log_kernel(const struct boot *b)
{
	const struct kernel *k = &b->kernel;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct plan_segment *s = &k->segments[i];
		log_line("segment %u (program header %u): %#llx at physical %#llx, %#llx bytes, %c%c%c", i, k->layout.segments[i].index,
		         (unsigned long long)s->virt, (unsigned long long)s->phys, (unsigned long long)s->bytes,
		         s->rights & ELF_READ ? 'r' : '-', s->rights & ELF_WRITE ? 'w' : '-', s->rights & ELF_EXECUTE ? 'x' : '-');
	}
	if (k->staged_bytes)
		log_line("staged %llu bytes: they move into place after the firmware has left",
		         (unsigned long long)k->staged_bytes);
}

enum err kernel_load(struct boot *b, struct problem *p)
{
	struct kernel *k = &b->kernel;
	struct source source = { 0 };

	step_set(b, "load the kernel", b->entry.kernel);
	enum err e = file_open(&b->fw, b->entry.kernel, &source.file, p);
	if (e)
		return e;
	e = read_headers(b, &source, p);
	if (!e) e = read_requests(b, &source, p);
	if (!e) e = arch_choose(&b->arch, &k->requests, &b->mode, p);
	if (!e) e = plan_segments(b->mode.layout, &k->file, &k->layout, b->mode.mmu_off, k->segments, &k->slide, p);
	if (!e) e = kernel_place(b, p);
	if (!e) e = read_segments(b, &source, p);
	if (!e) e = look_for_other_protocol(b, &source, p);
	if (!e) read_symbols(b, &source);
	file_close(&source.file);
	if (e)
		return e;
	zero_rest(k);
	e = relocate(b, p);
	if (e)
		return e;
	log_kernel(b);
	stage_mark(b, HOBNAIL_STAGE_KERNEL);
	return OK;
}
