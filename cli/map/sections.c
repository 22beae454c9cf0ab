#include "sections.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ELF-64 Object File Format, "Sections": fields of a section header, and SHF_ALLOC. */
enum { SH_NAME = 0, SH_FLAGS = 8, SH_ADDR = 16, SH_OFFSET = 24, SH_SIZE = 32, SHF_ALLOC = 2 };

enum { MAX_NAMES_BYTES = 1 << 20 };

struct table {
	uint8_t *headers;
	char *names;
	uint64_t name_bytes;
};

/* A copy of a piece of the file; NULL: it is not in the file, or too large. */
static void *piece(struct source *source, uint64_t at, uint64_t bytes, uint64_t most)
{
	struct problem p;
	void *copy = bytes <= most && range_within(at, bytes, source->bytes) ? malloc(bytes + 1) : NULL;

	if (copy && source->read(source, at, copy, bytes, &p)) {
		free(copy);
		return NULL;
	}
	if (copy)
		((char *)copy)[bytes] = 0;
	return copy;
}

static bool read_table(struct source *source, const struct elf_file *f, struct table *t)
{
	*t = (struct table){ 0 };
	if (!f->section_headers || f->section_names >= f->section_header_count)
		return false;
	t->headers = piece(source, f->section_headers, (uint64_t)f->section_header_count * ELF_SECTION_HEADER_BYTES,
	                   UINT32_MAX);
	if (!t->headers)
		return false;
	const uint8_t *names = t->headers + (size_t)f->section_names * ELF_SECTION_HEADER_BYTES;
	t->name_bytes = read_le64(names + SH_SIZE);
	t->names = piece(source, read_le64(names + SH_OFFSET), t->name_bytes, MAX_NAMES_BYTES);
	return t->names != NULL;
}

/* A name that can be shown as it is. */
static bool is_plain(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return *name != 0;
}

void sections_in(struct source *source, const struct elf_file *file, vaddr virt, uint64_t bytes, char *out, size_t size)
{
	struct table t;
	size_t used = 0;
	bool found = read_table(source, file, &t);

	*out = 0;
	for (unsigned i = 0; found && i < file->section_header_count && used < size; i++) {
		const uint8_t *h = t.headers + (size_t)i * ELF_SECTION_HEADER_BYTES;
		uint32_t name = read_le32(h + SH_NAME);
		vaddr at = read_le64(h + SH_ADDR);
		bool is_inside = at - virt < bytes && read_le64(h + SH_SIZE);
		if (!(read_le64(h + SH_FLAGS) & SHF_ALLOC) || !is_inside || name >= t.name_bytes ||
		    !is_plain(t.names + name))
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", t.names + name);
	}
	free(t.headers);
	free(t.names);
}
