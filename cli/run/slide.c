#include "slide.h"

#include <string.h>

#include "elf.h"

enum {
	TYPE_OFFSET = 16, TYPE_DYNAMIC = 3,
	HEADERS_OFFSET = 32, HEADER_COUNT_OFFSET = 56,
	LOAD = 1,
	LEAST_BYTES = 64, /* so many bytes are not alike by accident */
	LINK = 30,        /* x30 */
};

bool slide_is_needed(const char *bytes, size_t count)
{
	return count >= ELF_HEADER_BYTES && memcmp(bytes, "\177ELF\2\1", 6) == 0 &&
	       read_le16((const uint8_t *)bytes + TYPE_OFFSET) == TYPE_DYNAMIC;
}

/* ---- One page -------------------------------------------------------------------------------------------------- */

/* An executable part of the file. */
struct part {
	vaddr virt;
	const char *bytes;
	uint64_t count;
};

/* Does the page of memory hold the part's bytes for the page that is linked at `linked`? */
static bool is_page_of(const struct part *p, vaddr linked, const char page[PAGE_BYTES])
{
	vaddr from = linked > p->virt ? linked : p->virt;
	vaddr end = min_u64(linked + PAGE_BYTES, p->virt + p->count);
	uint64_t bytes = end > from ? end - from : 0;

	return bytes >= LEAST_BYTES && memcmp(page + (from - linked), p->bytes + (from - p->virt), bytes) == 0;
}

static bool find_in_part(const struct part *p, vaddr at, const char page[PAGE_BYTES], uint64_t *slide)
{
	for (vaddr linked = align_down(p->virt, PAGE_BYTES); linked < p->virt + p->count; linked += PAGE_BYTES)
		if (is_page_of(p, linked, page)) {
			*slide = align_down(at, PAGE_BYTES) - linked;
			return true;
		}
	return false;
}

/* ---- The file -------------------------------------------------------------------------------------------------- */

/* Program header `index`, if it is executable and has all its bytes in the file. ELF-64 Object File Format, "Program
 * Header". */
static bool part_at(const char *bytes, size_t count, unsigned index, struct part *out)
{
	const uint8_t *file = (const uint8_t *)bytes;
	uint64_t table = read_le64(file + HEADERS_OFFSET);

	if (table > count || (count - table) / ELF_PROGRAM_HEADER_BYTES <= index)
		return false;
	const uint8_t *header = file + table + (size_t)index * ELF_PROGRAM_HEADER_BYTES;
	uint64_t offset = read_le64(header + 8), in_file = read_le64(header + 32);
	if (read_le32(header) != LOAD || !(read_le32(header + 4) & ELF_EXECUTE) || offset > count ||
	    in_file > count - offset)
		return false;
	*out = (struct part){ read_le64(header + 16), bytes + offset, in_file };
	return out->virt + in_file >= out->virt;
}

static bool find_at(const char *bytes, size_t count, vaddr at, const char page[PAGE_BYTES], uint64_t *slide)
{
	unsigned headers = read_le16((const uint8_t *)bytes + HEADER_COUNT_OFFSET);
	struct part p;

	for (unsigned i = 0; i < headers; i++)
		if (part_at(bytes, count, i, &p) && find_in_part(&p, at, page, slide))
			return true;
	return false;
}

bool slide_find(const char *bytes, size_t count, const struct cpu_space *s, const vaddr *candidates,
                unsigned candidate_count, uint64_t *slide)
{
	char page[PAGE_BYTES];

	if (!slide_is_needed(bytes, count))
		return false;
	for (unsigned i = 0; i < candidate_count; i++)
		if (space_read(s, align_down(candidates[i], PAGE_BYTES), page, sizeof(page)) == sizeof(page) &&
		    find_at(bytes, count, candidates[i], page, slide))
			return true;
	return false;
}

/* ---- Candidates ------------------------------------------------------------------------------------------------ */

/* Each page once. */
static void add(vaddr at, vaddr out[SLIDE_MAX_CANDIDATES], unsigned *count)
{
	vaddr page = align_down(at, PAGE_BYTES);

	for (unsigned i = 0; i < *count; i++)
		if (align_down(out[i], PAGE_BYTES) == page)
			return;
	if (page && *count < SLIDE_MAX_CANDIDATES)
		out[(*count)++] = at;
}

unsigned slide_candidates(const struct cpu_space *s, const struct registers *r, vaddr out[SLIDE_MAX_CANDIDATES])
{
	uint64_t stack[SLIDE_MAX_CANDIDATES];
	unsigned count = 0;

	if (registers_have(r, REGISTER_PC))
		add(r->value[REGISTER_PC], out, &count);
	if (r->arch == HOBNAIL_ARCH_AARCH64)
		add(r->general[LINK], out, &count);
	unsigned words = space_read(s, r->value[REGISTER_SP], stack, sizeof(stack)) / sizeof(stack[0]);
	for (unsigned i = 0; i < words; i++)
		add(stack[i], out, &count);
	return count;
}
