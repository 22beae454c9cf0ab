#include "symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "elf.h"
#include "file.h"
#include "format.h"
#include "limine.h"
#include "strlist.h"

enum {
	PT_LOAD = 1,
	SHT_SYMTAB = 2, SHT_DYNSYM = 11,
	MAX_NAME = 64,                       /* characters of a symbol that are printed                          */
	MAX_DISTANCE = 64 << 20,             /* a symbol further below has nothing to do with the address        */
	NEAR = 4096,                         /* an access that misses a segment misses it by less                */
};

#define LL(n) ((unsigned long long)(n))

struct symbols {
	struct symbols *next;
	char *path;
	uint64_t slide;
	const uint8_t *bytes; /* the mapped file */
	uint64_t count;
	uint64_t program_headers;
	unsigned program_header_count;
	struct span table, names; /* file ranges; bytes 0: none */
};

struct segment {
	uint64_t virt, offset, file_bytes, memory_bytes;
	uint32_t type, rights;
};

/* ---- The file ------------------------------------------------------------------------------------------------ */

/* ELF-64 Object File Format, "Program Header". */
static struct segment segment_at(const struct symbols *s, unsigned i)
{
	const uint8_t *h = s->bytes + s->program_headers + (uint64_t)i * ELF_PROGRAM_HEADER_BYTES;

	return (struct segment){
		.type = read_le32(h), .rights = read_le32(h + 4), .offset = read_le64(h + 8), .virt = read_le64(h + 16),
		.file_bytes = read_le64(h + 32), .memory_bytes = read_le64(h + 40),
	};
}

/* The symbol table and its names, .dynsym where there is no .symtab. "Section Header Table". */
static void find_tables(struct symbols *s)
{
	uint64_t at = read_le64(s->bytes + 40), count = read_le16(s->bytes + 60);

	if (!range_within(at, count * ELF_SECTION_HEADER_BYTES, s->count) || read_le16(s->bytes + 58) != 64)
		return;
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *h = s->bytes + at + i * ELF_SECTION_HEADER_BYTES;
		uint32_t type = read_le32(h + 4), link = read_le32(h + 40);
		if ((type != SHT_SYMTAB && (type != SHT_DYNSYM || s->table.bytes)) || link >= count)
			continue;
		const uint8_t *n = s->bytes + at + (uint64_t)link * ELF_SECTION_HEADER_BYTES;
		struct span table = { read_le64(h + 24), read_le64(h + 32) };
		struct span names = { read_le64(n + 24), read_le64(n + 32) };
		if (!range_within(table.base, table.bytes, s->count) ||
		    !range_within(names.base, names.bytes, s->count))
			continue;
		s->table = table;
		s->names = names;
	}
}

/* 0 or a status. */
static int read_header(struct symbols *s)
{
	if (s->count < ELF_HEADER_BYTES || memcmp(s->bytes, "\177ELF\2\1", 6) != 0)
		return complain(STATUS_TROUBLE, "%s is no 64-bit little-endian ELF file: its symbols cannot be read",
		                s->path);
	s->program_headers = read_le64(s->bytes + 32);
	s->program_header_count = read_le16(s->bytes + 56);
	if (read_le16(s->bytes + 54) != ELF_PROGRAM_HEADER_BYTES ||
	    !range_within(s->program_headers, (uint64_t)s->program_header_count * ELF_PROGRAM_HEADER_BYTES, s->count))
		return complain(STATUS_TROUBLE, "%s: its program headers are not in the file", s->path);
	find_tables(s);
	return 0;
}

/* 0 or a status. */
static int map_file(struct symbols *s)
{
	struct stat st;
	int fd = open(s->path, O_RDONLY | O_CLOEXEC), error = 0;

	if (fd < 0 || fstat(fd, &st) != 0)
		error = errno;
	else if (!S_ISREG(st.st_mode) || st.st_size == 0)
		error = EINVAL;
	else {
		void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		error = at == MAP_FAILED ? errno : 0;
		s->bytes = error ? NULL : at;
		s->count = error ? 0 : (uint64_t)st.st_size;
	}
	if (fd >= 0)
		close(fd);
	return error ? complain(STATUS_TROUBLE, "cannot read %s: %s", s->path,
	                        error == EINVAL ? "it is no regular file, or empty" : strerror(error)) : 0;
}

int symbols_add_file(struct symbols **list, const char *path, uint64_t slide)
{
	struct symbols *s = memory_resize(NULL, sizeof *s);

	*s = (struct symbols){ .path = string_copy(path), .slide = slide };
	int status = map_file(s);
	if (!status)
		status = read_header(s);
	if (status) {
		symbols_free(s);
		return status;
	}
	while (*list)
		list = &(*list)->next;
	*list = s;
	return 0;
}

char *symbols_file(const char *specification, uint64_t *slide)
{
	const char *at = strrchr(specification, '@');
	char *end = NULL;

	*slide = 0;
	if (!at || !at[1] || at[1] == '-' || at[1] == '+' || at[1] == ' ')
		return string_copy(specification);
	errno = 0;
	uint64_t value = strtoull(at + 1, &end, 0);
	if (*end || errno)
		return string_copy(specification);
	*slide = value;
	return string_format("%.*s", (int)(at - specification), specification);
}

int symbols_add(struct symbols **list, const char *specification)
{
	uint64_t slide;
	char *path = symbols_file(specification, &slide);
	bool has_slide = strcmp(path, specification) != 0;
	int status = 0;

	if (!has_slide && strrchr(specification, '@') && !file_exists(specification))
		status = complain(STATUS_TROUBLE, "%s: there is no such file, and what is behind the @ is no slide: "
		                  "say FILE@0x200000", specification);
	if (!status)
		status = symbols_add_file(list, path, slide);
	free(path);
	return status;
}

void symbols_free(struct symbols *list)
{
	while (list) {
		struct symbols *next = list->next;
		if (list->bytes)
			munmap((void *)(uintptr_t)list->bytes, list->count);
		free(list->path);
		free(list);
		list = next;
	}
}

/* ---- Looking up --------------------------------------------------------------------------------------------- */

/* The segment that holds a linked address. */
static bool segment_of(const struct symbols *s, vaddr linked, unsigned *index, struct segment *out)
{
	for (unsigned i = 0; i < s->program_header_count; i++) {
		struct segment g = segment_at(s, i);
		if (g.type != PT_LOAD || linked - g.virt >= g.memory_bytes)
			continue;
		*index = i;
		*out = g;
		return true;
	}
	return false;
}

static const struct symbols *file_of(const struct symbols *list, vaddr at, unsigned *index, struct segment *out)
{
	for (const struct symbols *s = list; s; s = s->next)
		if (segment_of(s, at - s->slide, index, out))
			return s;
	return NULL;
}

bool symbols_find(const struct symbols *list, vaddr at, struct symbol_place *out)
{
	struct segment g;
	unsigned index;
	const struct symbols *s = file_of(list, at, &index, &g);

	if (!s)
		return false;
	*out = (struct symbol_place){
		.file = file_name(s->path), .segment = index, .rights = g.rights, .linked = at - s->slide,
	};
	__typeof__(elf_symbol_at) *find = g.rights & ELF_EXECUTE ? elf_symbol_at : elf_object_at;
	if (!find(s->bytes + s->table.base, s->table.bytes, (const char *)s->bytes + s->names.base, s->names.bytes,
	          out->linked, &out->name, &out->offset) ||
	    out->offset > out->linked - g.virt || out->offset > MAX_DISTANCE)
		out->name = NULL;
	return true;
}

static size_t write_segment(const char *file, unsigned index, uint32_t rights, char *out, size_t size)
{
	return format(out, size, "segment %u (%c%c%c) of %s", index, rights & ELF_READ ? 'r' : '-',
	              rights & ELF_WRITE ? 'w' : '-', rights & ELF_EXECUTE ? 'x' : '-', file);
}

/* An address in no segment: it may have missed one. */
static bool near_text(const struct symbols *list, vaddr at, char *out, size_t size)
{
	for (const struct symbols *s = list; s; s = s->next)
		for (unsigned i = 0; i < s->program_header_count; i++) {
			struct segment g = segment_at(s, i);
			uint64_t behind = at - s->slide - (g.virt + g.memory_bytes), before = g.virt - (at - s->slide);
			if (g.type != PT_LOAD || (behind >= NEAR && before > NEAR))
				continue;
			size_t used = behind < NEAR ? format(out, size, "%llu bytes behind ", LL(behind))
			                            : format(out, size, "%llu bytes before ", LL(before));
			write_segment(file_name(s->path), i, g.rights, out + used, size - used);
			return true;
		}
	return false;
}

bool symbols_text(const struct symbols *list, vaddr at, char *out, size_t size)
{
	struct symbol_place place;
	size_t used = 0;

	out[0] = 0;
	if (!symbols_find(list, at, &place))
		return near_text(list, at, out, size);
	if (place.name)
		used = format(out, size, "%.*s+%#llx, ", MAX_NAME, place.name, LL(place.offset));
	for (size_t i = 0; i < used; i++) /* names come from the file, and may hold any byte */
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
	write_segment(place.file, place.segment, place.rights, out + used, size - used);
	return true;
}

bool symbols_is_code(const struct symbols *list, vaddr at)
{
	struct segment g;
	unsigned index;

	return file_of(list, at, &index, &g) && g.rights & ELF_EXECUTE;
}

bool symbols_address(const struct symbols *list, const char *name, vaddr *out)
{
	for (const struct symbols *s = list; s; s = s->next) {
		const char *names = (const char *)s->bytes + s->names.base;
		for (uint64_t at = 0; s->table.bytes - at >= ELF_SYMBOL_BYTES; at += ELF_SYMBOL_BYTES) {
			const uint8_t *symbol = s->bytes + s->table.base + at;
			uint32_t offset = read_le32(symbol);
			if (offset >= s->names.bytes || read_le16(symbol + 6) == 0)
				continue;
			if (strncmp(names + offset, name, s->names.bytes - offset) != 0 ||
			    strlen(name) >= s->names.bytes - offset)
				continue;
			*out = read_le64(symbol + 8) + s->slide;
			return true;
		}
	}
	return false;
}

unsigned symbols_read(const struct symbols *list, vaddr at, void *to, unsigned bytes)
{
	struct segment g;
	unsigned index;
	const struct symbols *s = file_of(list, at, &index, &g);

	if (!s || g.rights & ELF_WRITE || !range_within(g.offset, g.file_bytes, s->count))
		return 0;
	uint64_t from = at - s->slide - g.virt;
	if (from >= g.file_bytes)
		return 0;
	unsigned count = (unsigned)min_u64(bytes, g.file_bytes - from);
	memcpy(to, s->bytes + g.offset + from, count);
	return count;
}

/* ---- The Limine protocol ------------------------------------------------------------------------------------ */

/* In a file that nobody has loaded, bytes are where the file has them. */
static void *in_file(void *context, paddr at)
{
	const struct symbols *s = context;

	return (void *)(uintptr_t)(s->bytes + at);
}

/* Segments for the scanner, which reads words of 8 bytes: others are not as a linker makes them. */
static void lay_out(const struct symbols *s, struct elf_layout *out)
{
	out->segment_count = 0;
	for (unsigned i = 0; i < s->program_header_count && out->segment_count < ELF_MAX_SEGMENTS; i++) {
		struct segment g = segment_at(s, i);
		if (g.type == PT_LOAD && range_within(g.offset, g.file_bytes, s->count) && (g.virt - g.offset) % 8 == 0)
			out->segments[out->segment_count++] = (struct elf_segment){
				.virt = g.virt, .loaded = g.offset, .file_bytes = g.file_bytes, .rights = g.rights,
			};
	}
}

bool symbols_limine(const struct symbols *list, struct limine_fault *out)
{
	static struct elf_layout layout;
	static struct limine found; /* several KiB each */

	for (const struct symbols *s = list; s; s = s->next) {
		const struct pages pages = { .at = in_file, .context = (void *)(uintptr_t)s };
		lay_out(s, &layout);
		if (limine_scan(&layout, &pages, &found, NULL) || !found.found)
			continue;
		*out = (struct limine_fault){ .revision = found.revision };
		for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
			if (limine_asks(&found, id))
				out->pointer[id] = found.of[id].virt + s->slide +
				                   offsetof(struct limine_request, response);
		return true;
	}
	return false;
}
