/* elf_builder.h — a small, whole kernel as an ELF file in memory, for tests to spoil.
 *
 * The kernel has code, data and .bss, one note, symbols, and (position-independent) RELA and RELR relocations. Offsets
 * are written as numbers of their own, not taken from core/, so that a wrong one there is found. */
#ifndef TESTS_ELF_BUILDER_H
#define TESTS_ELF_BUILDER_H

#include <stdlib.h>
#include <string.h>

#include <hobnail/boot.h>

#include "elf.h"
#include "request.h"

#define BUILT_TEXT  0xffffffff80000000ull
#define BUILT_ENTRY (BUILT_TEXT + 0x10)
#define BUILT_DATA  0xffffffff80001000ull

enum { /* header fields */
	EH_MAGIC = 0, EH_CLASS = 4, EH_DATA = 5, EH_IDENT_VERSION = 6, EH_TYPE = 16, EH_MACHINE = 18, EH_VERSION = 20,
	EH_ENTRY = 24, EH_PHOFF = 32, EH_SHOFF = 40, EH_SIZE = 52, EH_PHENTSIZE = 54, EH_PHNUM = 56, EH_SHENTSIZE = 58,
	EH_SHNUM = 60, EH_SHSTRNDX = 62,
};

enum { /* program headers; the two spare ones are PT_NULL */
	PH_TEXT = 64, PH_DATA = PH_TEXT + 56, PH_NOTE = PH_DATA + 56, PH_DYNAMIC = PH_NOTE + 56,
	PH_SPARE = PH_DYNAMIC + 56, PH_SPARE2 = PH_SPARE + 56, PH_COUNT = 6,
};

enum { PH_FLAGS = 4, PH_OFFSET = 8, PH_VADDR = 16, PH_PADDR = 24, PH_FILESZ = 32, PH_MEMSZ = 40, PH_ALIGN = 48 };

enum { /* what lies where in the file */
	AT_TEXT = 0x1000, AT_NOTE = 0x1080, AT_DATA = 0x2000, AT_DYNAMIC = AT_DATA, AT_RELA = 0x2100, AT_RELR = 0x2180,
	AT_WORDS = 0x21c0, AT_SYMBOLS = 0x2400, AT_NAMES = 0x2500, AT_SECTIONS = 0x2600, BUILT_BYTES = 0x2700,
};

enum { /* section headers */
	SH_SYMBOLS = AT_SECTIONS + 64, SH_NAMES = SH_SYMBOLS + 64, SH_NOTE = SH_NAMES + 64,
	SH_KIND = 4, SH_AT = 24, SH_BYTES = 32, SH_NAMED_BY = 40, SH_ENTRY = 56,
};

struct elf_image {
	size_t bytes;
	uint8_t data[BUILT_BYTES];
};

static inline void put(struct elf_image *f, size_t at, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes; i++)
		f->data[at + i] = (uint8_t)(value >> (8 * i));
}

static inline void put16(struct elf_image *f, size_t at, uint64_t value) { put(f, at, 2, value); }
static inline void put32(struct elf_image *f, size_t at, uint64_t value) { put(f, at, 4, value); }
static inline void put64(struct elf_image *f, size_t at, uint64_t value) { put(f, at, 8, value); }

static inline void put_header(struct elf_image *f, uint16_t machine, bool pie)
{
	put32(f, EH_MAGIC, 0x464c457f);
	put(f, EH_CLASS, 1, 2);
	put(f, EH_DATA, 1, 1);
	put(f, EH_IDENT_VERSION, 1, 1);
	put16(f, EH_TYPE, pie ? 3 : 2);
	put16(f, EH_MACHINE, machine);
	put32(f, EH_VERSION, 1);
	put64(f, EH_ENTRY, BUILT_ENTRY);
	put64(f, EH_PHOFF, PH_TEXT);
	put64(f, EH_SHOFF, AT_SECTIONS);
	put16(f, EH_SIZE, 64);
	put16(f, EH_PHENTSIZE, 56);
	put16(f, EH_PHNUM, PH_COUNT);
	put16(f, EH_SHENTSIZE, 64);
	put16(f, EH_SHNUM, 4);
	put16(f, EH_SHSTRNDX, 2);
}

static inline void put_segment(struct elf_image *f, size_t ph, uint32_t type, uint32_t flags, uint64_t offset,
                               uint64_t virt, uint64_t file_bytes, uint64_t memory_bytes)
{
	put32(f, ph, type);
	put32(f, ph + PH_FLAGS, flags);
	put64(f, ph + PH_OFFSET, offset);
	put64(f, ph + PH_VADDR, virt);
	put64(f, ph + PH_PADDR, virt & 0x7fffffff);
	put64(f, ph + PH_FILESZ, file_bytes);
	put64(f, ph + PH_MEMSZ, memory_bytes);
	put64(f, ph + PH_ALIGN, 4096);
}

static inline void put_note(struct elf_image *f, size_t at, uint32_t type, uint64_t value)
{
	put32(f, at, 8);
	put32(f, at + 4, 8);
	put32(f, at + 8, type);
	memcpy(f->data + at + 12, "Hobnail", 8);
	put64(f, at + 20, value);
}

static inline void put_rela(struct elf_image *f, size_t at, uint64_t place, uint64_t type, uint64_t addend)
{
	put64(f, at, place);
	put64(f, at + 8, type);
	put64(f, at + 16, addend);
}

static inline uint64_t built_relative(uint16_t machine)
{
	return machine == 62 ? 8 : machine == 183 ? 1027 : 3;
}

/* Words at AT_WORDS: the first by RELA, the second and the third by RELR (address, bitmap). */
static inline void put_relocations(struct elf_image *f, uint16_t machine)
{
	const uint64_t dynamic[] = { 7, BUILT_DATA + 0x100, 8, 48, 9, 24, 36, BUILT_DATA + 0x180, 35, 16, 37, 8, 0, 0 };

	for (size_t i = 0; i < sizeof dynamic / 8; i++)
		put64(f, AT_DYNAMIC + 8 * i, dynamic[i]);
	put_rela(f, AT_RELA, BUILT_DATA + 0x1c0, built_relative(machine), BUILT_ENTRY);
	put_rela(f, AT_RELA + 24, 0, 0, 0);
	put64(f, AT_RELR, BUILT_DATA + 0x1c8);
	put64(f, AT_RELR + 8, 3);
	put64(f, AT_WORDS + 8, BUILT_TEXT);
	put64(f, AT_WORDS + 16, BUILT_DATA);
}

static inline void put_section(struct elf_image *f, size_t sh, uint32_t kind, uint64_t at, uint64_t bytes,
                               uint32_t named_by, uint64_t entry)
{
	put32(f, sh + SH_KIND, kind);
	put64(f, sh + SH_AT, at);
	put64(f, sh + SH_BYTES, bytes);
	put32(f, sh + SH_NAMED_BY, named_by);
	put64(f, sh + SH_ENTRY, entry);
}

static inline void put_symbol(struct elf_image *f, unsigned index, uint32_t name, unsigned type, uint64_t value)
{
	size_t at = AT_SYMBOLS + 24 * index;

	put32(f, at, name);
	put(f, at + 4, 1, 0x10 | type);
	put16(f, at + 6, 1);
	put64(f, at + 8, value);
}

static inline void put_sections(struct elf_image *f)
{
	static const char names[] = "\0_start\0main\0$x\0table";

	put_section(f, SH_SYMBOLS, 2, AT_SYMBOLS, 5 * 24, 2, 24);
	put_section(f, SH_NAMES, 3, AT_NAMES, sizeof names, 0, 0);
	put_section(f, SH_NOTE, 7, AT_NOTE, 28, 0, 0);
	memcpy(f->data + AT_NAMES, names, sizeof names);
	put_symbol(f, 1, 1, 0, BUILT_ENTRY);         /* _start: a label of assembly */
	put_symbol(f, 2, 8, 2, BUILT_TEXT + 0x40);   /* main: a function            */
	put_symbol(f, 3, 13, 0, BUILT_TEXT + 0x50);  /* $x: a mapping symbol        */
	put_symbol(f, 4, 16, 1, BUILT_TEXT + 0x48);  /* table: data                 */
}

static inline void elf_build(struct elf_image *f, uint16_t machine, bool pie)
{
	memset(f, 0, sizeof *f);
	f->bytes = BUILT_BYTES;
	put_header(f, machine, pie);
	put_segment(f, PH_TEXT, 1, 5, AT_TEXT, BUILT_TEXT, 0x100, 0x100);
	put_segment(f, PH_DATA, 1, 6, AT_DATA, BUILT_DATA, 0x200, 0x800);
	put_segment(f, PH_NOTE, 4, 4, AT_NOTE, BUILT_TEXT + 0x80, 28, 28);
	put_note(f, AT_NOTE, HOBNAIL_REQUEST_STACK, 32768);
	put_sections(f);
	if (pie) {
		put_segment(f, PH_DYNAMIC, 2, 6, AT_DYNAMIC, BUILT_DATA, 0x70, 0x70);
		put_relocations(f, machine);
	}
}

/* ---- Reading a file as the loader does, step by step ---------------------------------------------------- */

struct elf_reading {
	struct elf_file file;
	struct elf_layout layout;
	struct requests requests;
	struct elf_dynamic dynamic;
	struct elf_sections sections;
};

static inline enum err read_notes_of(const uint8_t *data, struct elf_reading *r, uint32_t arch, struct problem *p)
{
	enum err e = OK;

	requests_init(&r->requests);
	for (unsigned i = 0; !e && i < r->layout.note_count; i++)
		e = elf_notes(data + r->layout.notes[i].base, r->layout.notes[i].bytes, r->layout.notes[i].base,
		              requests_note, &r->requests, p);
	if (!e) e = requests_check(&r->requests, arch, p);
	return e;
}

/* Load the segments into memory of their own and relocate them there. More than `limit` bytes: not tried. */
static inline enum err relocate_copy(const uint8_t *data, const struct elf_reading *r, uint64_t limit,
                                     struct problem *p)
{
	const struct elf_layout *l = &r->layout;
	const struct elf_segment *last = &l->segments[l->segment_count - 1];
	uint64_t base = l->segments[0].virt, bytes = last->virt + last->memory_bytes - base;

	if (bytes > limit)
		return OK;
	uint8_t *image = calloc(1, bytes);
	if (!image)
		abort();
	for (unsigned i = 0; i < l->segment_count; i++)
		memcpy(image + (l->segments[i].virt - base), data + min_u64(l->segments[i].offset, r->file.file_bytes),
		       l->segments[i].file_bytes);
	enum err e = elf_relocate(l, &r->dynamic, r->file.machine, image, base, bytes, 0x1234000, p);
	free(image);
	return e;
}

static inline enum err elf_read_all(const uint8_t *data, size_t bytes, const struct elf_rules *rules,
                                    struct elf_reading *r, struct problem *p)
{
	uint32_t arch = rules->machine == 62 ? HOBNAIL_ARCH_X86_64
	                : rules->machine == 183 ? HOBNAIL_ARCH_AARCH64 : HOBNAIL_ARCH_RISCV64;

	memset(r, 0, sizeof *r);
	enum err e = elf_open(data, bytes < 64 ? bytes : 64, bytes, rules, &r->file, p);
	if (!e) e = elf_segments(&r->file, data + r->file.program_headers, rules, &r->layout, p);
	if (!e) e = read_notes_of(data, r, arch, p);
	if (!e && r->layout.dynamic.bytes)
		e = elf_dynamic(&r->layout, data + r->layout.dynamic_offset, r->layout.dynamic.bytes, &r->dynamic, p);
	if (!e) e = relocate_copy(data, r, 16 << 20, p);
	if (!e && r->file.section_headers)
		e = elf_sections(&r->file, &r->layout, data + r->file.section_headers, &r->sections, p);
	return e;
}

#endif
