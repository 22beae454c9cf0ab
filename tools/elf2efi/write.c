/* write.c — the PE32+ file. Field offsets and values: "Microsoft PE Format", sections "COFF File Header", "Optional
 * Header", "Section Table" and "The .reloc Section". */
#include "elf2efi.h"

#include <stdlib.h>
#include <string.h>

enum {
	PE_AT = 64,             /* right after the MS-DOS header, which has no stub */
	COFF_AT = PE_AT + 4,
	OPTIONAL_AT = COFF_AT + 20,
	DIRECTORIES = 6,        /* up to .reloc's, as Linux has it: the headers of five sections fit into 512 bytes */
	OPTIONAL_BYTES = 112 + DIRECTORIES * 8,
	SECTIONS_AT = OPTIONAL_AT + OPTIONAL_BYTES,
	SECTION_BYTES = 40,
	CHECKSUM_AT = OPTIONAL_AT + 64,
	DIRECTORY_RELOC = 5,
	FILE_ALIGN = 512,       /* the least that the format allows: a small file is read sooner */
};

enum {
	FILE_EXECUTABLE = 0x0002, FILE_LARGE_ADDRESS = 0x0020,
	DLL_HIGH_ENTROPY_VA = 0x0020, DLL_DYNAMIC_BASE = 0x0040, DLL_NX_COMPAT = 0x0100,
	SUBSYSTEM_EFI_APPLICATION = 10,
	RELOC_ABSOLUTE = 0, RELOC_DIR64 = 10,
};

#define SCN_CODE          0x00000020u
#define SCN_INITIALIZED   0x00000040u
#define SCN_UNINITIALIZED 0x00000080u
#define SCN_DISCARDABLE   0x02000000u
#define SCN_EXECUTE       0x20000000u
#define SCN_READ          0x40000000u
#define SCN_WRITE         0x80000000u

struct section {
	const char *name;
	uint32_t base, bytes;   /* in memory                              */
	uint32_t file;          /* offset in the PE file                  */
	uint32_t file_bytes;    /* data to copy; padded to FILE_ALIGN     */
	uint32_t flags;
	const uint8_t *data;
};

struct pe {
	const struct e2e_image *im;
	unsigned sections;
	struct section section[E2E_MAX_SEGMENTS + 2];
	uint64_t image_end;     /* where the next section goes in memory  */
	uint64_t file_end;      /* and in the file                        */
};

static void put16(uint8_t *at, uint16_t n) { at[0] = (uint8_t)n; at[1] = (uint8_t)(n >> 8); }
static void put32(uint8_t *at, uint32_t n) { put16(at, (uint16_t)n); put16(at + 2, (uint16_t)(n >> 16)); }
static void put64(uint8_t *at, uint64_t n) { put32(at, (uint32_t)n); put32(at + 4, (uint32_t)(n >> 32)); }

uint32_t e2e_header_bytes(unsigned sections)
{
	return SECTIONS_AT + sections * SECTION_BYTES;
}

/* ---- Base relocations ----------------------------------------------------------------------------------------- */

/* One block: the page, the bytes of the block, then an entry of 16 bits a place, padded to 4 bytes. */
static size_t reloc_block(uint8_t *out, uint32_t page, const struct e2e_reloc *r, size_t count)
{
	size_t bytes = align_up(8 + 2 * count, 4);
	if (!out)
		return bytes;
	put32(out, page);
	put32(out + 4, (uint32_t)bytes);
	memset(out + 8, RELOC_ABSOLUTE, bytes - 8);
	for (size_t i = 0; i < count; i++)
		put16(out + 8 + 2 * i, (uint16_t)(RELOC_DIR64 << 12 | (r[i].place - page)));
	return bytes;
}

/* The bytes of all blocks; written when out is not NULL. An image that needs no relocation gets one block without
 * entries, since some loaders take an empty directory for "relocations stripped". */
static size_t reloc_blocks(uint8_t *out, const struct e2e_relocs *r, uint32_t first_page)
{
	size_t bytes = 0;

	for (size_t i = 0, n; i < r->count; i += n) {
		uint32_t page = (uint32_t)align_down(r->list[i].place, PAGE_BYTES);
		for (n = 1; i + n < r->count && r->list[i + n].place - page < PAGE_BYTES; n++)
			;
		bytes += reloc_block(out ? out + bytes : NULL, page, &r->list[i], n);
	}
	return bytes ? bytes : reloc_block(out, first_page, NULL, 0);
}

/* ---- Layout --------------------------------------------------------------------------------------------------- */

static void section_add(struct pe *pe, struct section s)
{
	s.file = s.file_bytes ? (uint32_t)pe->file_end : 0;
	pe->section[pe->sections++] = s;
	pe->image_end = align_up((uint64_t)s.base + s.bytes, PAGE_BYTES);
	pe->file_end = align_up(pe->file_end + s.file_bytes, FILE_ALIGN);
}

static void segment_section(struct pe *pe, const struct e2e_segment *g)
{
	struct section s = { ".rodata", g->base, g->bytes, 0, g->file_bytes, SCN_READ | SCN_INITIALIZED,
	                     pe->im->elf + g->file };

	if (g->flags & E2E_X) {
		s.name = ".text";
		s.flags = SCN_READ | SCN_EXECUTE | SCN_CODE;
	} else if (g->flags & E2E_W) {
		s.name = ".data";
		s.flags |= SCN_WRITE;
	}
	if (!s.file_bytes)
		s.flags = (s.flags & ~SCN_INITIALIZED) | SCN_UNINITIALIZED;
	section_add(pe, s);
}

/* Every file range is below 4 GiB by then: the parts are bounded by 2 GiB together, in memory. */
static enum e2e_err layout(struct pe *pe, const struct e2e_relocs *r, struct e2e_problem *p)
{
	const struct e2e_image *im = pe->im;
	size_t reloc_bytes = reloc_blocks(NULL, r, im->segment[0].base);
	uint64_t tail = align_up(reloc_bytes, PAGE_BYTES) + align_up(im->sbat.bytes, PAGE_BYTES);

	pe->file_end = align_up(e2e_header_bytes(im->segments + 2), FILE_ALIGN);
	for (unsigned i = 0; i < im->segments; i++)
		segment_section(pe, &im->segment[i]);
	if (!range_within(pe->image_end, tail, E2E_IMAGE_LIMIT))
		return e2e_fail(p, E2E_TOO_BIG, pe->image_end + tail, 0, 0);
	section_add(pe, (struct section){ ".reloc", (uint32_t)pe->image_end, (uint32_t)reloc_bytes, 0,
	                                  (uint32_t)reloc_bytes, SCN_READ | SCN_INITIALIZED | SCN_DISCARDABLE, NULL });
	section_add(pe, (struct section){ ".sbat", (uint32_t)pe->image_end, (uint32_t)im->sbat.bytes, 0,
	                                  (uint32_t)im->sbat.bytes, SCN_READ | SCN_INITIALIZED,
	                                  im->elf + im->sbat.base });
	return E2E_OK;
}

/* ---- Headers -------------------------------------------------------------------------------------------------- */

static uint32_t raw_bytes(const struct section *s)
{
	return (uint32_t)align_up(s->file_bytes, FILE_ALIGN);
}

static uint32_t sum_raw(const struct pe *pe, uint32_t flag)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < pe->sections; i++)
		sum += pe->section[i].flags & flag ? raw_bytes(&pe->section[i]) : 0;
	return sum;
}

static uint32_t code_base(const struct pe *pe)
{
	unsigned i = 0;
	while (!(pe->section[i].flags & SCN_CODE))      /* there is one: the entry point lies in it */
		i++;
	return pe->section[i].base;
}

static void put_optional_header(uint8_t *at, const struct pe *pe)
{
	const struct section *reloc = &pe->section[pe->sections - 2];

	put16(at + 0, 0x20b);                           /* PE32+ */
	put32(at + 4, sum_raw(pe, SCN_CODE));
	put32(at + 8, sum_raw(pe, SCN_INITIALIZED));
	put32(at + 16, pe->im->entry);
	put32(at + 20, code_base(pe));
	put64(at + 24, 0);                              /* image base */
	put32(at + 32, PAGE_BYTES);                     /* section alignment */
	put32(at + 36, FILE_ALIGN);
	put32(at + 56, (uint32_t)pe->image_end);
	put32(at + 60, (uint32_t)align_up(e2e_header_bytes(pe->sections), FILE_ALIGN));
	put16(at + 68, SUBSYSTEM_EFI_APPLICATION);
	put16(at + 70, DLL_HIGH_ENTROPY_VA | DLL_DYNAMIC_BASE | DLL_NX_COMPAT);
	put32(at + 108, DIRECTORIES);
	put32(at + 112 + DIRECTORY_RELOC * 8, reloc->base);
	put32(at + 112 + DIRECTORY_RELOC * 8 + 4, reloc->bytes);
}

static void put_section_header(uint8_t *at, const struct section *s)
{
	memcpy(at, s->name, strlen(s->name));           /* at most 8, zero-padded */
	put32(at + 8, s->bytes);
	put32(at + 12, s->base);
	put32(at + 16, raw_bytes(s));
	put32(at + 20, s->file);
	put32(at + 36, s->flags);
}

static void put_headers(uint8_t *out, const struct pe *pe)
{
	put16(out, 0x5a4d);                             /* MZ */
	put32(out + 60, PE_AT);
	memcpy(out + PE_AT, "PE\0", 4);
	put16(out + COFF_AT, pe->im->machine->pe);
	put16(out + COFF_AT + 2, (uint16_t)pe->sections);
	put16(out + COFF_AT + 16, OPTIONAL_BYTES);
	put16(out + COFF_AT + 18, FILE_EXECUTABLE | FILE_LARGE_ADDRESS);
	put_optional_header(out + OPTIONAL_AT, pe);
	for (unsigned i = 0; i < pe->sections; i++)
		put_section_header(out + SECTIONS_AT + i * SECTION_BYTES, &pe->section[i]);
}

/* ---- Contents ------------------------------------------------------------------------------------------------- */

static void put_contents(uint8_t *out, const struct pe *pe, const struct e2e_relocs *r)
{
	for (unsigned i = 0; i < pe->sections; i++) {
		const struct section *s = &pe->section[i];
		if (s->data)
			memcpy(out + s->file, s->data, s->file_bytes);
		else
			reloc_blocks(out + s->file, r, pe->section[0].base);
	}
}

/* The addend at each place: the image is right as it stands when it is loaded at 0. */
static void put_addends(uint8_t *out, const struct pe *pe, const struct e2e_relocs *r)
{
	const struct section *s = pe->section;

	for (size_t i = 0; i < r->count; i++) {
		while (r->list[i].place - s->base >= s->file_bytes)     /* both ascend; each place lies in one */
			s++;
		put64(out + s->file + (r->list[i].place - s->base), r->list[i].addend);
	}
}

/* The sum of all 16-bit words with the carry added back, plus the length; the field itself counts as 0. */
static uint32_t checksum(const uint8_t *out, size_t bytes)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < bytes; i += 2) {
		sum += read_le16(out + i);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum + (uint32_t)bytes;
}

enum e2e_err e2e_pe_write(const struct e2e_image *im, const struct e2e_relocs *r, uint8_t **efi, size_t *efi_bytes,
                          struct e2e_problem *p)
{
	struct pe pe = { .im = im };
	enum e2e_err e = layout(&pe, r, p);
	if (e)
		return e;
	uint8_t *out = calloc(1, pe.file_end);
	if (!out)
		return e2e_fail(p, E2E_NO_MEMORY, pe.file_end, 0, 0);
	put_headers(out, &pe);
	put_contents(out, &pe, r);
	put_addends(out, &pe, r);
	put32(out + CHECKSUM_AT, checksum(out, pe.file_end));
	*efi = out;
	*efi_bytes = pe.file_end;
	return E2E_OK;
}
