#include "subject.h"

#include <stdlib.h>
#include <string.h>

/* ---- Symbols ------------------------------------------------------------------------------------------------ */

static void find_symbols(struct subject *s)
{
	struct elf_sections found;
	const uint8_t *table = s->bytes + s->file->section_headers;

	if (!s->file->section_header_count || elf_sections(s->file, s->layout, table, &found, NULL) ||
	    !found.symbols.bytes || !found.symbol_names.bytes)
		return;
	s->symbols = s->bytes + found.symbols.base;
	s->symbol_count = found.symbols.bytes / ELF_SYMBOL_BYTES;
	s->names = (const char *)s->bytes + found.symbol_names.base;
	s->name_bytes = found.symbol_names.bytes;
}

/* A name that is whole, or NULL. */
static const char *name_in(const char *names, size_t bytes, uint64_t at)
{
	return at < bytes && memchr(names + at, 0, bytes - at) ? names + at : NULL;
}

bool subject_symbol(const struct subject *s, size_t i, struct symbol *out)
{
	const uint8_t *e = s->symbols + i * ELF_SYMBOL_BYTES;

	*out = (struct symbol){
		.name = name_in(s->names, s->name_bytes, read_le32(e)), .type = e[4] & 15, .binding = e[4] >> 4,
		.section = read_le16(e + 6), .value = read_le64(e + 8), .bytes = read_le64(e + 16),
		.at = (uint64_t)(e - s->bytes),
	};
	return out->name;
}

const char *subject_function(const struct subject *s, uint64_t address, uint64_t *distance)
{
	const char *name;

	*distance = 0;
	if (s->symbols && elf_symbol_at(s->symbols, s->symbol_count * ELF_SYMBOL_BYTES, s->names, s->name_bytes,
	                                address, &name, distance))
		return name;
	return "";
}

static int by_address(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Without room for them there are none. */
static void sort_starts(struct subject *s)
{
	struct symbol symbol;

	s->starts = s->symbol_count ? malloc(s->symbol_count * sizeof *s->starts) : NULL;
	for (size_t i = 0; s->starts && i < s->symbol_count; i++)
		if (subject_symbol(s, i, &symbol) && (symbol.type == SYMBOL_FUNCTION || symbol.type == SYMBOL_LABEL) &&
		    symbol.section != SYMBOL_UNDEFINED && symbol.section < SECTION_RESERVED)
			s->starts[s->start_count++] = symbol.value;
	if (s->start_count)
		qsort(s->starts, s->start_count, sizeof *s->starts, by_address);
}

bool subject_is_start(const struct subject *s, uint64_t address)
{
	return s->start_count && bsearch(&address, s->starts, s->start_count, sizeof address, by_address);
}

/* ---- Headers ------------------------------------------------------------------------------------------------ */

const uint8_t *subject_program_header(const struct subject *s, unsigned i)
{
	return s->bytes + s->file->program_headers + i * (size_t)ELF_PROGRAM_HEADER_BYTES;
}

/* The name of a section; "" if there is none. */
static const char *section_name(const struct subject *s, uint32_t at)
{
	const uint8_t *h = s->bytes + s->file->section_headers +
	                   s->file->section_names * (size_t)ELF_SECTION_HEADER_BYTES;
	uint64_t offset = read_le64(h + 24), bytes = read_le64(h + 32);

	if (!s->file->section_names || !range_within(offset, bytes, s->file->file_bytes))
		return "";
	const char *name = name_in((const char *)s->bytes + offset, bytes, at);
	return name ? name : "";
}

bool subject_section(const struct subject *s, unsigned i, struct section *out)
{
	uint64_t at = s->file->section_headers + i * (uint64_t)ELF_SECTION_HEADER_BYTES;
	const uint8_t *h = s->bytes + at;

	if (i >= s->file->section_header_count)
		return false;
	*out = (struct section){
		.name = section_name(s, read_le32(h)), .type = read_le32(h + 4), .flags = read_le64(h + 8),
		.address = read_le64(h + 16), .offset = read_le64(h + 24), .bytes = read_le64(h + 32), .at = at,
	};
	return sum_fits(out->address, out->bytes) &&
	       (out->type == SHT_NOBITS || range_within(out->offset, out->bytes, s->file->file_bytes));
}

const struct elf_segment *subject_segment(const struct subject *s, uint64_t address)
{
	for (unsigned i = 0; i < s->layout->segment_count; i++)
		if (address - s->layout->segments[i].virt < s->layout->segments[i].memory_bytes)
			return &s->layout->segments[i];
	return NULL;
}

const uint8_t *subject_at(const struct subject *s, uint64_t address, uint64_t *left)
{
	const struct elf_segment *segment = subject_segment(s, address);
	uint64_t into = segment ? address - segment->virt : 0;

	if (!segment || into >= segment->file_bytes)
		return NULL;
	*left = segment->file_bytes - into;
	return s->bytes + segment->offset + into;
}

/* ---- The whole ---------------------------------------------------------------------------------------------- */

bool subject_open(struct subject *s, struct check *c)
{
	*s = (struct subject){ .c = c, .file = &c->attempt.kernel.file, .layout = &c->attempt.kernel.layout };
	s->bytes = malloc(s->file->file_bytes);
	if (!s->bytes || !check_bytes(c, 0, s->bytes, s->file->file_bytes))
		return false;
	find_symbols(s);
	sort_starts(s);
	return true;
}

void subject_close(struct subject *s)
{
	free(s->bytes);
	free(s->starts);
}
