/* reloc.c — the dynamic relocations of the ELF file, as a sorted list of places.
 *
 * Only R_*_RELATIVE exists in a static position-independent file without undefined symbols. RELA carries the addend
 * beside the place; RELR leaves it in the place: an even word is an address, an odd one a bitmap of the 63 words after
 * it (System V gABI, "Relative Relocation Table"). */
#include "elf2efi.h"

#include <stdlib.h>

enum { RELA_BYTES = 24, RELR_BYTES = 8, PLACE_BYTES = 8 };
enum {
	DT_NULL = 0, DT_PLTRELSZ = 2, DT_RELA = 7, DT_RELASZ = 8, DT_RELAENT = 9, DT_REL = 17, DT_JMPREL = 23,
	DT_RELRSZ = 35, DT_RELR = 36, DT_RELRENT = 37, DT_WANTED = 38,
};

static enum e2e_err dynamic_read(const struct e2e_image *im, uint64_t dt[DT_WANTED], struct e2e_problem *p)
{
	const uint8_t *d = im->elf + im->dynamic.base;

	for (uint64_t left = im->dynamic.bytes; left >= 16; left -= 16, d += 16) {
		uint64_t tag = read_le64(d);
		if (tag == DT_NULL)
			return dt[DT_REL] ? e2e_fail(p, E2E_DYNAMIC_REL, 0, 0, 0) : E2E_OK;
		if (tag < DT_WANTED)
			dt[tag] = read_le64(d + 8);
	}
	return e2e_fail(p, E2E_DYNAMIC, im->dynamic.base, im->dynamic.bytes, 0);
}

/* More places than there are words in the file part of the segments must overlap, so r->slots is never too few for a
 * file that is right; one slot is spare for the place that proves the overlap. */
static enum e2e_err reloc_add(const struct e2e_image *im, struct e2e_relocs *r, uint64_t place, const uint64_t *addend,
                              struct e2e_problem *p)
{
	const uint8_t *at = e2e_bytes_at(im, place, PLACE_BYTES);

	if (!at)
		return e2e_fail(p, E2E_RELOC_PLACE, place, 0, 0);
	if (r->count == r->slots)
		return e2e_fail(p, E2E_RELOC_TWICE, place, place, 0);
	r->list[r->count++] = (struct e2e_reloc){ (uint32_t)place, addend ? *addend : read_le64(at) };
	return E2E_OK;
}

static enum e2e_err table_find(const struct e2e_image *im, uint64_t at, uint64_t bytes, uint64_t entry_bytes,
                               uint64_t want, const uint8_t **table, struct e2e_problem *p)
{
	*table = e2e_bytes_at(im, at, bytes);
	if (!*table || entry_bytes != want || bytes % want)
		return e2e_fail(p, E2E_RELOC_TABLE, at, bytes, entry_bytes);
	return E2E_OK;
}

static enum e2e_err rela_read(const struct e2e_image *im, struct e2e_relocs *r, uint64_t at, uint64_t bytes,
                              uint64_t entry_bytes, struct e2e_problem *p)
{
	const uint8_t *rela;
	enum e2e_err e = bytes ? table_find(im, at, bytes, entry_bytes, RELA_BYTES, &rela, p) : E2E_OK;

	for (; !e && bytes; bytes -= RELA_BYTES, rela += RELA_BYTES) {
		uint64_t place = read_le64(rela), info = read_le64(rela + 8), addend = read_le64(rela + 16);
		if (info != im->machine->relative)
			return e2e_fail(p, E2E_RELOC_TYPE, (uint32_t)info, place, info >> 32);
		e = reloc_add(im, r, place, &addend, p);
	}
	return e;
}

static enum e2e_err relr_bitmap(const struct e2e_image *im, struct e2e_relocs *r, uint64_t base, uint64_t bits,
                                struct e2e_problem *p)
{
	for (unsigned i = 0; i < 63; i++) {
		if (bits >> (i + 1) & 1) {
			enum e2e_err e = reloc_add(im, r, base + i * 8u, NULL, p);
			if (e)
				return e;
		}
	}
	return E2E_OK;
}

static enum e2e_err relr_read(const struct e2e_image *im, struct e2e_relocs *r, uint64_t at, uint64_t bytes,
                              uint64_t entry_bytes, struct e2e_problem *p)
{
	const uint8_t *relr;
	uint64_t next = 0;
	bool based = false;
	enum e2e_err e = bytes ? table_find(im, at, bytes, entry_bytes, RELR_BYTES, &relr, p) : E2E_OK;

	for (; !e && bytes; bytes -= RELR_BYTES, relr += RELR_BYTES) {
		uint64_t word = read_le64(relr);
		if (!(word & 1)) {
			e = reloc_add(im, r, word, NULL, p);
			next = word + 8;
			based = true;
		} else if (based) {
			e = relr_bitmap(im, r, next, word, p);
			next += 63 * 8;
		} else {
			e = e2e_fail(p, E2E_RELR, word, 0, 0);
		}
	}
	return e;
}

static int by_place(const void *a, const void *b)
{
	uint32_t pa = ((const struct e2e_reloc *)a)->place, pb = ((const struct e2e_reloc *)b)->place;
	return (pa > pb) - (pa < pb);
}

static enum e2e_err sort_and_check(struct e2e_relocs *r, struct e2e_problem *p)
{
	qsort(r->list, r->count, sizeof(r->list[0]), by_place);
	for (size_t i = 1; i < r->count; i++) {
		if (r->list[i].place - r->list[i - 1].place < PLACE_BYTES)
			return e2e_fail(p, E2E_RELOC_TWICE, r->list[i - 1].place, r->list[i].place, 0);
	}
	return E2E_OK;
}

enum e2e_err e2e_relocs_read(const struct e2e_image *im, struct e2e_relocs *out, struct e2e_problem *p)
{
	uint64_t dt[DT_WANTED] = { 0 };
	struct e2e_relocs r = { .slots = 1 };
	enum e2e_err e = dynamic_read(im, dt, p);
	if (e)
		return e;
	for (unsigned i = 0; i < im->segments; i++)
		r.slots += im->segment[i].file_bytes / PLACE_BYTES;
	r.list = malloc(r.slots * sizeof(r.list[0]));
	if (!r.list)
		return e2e_fail(p, E2E_NO_MEMORY, r.slots * sizeof(r.list[0]), 0, 0);
	e = rela_read(im, &r, dt[DT_RELA], dt[DT_RELASZ], dt[DT_RELAENT], p);
	if (!e) e = rela_read(im, &r, dt[DT_JMPREL], dt[DT_PLTRELSZ], RELA_BYTES, p);
	if (!e) e = relr_read(im, &r, dt[DT_RELR], dt[DT_RELRSZ], dt[DT_RELRENT], p);
	if (!e) e = sort_and_check(&r, p);
	if (e)
		free(r.list);
	else
		*out = r;
	return e;
}
