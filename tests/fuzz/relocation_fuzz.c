/* Relocations of an image that is made from the input: its segments, its tables, its words. What is relocated is
 * what a reader of a few lines relocates, and nothing outside the segments changes, also when it ends in a refusal. */
#include "elf.h"
#include "fuzz.h"

enum { IMAGE_MOST = 4096, SEGMENTS_MOST = 3 };

#define LINKED 0xffffffff80000000ull

struct made {
	struct elf_layout layout;
	struct elf_dynamic dynamic;
	uint16_t machine;
	uint64_t slide;
	uint64_t bytes;
};

static void make_segments(struct made *m, struct input *in)
{
	uint64_t at = LINKED;

	m->layout.segment_count = 1 + pick(in, SEGMENTS_MOST);
	for (unsigned i = 0; i < m->layout.segment_count; i++) {
		uint64_t bytes = 1 + pick(in, 256) * 4;
		m->layout.segments[i] = (struct elf_segment){
			.virt = at, .offset = 0x1000 + (at - LINKED), .file_bytes = bytes, .memory_bytes = bytes,
			.alignment = PAGE_BYTES, .rights = ELF_READ, .index = i,
		};
		at += bytes + pick(in, 32);
	}
	const struct elf_segment *last = &m->layout.segments[m->layout.segment_count - 1];
	m->bytes = last->virt + last->memory_bytes - LINKED;
}

/* A table of whole entries inside a segment, as elf_dynamic() leaves it. */
static struct span make_table(const struct made *m, struct input *in, uint64_t entry_bytes)
{
	const struct elf_segment *s = &m->layout.segments[pick(in, m->layout.segment_count)];
	uint64_t offset = min_u64(pick(in, 128) * 8, s->memory_bytes);
	uint64_t count = min_u64(pick(in, 32), (s->memory_bytes - offset) / entry_bytes);

	return count ? (struct span){ s->virt + offset, count * entry_bytes } : (struct span){ 0, 0 };
}

/* ---- The reader of a few lines ------------------------------------------------------------------------------ */

static bool in_segment(const struct made *m, uint64_t at, uint64_t bytes)
{
	for (unsigned i = 0; i < m->layout.segment_count; i++) {
		uint64_t first = m->layout.segments[i].virt - LINKED;
		if (at >= first && at <= m->bytes && at + bytes <= first + m->layout.segments[i].memory_bytes)
			return true;
	}
	return false;
}

static bool put_word(const struct made *m, uint8_t *image, uint64_t place, bool add, uint64_t value)
{
	uint64_t old;

	if (!in_segment(m, place - LINKED, 8))
		return false;
	memcpy(&old, image + (place - LINKED), 8);
	value += add ? old : 0;
	memcpy(image + (place - LINKED), &value, 8);
	return true;
}

static bool reference_rela(const struct made *m, uint8_t *image)
{
	uint64_t relative = m->machine == 62 ? 8 : m->machine == 183 ? 1027 : 3;

	for (uint64_t at = 0; at < m->dynamic.rela.bytes; at += 24) {
		uint64_t entry[3];
		memcpy(entry, image + (m->dynamic.rela.base - LINKED) + at, 24);
		uint32_t type = (uint32_t)entry[1];
		if (type && (type != relative || !put_word(m, image, entry[0], false, entry[2] + m->slide)))
			return false;
	}
	return true;
}

static bool reference_relr(const struct made *m, uint8_t *image)
{
	uint64_t where = 0;
	bool started = false;

	for (uint64_t at = 0; at < m->dynamic.relr.bytes; at += 8) {
		uint64_t entry;
		memcpy(&entry, image + (m->dynamic.relr.base - LINKED) + at, 8);
		if (entry % 2 == 0) {
			if (!put_word(m, image, entry, true, m->slide))
				return false;
			where = entry + 8;
			started = true;
			continue;
		}
		if (!started || where > UINT64_MAX - 504)
			return false;
		for (unsigned i = 0; i < 63; i++)
			if (entry >> (i + 1) & 1 && !put_word(m, image, where + 8 * i, true, m->slide))
				return false;
		where += 504;
	}
	return true;
}

/* ---- The target --------------------------------------------------------------------------------------------- */

static void require_gaps_untouched(const struct made *m, const uint8_t *before, const uint8_t *after)
{
	for (uint64_t at = 0; at < m->bytes; at++)
		require(before[at] == after[at] || in_segment(m, at, 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const uint16_t machines[] = { ELF_MACHINE_X86_64, ELF_MACHINE_AARCH64, ELF_MACHINE_RISCV };
	static uint8_t before[IMAGE_MOST], want[IMAGE_MOST];
	struct input in = { data, bytes };
	struct made m = { .machine = machines[pick(&in, 3)], .slide = take(&in, 8) };
	struct problem p = { .code = OK };
	char sentence[256];

	make_segments(&m, &in);
	m.dynamic.rela = make_table(&m, &in, 24);
	m.dynamic.relr = make_table(&m, &in, 8);
	memset(before, 0, m.bytes);
	memcpy(before, in.at, min_u64(m.bytes, in.left));
	memcpy(want, before, m.bytes);
	uint8_t *image = copy_of(before, m.bytes);
	enum err e = elf_relocate(&m.layout, &m.dynamic, m.machine, image, LINKED, m.bytes, m.slide, &p);
	require((e == OK) == (reference_rela(&m, want) && reference_relr(&m, want)));
	require(memcmp(image, want, m.bytes) == 0);
	require_gaps_untouched(&m, before, image);
	if (e)
		require(p.code == e && err_sentence(&p, sentence, sizeof sentence) > 0);
	free(image);
	return 0;
}
