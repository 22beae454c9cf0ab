/* mutants.h — malformed kernels made by rule, in the same order every time, from the kernel of unit/elf_builder.h:
 * each field of its headers, its dynamic table, its note and its relocations set to every value at that field's
 * edges; pairs of fields whose sum wraps; and the file cut wherever something in it begins or ends. Most must be
 * refused; what is accepted must be sound, and mutant_is_sound() says what that means. */
#ifndef TESTS_MUTANTS_H
#define TESTS_MUTANTS_H

#include <stdio.h>

#include "plan.h"
#include "unit/elf_builder.h"

struct mutant {
	char name[64];
	bool pie;
	size_t bytes; /* of the file */
	struct {
		uint32_t at, bytes;
		uint64_t value;
	} patch[2]; /* bytes 0: none */
};

struct mutant_field {
	const char *name;
	uint32_t at, bytes;
};

static const struct mutant_field mutant_header[] = {
	{ "magic", EH_MAGIC, 4 }, { "class", EH_CLASS, 1 }, { "data", EH_DATA, 1 }, { "ident-version", EH_IDENT_VERSION, 1 },
	{ "type", EH_TYPE, 2 }, { "machine", EH_MACHINE, 2 }, { "version", EH_VERSION, 4 }, { "entry", EH_ENTRY, 8 },
	{ "phoff", EH_PHOFF, 8 }, { "shoff", EH_SHOFF, 8 }, { "ehsize", EH_SIZE, 2 }, { "phentsize", EH_PHENTSIZE, 2 },
	{ "phnum", EH_PHNUM, 2 }, { "shentsize", EH_SHENTSIZE, 2 }, { "shnum", EH_SHNUM, 2 }, { "shstrndx", EH_SHSTRNDX, 2 },
	{ "request-namesz", AT_NOTE, 4 }, { "request-descsz", AT_NOTE + 4, 4 }, { "request-type", AT_NOTE + 8, 4 },
	{ "request-stack", AT_NOTE + 20, 8 }, { "rela-place", AT_RELA, 8 }, { "rela-type", AT_RELA + 8, 8 },
	{ "rela-addend", AT_RELA + 16, 8 }, { "relr-address", AT_RELR, 8 }, { "relr-bitmap", AT_RELR + 8, 8 },
	{ "rela-tag", AT_DYNAMIC, 8 }, { "rela", AT_DYNAMIC + 8, 8 }, { "relasz-tag", AT_DYNAMIC + 16, 8 },
	{ "relasz", AT_DYNAMIC + 24, 8 }, { "relaent-tag", AT_DYNAMIC + 32, 8 }, { "relaent", AT_DYNAMIC + 40, 8 },
	{ "relr-tag", AT_DYNAMIC + 48, 8 }, { "relr", AT_DYNAMIC + 56, 8 }, { "relrsz-tag", AT_DYNAMIC + 64, 8 },
	{ "relrsz", AT_DYNAMIC + 72, 8 }, { "relrent-tag", AT_DYNAMIC + 80, 8 }, { "relrent", AT_DYNAMIC + 88, 8 },
};

static const struct mutant_field mutant_phdr[] = {
	{ "type", 0, 4 }, { "flags", PH_FLAGS, 4 }, { "offset", PH_OFFSET, 8 }, { "vaddr", PH_VADDR, 8 },
	{ "paddr", PH_PADDR, 8 }, { "filesz", PH_FILESZ, 8 }, { "memsz", PH_MEMSZ, 8 }, { "align", PH_ALIGN, 8 },
};

static const char *const mutant_phdr_names[] = { "text", "data", "note", "dynamic" };

/* Sums of two fields: where something begins, and how long it is. */
static const struct {
	const char *name;
	uint32_t begin, length;
} mutant_sums[] = {
	{ "offset+filesz", PH_OFFSET, PH_FILESZ }, { "vaddr+memsz", PH_VADDR, PH_MEMSZ }, { "paddr+memsz", PH_PADDR, PH_MEMSZ },
};

static const uint32_t mutant_cuts[] = {
	0, 1, 4, 16, 24, 52, 63, 64, 65, PH_DATA, PH_NOTE, PH_DYNAMIC, PH_SPARE, PH_SPARE2 + 55, PH_SPARE2 + 56,
	0xfff, AT_TEXT, AT_TEXT + 1, AT_NOTE, AT_NOTE + 11, AT_NOTE + 12, AT_NOTE + 20, AT_NOTE + 27, AT_TEXT + 0xff,
	AT_DATA, AT_DATA + 1, AT_RELA - 1, AT_RELA + 23, AT_RELR, AT_WORDS, AT_DATA + 0x1ff, AT_SYMBOLS, AT_NAMES,
	AT_SECTIONS - 1, AT_SECTIONS, AT_SECTIONS + 1, BUILT_BYTES - 64, BUILT_BYTES - 1,
};

enum { MUTANT_EDGES = 19, MUTANT_SUM_EDGES = 4 };

/* The i-th edge of a field that holds `now`. */
static inline uint64_t mutant_edge(unsigned i, uint64_t now, unsigned bytes)
{
	const uint64_t sign = 1ull << (8 * bytes - 1), all = sign | (sign - 1);
	const uint64_t edges[MUTANT_EDGES] = {
		0, 1, 2, 7, all, all - 1, sign, sign - 1, now - 1, now + 1, now * 2, now ^ sign,
		BUILT_BYTES, BUILT_BYTES + 1,
		BUILT_TEXT - 1, BUILT_TEXT + 0xff, BUILT_DATA + 0x7ff, 0x800000000000,
		0x70000000, /* fits the address space, but no machine here has it */
	};

	return edges[i] & all;
}

static inline void mutant_field_edge(struct mutant *m, const char *of, const struct mutant_field *f, uint32_t at,
                                     unsigned edge)
{
	static struct elf_image whole;

	elf_build(&whole, 62, true);
	uint64_t now = read_le64(whole.data + at);
	m->patch[0].at = at;
	m->patch[0].bytes = f->bytes;
	m->patch[0].value = mutant_edge(edge, now, f->bytes);
	for (unsigned i = 0; i < edge; i++)
		if (mutant_edge(i, now, f->bytes) == m->patch[0].value)
			m->patch[0].bytes = 0; /* the same as before: no change, so it is passed over */
	snprintf(m->name, sizeof m->name, "%s%s-%llx", of, f->name, (unsigned long long)m->patch[0].value);
}

static inline void mutant_sum_edge(struct mutant *m, unsigned phdr, unsigned sum, unsigned edge)
{
	static const uint64_t edges[MUTANT_SUM_EDGES][2] = { /* begin, length */
		{ UINT64_MAX, 1 }, { UINT64_MAX - 0xff, 0x100 }, { 1ull << 63, 1ull << 63 },
		{ 0x100, UINT64_MAX - 0xff },
	};

	m->patch[0].at = PH_TEXT + 56 * phdr + mutant_sums[sum].begin;
	m->patch[1].at = PH_TEXT + 56 * phdr + mutant_sums[sum].length;
	for (unsigned i = 0; i < 2; i++) {
		m->patch[i].bytes = 8;
		m->patch[i].value = edges[edge][i];
	}
	snprintf(m->name, sizeof m->name, "%s-%s-%u", mutant_phdr_names[phdr], mutant_sums[sum].name, edge);
}

/* The index-th mutant; false: there are no more. Each defect is put into a position-independent kernel and into a
 * static one. */
static inline bool mutant_describe(unsigned index, struct mutant *m)
{
	const unsigned header = COUNT_OF(mutant_header) * MUTANT_EDGES;
	const unsigned phdrs = COUNT_OF(mutant_phdr_names) * COUNT_OF(mutant_phdr) * MUTANT_EDGES;
	const unsigned sums = COUNT_OF(mutant_phdr_names) * COUNT_OF(mutant_sums) * MUTANT_SUM_EDGES;
	unsigned i = index / 2;

	*m = (struct mutant){ .pie = !(index & 1), .bytes = BUILT_BYTES };
	if (i < header) {
		const struct mutant_field *f = &mutant_header[i / MUTANT_EDGES];
		mutant_field_edge(m, "", f, f->at, i % MUTANT_EDGES);
		return true;
	}
	i -= header;
	if (i < phdrs) {
		unsigned phdr = i / MUTANT_EDGES / COUNT_OF(mutant_phdr);
		const struct mutant_field *f = &mutant_phdr[i / MUTANT_EDGES % COUNT_OF(mutant_phdr)];
		char of[16];
		snprintf(of, sizeof of, "%s-", mutant_phdr_names[phdr]);
		mutant_field_edge(m, of, f, PH_TEXT + 56 * phdr + f->at, i % MUTANT_EDGES);
		return true;
	}
	i -= phdrs;
	if (i < sums) {
		unsigned sum = i / MUTANT_SUM_EDGES;
		mutant_sum_edge(m, sum / COUNT_OF(mutant_sums), sum % COUNT_OF(mutant_sums), i % MUTANT_SUM_EDGES);
		return true;
	}
	i -= sums;
	if (i >= COUNT_OF(mutant_cuts))
		return false;
	m->bytes = mutant_cuts[i];
	snprintf(m->name, sizeof m->name, "cut-%x", mutant_cuts[i]);
	return true;
}

/* The next mutant from *index on that differs from the whole kernel, as a file; *index is then past it. */
static inline bool mutant_next(unsigned *index, uint16_t machine, struct mutant *m, struct elf_image *f)
{
	static struct elf_image whole;

	while (mutant_describe((*index)++, m)) {
		elf_build(&whole, machine, m->pie);
		*f = whole;
		f->bytes = m->bytes;
		for (unsigned i = 0; i < COUNT_OF(m->patch); i++)
			put(f, m->patch[i].at, m->patch[i].bytes, m->patch[i].value);
		if (f->bytes != whole.bytes || memcmp(f->data, whole.data, sizeof f->data) != 0)
			return true;
	}
	return false;
}

/* ---- The verdict, step by step as the loader comes to it --------------------------------------------------- */

struct mutant_reading {
	struct elf_reading elf;
	uint64_t slide;
};

static inline const struct plan_layout *mutant_layout(uint16_t machine)
{
	return machine == 62 ? &plan_x86_64_4 : machine == 183 ? &plan_aarch64 : &plan_riscv_sv39;
}

/* `file` has exactly `bytes` bytes. */
static inline enum err mutant_read(const uint8_t *file, size_t bytes, uint16_t machine, struct mutant_reading *r,
                                   struct problem *p)
{
	struct elf_rules rules = { .machine = machine };
	struct elf_reading *elf = &r->elf;
	uint32_t arch = machine == 62    ? HOBNAIL_ARCH_X86_64
	                : machine == 183 ? HOBNAIL_ARCH_AARCH64
	                                 : HOBNAIL_ARCH_RISCV64;

	memset(r, 0, sizeof *r);
	enum err e = elf_open(file, bytes < 64 ? bytes : 64, bytes, &rules, &elf->file, p);
	if (!e) e = elf_segments(&elf->file, file + elf->file.program_headers, &rules, &elf->layout, p);
	if (!e) e = read_notes_of(file, elf, arch, p);
	if (!e) e = plan_segments(mutant_layout(machine), &elf->file, &elf->layout, false, &r->slide, p);
	if (!e && elf->file.position_independent)
		e = elf_dynamic(&elf->layout, file + elf->layout.dynamic_offset, elf->layout.dynamic.bytes,
		                &elf->dynamic, p);
	if (!e && elf->file.position_independent)
		e = relocate_copy(file, elf, 16 << 20, p);
	return e;
}

static inline bool mutant_entry_is_code(const struct elf_reading *r)
{
	for (unsigned i = 0; i < r->layout.segment_count; i++) {
		const struct elf_segment *s = &r->layout.segments[i];
		if (r->file.entry >= s->virt && r->file.entry - s->virt < s->file_bytes)
			return s->rights & ELF_EXECUTE;
	}
	return false;
}

static inline bool mutant_overlaps(const struct mutant_reading *r, unsigned i)
{
	const struct elf_segment *s = r->elf.layout.segments;

	for (unsigned k = 0; k < i; k++)
		if (ranges_overlap(s[i].virt, s[i].memory_bytes, s[k].virt, s[k].memory_bytes) ||
		    ranges_overlap(s[i].run, s[i].memory_bytes, s[k].run, s[k].memory_bytes))
			return true;
	return false;
}

/* What must be true of a kernel that was not refused; NULL, or what is not. */
static inline const char *mutant_is_sound(const struct mutant_reading *r, size_t bytes)
{
	const struct elf_layout *l = &r->elf.layout;

	if (!l->segment_count)
		return "it has no segment";
	if (!mutant_entry_is_code(&r->elf))
		return "its entry point is in no segment's code";
	for (unsigned i = 0; i < l->segment_count; i++) {
		const struct elf_segment *s = &l->segments[i];
		if (s->file_bytes && !range_within(s->offset, s->file_bytes, bytes))
			return "a segment is outside the file";
		if (!s->memory_bytes || s->file_bytes > s->memory_bytes)
			return "a segment's file part does not fit its memory";
		if (!range_within(s->virt, s->memory_bytes, UINT64_MAX) ||
		    !range_within(s->run, s->memory_bytes, UINT64_MAX))
			return "a segment wraps";
		if (s->low && !range_within(s->phys, s->memory_bytes, UINT64_MAX))
			return "a low segment has no place";
		if ((s->rights & (ELF_WRITE | ELF_EXECUTE)) == (ELF_WRITE | ELF_EXECUTE))
			return "a segment is writable and executable";
		if (mutant_overlaps(r, i))
			return "segments overlap";
	}
	for (unsigned i = 0; i < l->note_count; i++)
		if (!range_within(l->notes[i].base, l->notes[i].bytes, bytes))
			return "a note is outside the file";
	if (l->dynamic.bytes && !range_within(l->dynamic_offset, l->dynamic.bytes, bytes))
		return "its dynamic table is outside the file";
	return NULL;
}

#endif
