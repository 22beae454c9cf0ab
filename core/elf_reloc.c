#include "elf.h"

/* PT_DYNAMIC and the relocations of a position-independent kernel.
 *
 * Relocations in read-only segments (DT_TEXTREL) are applied like any others: the loader writes the image before the
 * page tables with the final rights are live. */

/* ---- The dynamic section: System V gABI, "Dynamic Section" --------------------------------------------- */

enum { DYNAMIC_ENTRY_BYTES = 16, RELR_BYTES = 8 };

enum {
	DT_NULL = 0,
	DT_NEEDED = 1,
	DT_PLTRELSZ = 2,
	DT_RELA = 7,
	DT_RELASZ = 8,
	DT_RELAENT = 9,
	DT_REL = 17,
	DT_PLTREL = 20,
	DT_JMPREL = 23,
	DT_RELRSZ = 35,
	DT_RELR = 36,
	DT_RELRENT = 37,
	DT_ANDROID_REL = 0x6000000f,
	DT_ANDROID_RELA = 0x60000011,
	DT_ANDROID_RELR = 0x6fffe000,
};

/* A value of the dynamic section. */
struct value {
	uint64_t is;
	uint64_t at; /* in the file, for messages */
	bool there;
};

struct table {
	struct value address, bytes, entry_bytes;
};

struct dynamic_reader {
	struct table rela;
	struct table relr;
	struct table plt;
	struct problem *p;
};

/* One entry; `at` is the file offset of its value. */
static enum err read_entry(struct dynamic_reader *r, uint64_t tag, uint64_t value, uint64_t at)
{
	const struct value v = { value, at, true };

	switch (tag) {
	case DT_RELA:    r->rela.address = v; return OK;
	case DT_RELASZ:  r->rela.bytes = v; return OK;
	case DT_RELAENT: r->rela.entry_bytes = v; return OK;
	case DT_RELR:    r->relr.address = v; return OK;
	case DT_RELRSZ:  r->relr.bytes = v; return OK;
	case DT_RELRENT: r->relr.entry_bytes = v; return OK;
	case DT_NEEDED:
		return problem_at(r->p, ERR_ELF_NEEDED, at - 8);
	case DT_PLTRELSZ: r->plt.bytes = v; return OK;
	case DT_JMPREL:   r->plt.address = v; return OK;
	case DT_PLTREL:
		return value == DT_RELA ? OK : problem_at(r->p, ERR_ELF_RELOCATION_FORMAT, at, value);
	case DT_REL:
	case DT_ANDROID_REL:
	case DT_ANDROID_RELA:
	case DT_ANDROID_RELR:
		return problem_at(r->p, ERR_ELF_RELOCATION_FORMAT, at - 8, tag);
	default:
		return OK;
	}
}

/* The segment whose memory holds [virt, virt + bytes) as a whole, or NULL. */
static const struct elf_segment *segment_holding(const struct elf_layout *layout, uint64_t virt, uint64_t bytes)
{
	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		if (virt >= s->virt && range_within(virt - s->virt, bytes, s->memory_bytes))
			return s;
	}
	return NULL;
}

/* Does the table consist of whole entries of the known size, inside a segment? A table without bytes counts as
 * absent. */
static enum err check_table(const struct table *t, uint64_t entry_bytes, const struct elf_layout *layout,
                            struct span *out, struct problem *p)
{
	*out = (struct span){ 0, 0 };
	if (t->bytes.is == 0)
		return OK;
	if (t->entry_bytes.there && t->entry_bytes.is != entry_bytes)
		return problem_at(p, ERR_ELF_RELOCATION_ENTRY, t->entry_bytes.at, t->entry_bytes.is, entry_bytes);
	if (t->bytes.is % entry_bytes != 0)
		return problem_at(p, ERR_ELF_RELOCATION_BYTES, t->bytes.at, t->bytes.is, entry_bytes);
	if (!t->address.there)
		return problem_at(p, ERR_ELF_RELOCATIONS_OUTSIDE, t->bytes.at, 0, t->bytes.is);
	if (!segment_holding(layout, t->address.is, t->bytes.is))
		return problem_at(p, ERR_ELF_RELOCATIONS_OUTSIDE, t->address.at, t->address.is, t->bytes.is);
	*out = (struct span){ t->address.is, t->bytes.is };
	return OK;
}

enum err elf_dynamic(const struct elf_layout *layout, const void *bytes, uint64_t count, struct elf_dynamic *out,
                     struct problem *p)
{
	struct dynamic_reader r = { .p = p };
	struct elf_dynamic found;
	const uint8_t *entry = bytes;

	/* DT_NULL ends the list. A list without it ends with its program header. */
	for (uint64_t at = 0; count - at >= DYNAMIC_ENTRY_BYTES; at += DYNAMIC_ENTRY_BYTES) {
		uint64_t tag = read_le64(entry + at);
		if (tag == DT_NULL)
			break;
		enum err e = read_entry(&r, tag, read_le64(entry + at + 8), layout->dynamic_offset + at + 8);
		if (e)
			return e;
	}
	if (r.plt.bytes.is && !r.plt.address.there)
		return problem_at(p, ERR_ELF_PLT_RELOCATIONS, r.plt.bytes.at, r.plt.bytes.is);
	enum err e = check_table(&r.rela, ELF_RELA_BYTES, layout, &found.rela, p);
	if (!e) e = check_table(&r.relr, RELR_BYTES, layout, &found.relr, p);
	if (!e) e = check_table(&r.plt, ELF_RELA_BYTES, layout, &found.plt, p);
	if (!e) *out = found;
	return e;
}

/* ---- Relocating ---------------------------------------------------------------------------------------- */

struct image {
	const struct elf_layout *layout;
	uint8_t *bytes;
	uint64_t base;
	uint64_t slide;
	uint64_t relative; /* the machine's R_*_RELATIVE */
	uint64_t chosen;   /* ... and R_*_IRELATIVE      */
	struct problem *p;
};

/* System V psABI for x86-64, "Relocation Types"; ELF for the Arm 64-bit Architecture, "Dynamic relocations"; RISC-V
 * ELF psABI, "Relocations". R_*_NONE is 0 everywhere. */
static uint64_t relative_type(uint16_t machine)
{
	switch (machine) {
	case ELF_MACHINE_X86_64:  return 8;
	case ELF_MACHINE_AARCH64: return 1027;
	case ELF_MACHINE_RISCV:   return 3;
	default:                  return 0;
	}
}

static uint64_t irelative_type(uint16_t machine)
{
	switch (machine) {
	case ELF_MACHINE_X86_64:  return 37;
	case ELF_MACHINE_AARCH64: return 1032;
	case ELF_MACHINE_RISCV:   return 58;
	default:                  return 0;
	}
}

/* The file offset of a linked address, for messages; 0 where the file does not fill it. */
static uint64_t file_offset_of(const struct elf_layout *layout, uint64_t virt)
{
	const struct elf_segment *s = segment_holding(layout, virt, 1);

	return s && virt - s->virt < s->file_bytes ? s->offset + (virt - s->virt) : 0;
}

/* The word at linked address `place`; every segment lies in the image (check_image). NULL: no segment holds it. */
static uint8_t *word_at(const struct image *m, uint64_t place)
{
	return segment_holding(m->layout, place, 8) ? m->bytes + (place - m->base) : NULL;
}

static void write_le64(uint8_t *at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* `at` is the linked address of the table's entry: other relocations may change the entry itself, so each entry is
 * read once, here, and judged by the bytes that were read. */
static enum err apply_rela(const struct image *m, uint64_t at)
{
	const uint8_t *entry = m->bytes + (at - m->base);
	uint64_t place = read_le64(entry);
	uint64_t type = read_le32(entry + 8); /* the upper half is a symbol's index, which RELATIVE does not use */
	uint64_t addend = read_le64(entry + 16);

	if (type == 0)
		return OK;
	if (type == m->chosen)
		return problem_at(m->p, ERR_ELF_IFUNC, file_offset_of(m->layout, at), place);
	if (type != m->relative)
		return problem_at(m->p, ERR_ELF_RELOCATION, file_offset_of(m->layout, at), place, type, m->relative);
	uint8_t *word = word_at(m, place);
	if (!word)
		return problem_at(m->p, ERR_ELF_RELOCATION_PLACE, file_offset_of(m->layout, at), place);
	write_le64(word, addend + m->slide);
	return OK;
}

static enum err relocate_rela(const struct image *m, struct span table)
{
	enum err e = OK;

	for (uint64_t at = 0; !e && at < table.bytes; at += ELF_RELA_BYTES)
		e = apply_rela(m, table.base + at);
	return e;
}

/* Add the slide to the word at `place`; `at` is the table's entry, for messages. */
static enum err add_slide(const struct image *m, uint64_t place, uint64_t at)
{
	uint8_t *word = word_at(m, place);

	if (!word)
		return problem_at(m->p, ERR_ELF_RELOCATION_PLACE, file_offset_of(m->layout, at), place);
	write_le64(word, read_le64(word) + m->slide);
	return OK;
}

/* Bit n + 1 of a bitmap entry stands for the n-th word from `first` on. */
static enum err apply_bitmap(const struct image *m, uint64_t bitmap, uint64_t first, uint64_t at)
{
	enum err e = OK;

	for (uint64_t place = first; !e && (bitmap >>= 1); place += 8)
		if (bitmap & 1)
			e = add_slide(m, place, at);
	return e;
}

/* System V gABI, "Relocation" (SHT_RELR): an even entry is the address of one word; an odd one is a bitmap of the 63
 * words that follow those of the entry before it. */
static enum err relocate_relr(const struct image *m, struct span table)
{
	const uint64_t bitmap_covers = 63 * 8;
	uint64_t next = 0; /* first word that the next bitmap covers */
	bool started = false;
	enum err e = OK;

	for (uint64_t at = table.base; !e && at < table.base + table.bytes; at += RELR_BYTES) {
		uint64_t entry = read_le64(m->bytes + (at - m->base));

		if ((entry & 1) == 0) {
			e = add_slide(m, entry, at);
			next = entry + 8;
			started = true;
		} else if (!started || !sum_fits(next, bitmap_covers)) {
			e = problem_at(m->p, ERR_ELF_RELR, file_offset_of(m->layout, at),
			               (at - table.base) / RELR_BYTES, entry);
		} else {
			e = apply_bitmap(m, entry, next, at);
			next += bitmap_covers;
		}
	}
	return e;
}

/* Does the buffer hold every segment? The caller's duty; a wrong buffer must not become a wild write. */
static enum err check_image(const struct elf_layout *layout, uint64_t base, uint64_t bytes, struct problem *p)
{
	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		if (s->virt < base || !range_within(s->virt - base, s->memory_bytes, bytes))
			return problem_at(p, ERR_ELF_IMAGE, s->offset, base, bytes, elf_segment_name(layout, i));
	}
	return OK;
}

enum err elf_relocate(const struct elf_layout *layout, const struct elf_dynamic *dynamic, uint16_t machine, void *image,
                      uint64_t base, uint64_t bytes, uint64_t slide, struct problem *p)
{
	const struct image m = {
		.layout = layout, .bytes = image, .base = base, .slide = slide, .relative = relative_type(machine),
		.chosen = irelative_type(machine), .p = p,
	};

	enum err e = check_image(layout, base, bytes, p);
	if (!e) e = relocate_rela(&m, dynamic->rela);
	if (!e) e = relocate_relr(&m, dynamic->relr);
	if (!e) e = relocate_rela(&m, dynamic->plt);
	return e;
}
