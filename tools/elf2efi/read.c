/* read.c — the ELF file into checked facts. */
#include "elf2efi.h"

#include <string.h>

enum { EHDR_BYTES = 64, PHDR_BYTES = 56, SHDR_BYTES = 64 };
enum { ET_DYN = 3, PT_LOAD = 1, PT_DYNAMIC = 2, PT_TLS = 7, SHT_DYNAMIC = 6, SHT_NOBITS = 8 };

static const struct e2e_machine machines[] = {
	{ 62,  0x8664, 8 },     /* EM_X86_64,  R_X86_64_RELATIVE  */
	{ 183, 0xaa64, 1027 },  /* EM_AARCH64, R_AARCH64_RELATIVE */
	{ 243, 0x5064, 3 },     /* EM_RISCV,   R_RISCV_RELATIVE   */
};

const uint8_t *e2e_bytes_at(const struct e2e_image *im, uint64_t base, uint64_t bytes)
{
	for (unsigned i = 0; i < im->segments; i++) {
		const struct e2e_segment *s = &im->segment[i];
		if (base >= s->base && range_within(base - s->base, bytes, s->file_bytes))
			return im->elf + s->file + (base - s->base);
	}
	return NULL;
}

static enum e2e_err header_read(struct e2e_image *im, struct e2e_problem *p)
{
	const uint8_t *h = im->elf;

	if (im->elf_bytes < EHDR_BYTES)
		return e2e_fail(p, E2E_SIZE, im->elf_bytes, 0, 0);
	if (memcmp(h, "\177ELF", 4) != 0)
		return e2e_fail(p, E2E_MAGIC, read_le32(h), 0, 0);
	if (h[4] != 2 || h[5] != 1)
		return e2e_fail(p, E2E_CLASS, h[4], h[5], 0);
	if (read_le16(h + 16) != ET_DYN)
		return e2e_fail(p, E2E_TYPE, read_le16(h + 16), 0, 0);
	for (unsigned i = 0; i < COUNT_OF(machines); i++) {
		if (machines[i].elf == read_le16(h + 18))
			im->machine = &machines[i];
	}
	if (!im->machine)
		return e2e_fail(p, E2E_MACHINE, read_le16(h + 18), 0, 0);
	return E2E_OK;
}

static enum e2e_err segment_check(const struct e2e_image *im, const uint8_t *ph, struct e2e_problem *p)
{
	uint32_t flags = read_le32(ph + 4) & (E2E_R | E2E_W | E2E_X);
	uint64_t file = read_le64(ph + 8), base = read_le64(ph + 16);
	uint64_t file_bytes = read_le64(ph + 32), bytes = read_le64(ph + 40);

	if ((file_bytes && !range_within(file, file_bytes, im->elf_bytes)) || file_bytes > bytes)
		return e2e_fail(p, E2E_SEGMENT_FILE, base, file, file_bytes);
	if (!is_aligned(base, PAGE_BYTES))
		return e2e_fail(p, E2E_SEGMENT_ALIGN, base, 0, 0);
	if (!range_within(base, bytes, E2E_IMAGE_LIMIT))
		return e2e_fail(p, E2E_SEGMENT_RANGE, base, bytes, 0);
	if ((flags & E2E_W) && (flags & E2E_X))
		return e2e_fail(p, E2E_SEGMENT_WX, base, 0, 0);
	if (!(flags & E2E_R))
		return e2e_fail(p, E2E_SEGMENT_FLAGS, base, flags, 0);
	if (im->segments == E2E_MAX_SEGMENTS)
		return e2e_fail(p, E2E_MANY_SEGMENTS, E2E_MAX_SEGMENTS, 0, 0);
	if (im->segments) {
		const struct e2e_segment *last = &im->segment[im->segments - 1];
		uint64_t next = align_up((uint64_t)last->base + last->bytes, PAGE_BYTES);
		if (base != next)
			return e2e_fail(p, E2E_SEGMENT_ORDER, base, next, 0);
	}
	return E2E_OK;
}

static enum e2e_err segment_add(struct e2e_image *im, const uint8_t *ph, struct e2e_problem *p)
{
	if (read_le64(ph + 40) == 0 && read_le64(ph + 32) == 0)
		return E2E_OK;          /* a PHDRS entry that no section used */
	enum e2e_err e = segment_check(im, ph, p);
	if (e)
		return e;
	im->segment[im->segments++] = (struct e2e_segment){
		.base = (uint32_t)read_le64(ph + 16),
		.bytes = (uint32_t)read_le64(ph + 40),
		.file = read_le64(ph + 32) ? read_le64(ph + 8) : 0, /* zeros alone may name an offset past the end */
		.file_bytes = (uint32_t)read_le64(ph + 32),
		.flags = read_le32(ph + 4) & (E2E_R | E2E_W | E2E_X),
	};
	return E2E_OK;
}

static enum e2e_err segments_read(struct e2e_image *im, struct e2e_problem *p)
{
	uint64_t at = read_le64(im->elf + 32);
	unsigned entry_bytes = read_le16(im->elf + 54), count = read_le16(im->elf + 56);

	if (entry_bytes != PHDR_BYTES || !range_within(at, (uint64_t)count * PHDR_BYTES, im->elf_bytes))
		return e2e_fail(p, E2E_PHDR_TABLE, at, count, entry_bytes);
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *ph = im->elf + at + (size_t)i * PHDR_BYTES;
		uint32_t type = read_le32(ph);
		enum e2e_err e = type == PT_LOAD ? segment_add(im, ph, p) : E2E_OK;
		if (e)
			return e;
		if (type == PT_TLS)
			return e2e_fail(p, E2E_TLS, i, 0, 0);
		if (type == PT_DYNAMIC)
			im->dynamic = (struct span){ read_le64(ph + 8), read_le64(ph + 32) };
	}
	return im->segments ? E2E_OK : e2e_fail(p, E2E_NO_SEGMENT, 0, 0, 0);
}

/* The first page after the headers is the earliest place: .reloc and .sbat count as sections too. */
static enum e2e_err layout_check(struct e2e_image *im, struct e2e_problem *p)
{
	uint64_t first = align_up(e2e_header_bytes(im->segments + 2), PAGE_BYTES);
	uint64_t entry = read_le64(im->elf + 24);

	if (im->segment[0].base < first)
		return e2e_fail(p, E2E_HEADERS, im->segment[0].base, first, 0);
	for (unsigned i = 0; i < im->segments; i++) {
		const struct e2e_segment *s = &im->segment[i];
		if ((s->flags & E2E_X) && entry >= s->base && entry - s->base < s->file_bytes) {
			im->entry = (uint32_t)entry;
			return E2E_OK;
		}
	}
	return e2e_fail(p, E2E_ENTRY, entry, 0, 0);
}

static bool name_is(const struct span *names, const uint8_t *elf, uint32_t at, const char *name)
{
	size_t bytes = strlen(name) + 1;
	return range_within(at, bytes, names->bytes) && memcmp(elf + names->base + at, name, bytes) == 0;
}

static enum e2e_err sbat_take(struct e2e_image *im, const uint8_t *sh, struct e2e_problem *p)
{
	struct span sbat = { read_le64(sh + 24), read_le64(sh + 32) };

	if (read_le32(sh + 4) == SHT_NOBITS || sbat.bytes == 0 || !range_within(sbat.base, sbat.bytes, im->elf_bytes))
		return e2e_fail(p, E2E_SBAT, sbat.base, sbat.bytes, 0);
	im->sbat = sbat;
	return E2E_OK;
}

static enum e2e_err sections_read(struct e2e_image *im, struct e2e_problem *p)
{
	uint64_t at = read_le64(im->elf + 40);
	unsigned entry_bytes = read_le16(im->elf + 58), count = read_le16(im->elf + 60);
	unsigned names_index = read_le16(im->elf + 62);

	if (count == 0)
		return e2e_fail(p, E2E_NO_SBAT, 0, 0, 0);
	if (entry_bytes != SHDR_BYTES || !range_within(at, (uint64_t)count * SHDR_BYTES, im->elf_bytes))
		return e2e_fail(p, E2E_SHDR_TABLE, at, count, entry_bytes);
	if (names_index >= count)
		return e2e_fail(p, E2E_SHDR_NAMES, names_index, 0, 0);
	const uint8_t *table = im->elf + at, *nh = table + (size_t)names_index * SHDR_BYTES;
	struct span names = { read_le64(nh + 24), read_le64(nh + 32) };
	if (!range_within(names.base, names.bytes, im->elf_bytes))
		return e2e_fail(p, E2E_SHDR_NAMES, names_index, 0, 0);
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *sh = table + (size_t)i * SHDR_BYTES;
		/* A linker script with PHDRS of its own may leave out PT_DYNAMIC; the section is the same bytes. */
		if (read_le32(sh + 4) == SHT_DYNAMIC && im->dynamic.bytes == 0)
			im->dynamic = (struct span){ read_le64(sh + 24), read_le64(sh + 32) };
		if (im->sbat.bytes == 0 && name_is(&names, im->elf, read_le32(sh), ".sbat")) {
			enum e2e_err e = sbat_take(im, sh, p);
			if (e)
				return e;
		}
	}
	return im->sbat.bytes ? E2E_OK : e2e_fail(p, E2E_NO_SBAT, 0, 0, 0);
}

enum e2e_err e2e_image_read(const uint8_t *elf, size_t elf_bytes, struct e2e_image *out, struct e2e_problem *p)
{
	struct e2e_image im = { .elf = elf, .elf_bytes = elf_bytes };
	enum e2e_err e = header_read(&im, p);
	if (!e) e = segments_read(&im, p);
	if (!e) e = layout_check(&im, p);
	if (!e) e = sections_read(&im, p);
	if (!e && im.dynamic.bytes == 0)
		e = e2e_fail(p, E2E_NO_DYNAMIC, 0, 0, 0);
	if (!e && !range_within(im.dynamic.base, im.dynamic.bytes, elf_bytes))
		e = e2e_fail(p, E2E_DYNAMIC, im.dynamic.base, im.dynamic.bytes, 0);
	if (!e)
		*out = im;
	return e;
}
