/* protocol_limine.c — the load of a kernel of the Limine Boot Protocol, once its segments are in memory. */
#include "protocols.h"

#include <string.h>

/* The whole file stays in memory. Bytes that are loaded already are copied from their segments: each byte is read
 * once. Runs before relocations change the segments. */
static enum err keep_file(struct attempt *a, struct source *source, struct problem *p)
{
	paddr at;
	enum err e = pages_take(a->pages, source->bytes, HOBNAIL_MEMORY_RECORD, &at, p);

	kernel_pieces(&a->kernel, source, a->pages);
	if (!e)
		e = source_fetch(source, 0, pages_at(a->pages, at), source->bytes, p);
	if (e)
		return e;
	a->kernel_file = (struct span){ at, source->bytes };
	source->pieces[0] = (struct source_piece){ 0, source->bytes, pages_at(a->pages, at) };
	source->piece_count = 1;
	return OK;
}

static enum err check_addresses(const struct attempt *a, struct problem *p)
{
	const struct elf_layout *layout = &a->kernel.layout;

	for (unsigned i = 0; i < layout->segment_count; i++)
		if (layout->segments[i].run < 0xffffffff80000000)
			return problem(p, ERR_LIMINE_LOW, layout->segments[i].run, elf_segment_name(layout, i));
	return OK;
}

/* Sections only serve debuggers otherwise: without a table that can be read there is no list. */
static void keep_listed(struct attempt *a, struct limine *l, struct source *source)
{
	const struct elf_file *file = &a->kernel.file;
	const void *table, *names;
	struct span section;

	if (l->revision || !file->section_header_count || !file->section_names ||
	    source_view(source, a->pages, file->section_headers,
	                file->section_header_count * (uint64_t)ELF_SECTION_HEADER_BYTES, &table, NULL))
		return;
	const uint8_t *h = (const uint8_t *)table + file->section_names * (size_t)ELF_SECTION_HEADER_BYTES;
	struct span at = { read_le64(h + 24), read_le64(h + 32) }; /* sh_offset, sh_size */
	if (at.bytes > MIB(1) || !range_within(at.base, at.bytes, source->bytes) ||
	    source_view(source, a->pages, at.base, at.bytes, &names, NULL) ||
	    !elf_section_named(file, table, names, at.bytes, ".limine_reqs", &section))
		return;
	const void *list = limine_at(a, section.base + a->kernel.slide, section.bytes);
	if (!list)
		return;
	limine_check_list(a, l, list, section.bytes / 8);
	limine_keep_listed(l, list, section.bytes / 8, a->kernel.slide);
}

static enum err set_entry(struct attempt *a, const struct limine *l, struct problem *p)
{
	const struct elf_layout *layout = &a->kernel.layout;

	if (!limine_asks(l, LIMINE_ENTRY))
		return OK;
	uint64_t entry = ((const uint64_t *)pages_at(a->pages, l->of[LIMINE_ENTRY].at))[6];
	for (unsigned i = 0; entry && i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		if (s->rights & ELF_EXECUTE && entry >= s->run && entry - s->run < s->memory_bytes) {
			a->kernel.entry = entry;
			return OK;
		}
	}
	return problem(p, ERR_LIMINE_ENTRY, entry);
}

enum err limine_end(struct attempt *a, struct limine *l, const struct limine_options *options, struct source *source,
                    struct problem *p)
{
	a->done(a, ATTEMPT_REQUESTS);
	enum err e = check_addresses(a, p);
	if (!e && limine_asks(l, LIMINE_FILE)) e = keep_file(a, source, p);
	if (!e) e = attempt_complete(a, source, p);       /* relocations: pointers in requests are right now */
	if (!e) keep_listed(a, l, source);
	if (!e) e = limine_check_twice(l, p);
	if (!e) e = set_entry(a, l, p);
	if (!e) e = limine_wants(a, l, options, &a->wants, p);
	return e ? e : attempt_mode(a, p);
}
