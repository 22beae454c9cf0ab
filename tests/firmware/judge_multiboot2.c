/* judge_multiboot2.c — what must hold when a Multiboot2 kernel is entered: segments, information, modules, and boot
 * services that are gone or alive, by the entry. */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocols.h"

static char said[512];
#define WRONG(...) (snprintf(said, sizeof said, __VA_ARGS__), said)
#define LL(n) ((unsigned long long)(n))

enum { AT_HEADER = AT_TEXT + 0x80 };

/* ---- The kernel ---------------------------------------------------------------------------------------- */

static uint64_t put_tag(uint64_t at, uint16_t type, const uint32_t *words, unsigned count)
{
	put16(&world_elf, at, type);
	put16(&world_elf, at + 2, 0);
	put32(&world_elf, at + 4, 8 + 4 * count);
	for (unsigned i = 0; i < count; i++)
		put32(&world_elf, at + 8 + 4 * i, words[i]);
	return at + align_up(8 + 4 * count, 8);
}

void world_put_multiboot2(bool within)
{
	static const uint32_t asked[] = { 3, 6 }, screen[] = { 64, 48, 32 };
	uint32_t entry = (uint32_t)read_le64(world_elf.data + EH_ENTRY);
	uint64_t at = AT_HEADER + 16;

	put32(&world_elf, PH_NOTE, 0);
	put32(&world_elf, SH_NOTE + SH_KIND, 0);
	at = put_tag(at, 1, asked, within ? 1 : 2);
	at = put_tag(at, 5, screen, 3);
	if (within) {
		at = put_tag(at, 7, NULL, 0);
		at = put_tag(at, 9, &entry, 1);
	}
	at = put_tag(at, 0, NULL, 0);
	put32(&world_elf, AT_HEADER, 0xe85250d6);
	put32(&world_elf, AT_HEADER + 4, 0);
	put32(&world_elf, AT_HEADER + 8, at - AT_HEADER);
	put32(&world_elf, AT_HEADER + 12, 0 - (0xe85250d6 + (uint32_t)(at - AT_HEADER)));
}

/* ---- Information --------------------------------------------------------------------------------------- */

static const uint8_t *memory(paddr at)
{
	return (const uint8_t *)(uintptr_t)at;
}

static const uint8_t *find(uint32_t kind, unsigned n)
{
	const uint8_t *info = memory(handoff.argument), *end = info + read_le32(info);

	for (const uint8_t *t = info + 8; t < end && read_le32(t); t += align_up(read_le32(t + 4), 8))
		if (read_le32(t) == kind && n-- == 0)
			return t;
	return NULL;
}

static const char *judge_tags(bool within)
{
	static const struct { uint8_t kind; bool flat, within; } kinds[] = {
		{ 1, true, true }, { 2, true, true }, { 4, true, false }, { 6, true, false },
		{ 8, true, true }, { 12, true, true }, { 17, true, false }, { 18, false, true }, { 20, false, true },
	};

	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		bool wanted = within ? kinds[i].within : kinds[i].flat;
		if (kinds[i].kind == 8)
			wanted = !fake.options.no_gop;
		if (!wanted != !find(kinds[i].kind, 0) && kinds[i].kind != 8)
			return WRONG("tag %u is%s there", kinds[i].kind, wanted ? " not" : "");
	}
	return NULL;
}

/* Memory that the kernel is told of. */
static bool may_be_high(uint64_t at)
{
	return at >= ARENA && at - ARENA < ARENA_PAGES * PAGE_BYTES && fake.anywhere[(at - ARENA) / PAGE_BYTES];
}

/* Without a configuration there are none. */
static const char *judge_modules(void)
{
	static const char *const paths[] = { "\\boot\\one.bin", "\\boot\\two.bin" };

	for (unsigned i = 0; i < COUNT_OF(paths) && (i || find(3, 0)); i++) {
		const struct fake_file *f = fake_find(paths[i]);
		const uint8_t *t = find(3, i);
		if (!t || !f)
			return WRONG("module %u is not there", i);
		uint32_t from = read_le32(t + 8), to = read_le32(t + 12);
		if (from % PAGE_BYTES || to - from > f->bytes || memcmp(memory(from), f->data, to - from) != 0)
			return WRONG("module %u is not what its file has", i);
		if (may_be_high(from))
			return WRONG("module %u may lie above 4 GiB", i);
	}
	return NULL;
}

/* ---- Memory -------------------------------------------------------------------------------------------- */

static const char *judge_segments(void)
{
	const struct fake_file *f = fake_find("\\boot\\kernel.elf");

	for (unsigned ph = PH_TEXT; ph <= PH_DATA; ph += PH_DATA - PH_TEXT) {
		const uint8_t *h = f->data + ph;
		uint64_t phys = read_le64(h + PH_PADDR), bytes = read_le64(h + PH_FILESZ);
		if (memcmp(memory(phys), f->data + read_le64(h + PH_OFFSET), bytes) != 0)
			return WRONG("the segment at %#llx is not as the file has it", LL(phys));
		for (uint64_t i = bytes; i < read_le64(h + PH_MEMSZ); i++)
			if (memory(phys)[i])
				return WRONG("the segment at %#llx has no zeros behind the file's bytes", LL(phys));
	}
	return NULL;
}

/* All that the kernel gets lies in memory that its map has as available. */
static const char *judge_map(void)
{
	const uint8_t *map = find(6, 0), *end = map + read_le32(map + 4);
	bool found = false;
	uint64_t last = 0;

	for (const uint8_t *e = map + 16; e < end; e += 24) {
		if (read_le64(e) < last || !read_le64(e + 8))
			return WRONG("the memory map is not in order at %#llx", LL(read_le64(e)));
		last = read_le64(e) + read_le64(e + 8);
		found |= read_le32(e + 16) == 1 && handoff.argument >= read_le64(e) && handoff.argument < last;
	}
	return found ? NULL : WRONG("the information is in no memory that is available");
}

const char *world_judge_multiboot2(void)
{
	bool within = find(18, 0);

	if (fake.exited == within)
		return WRONG("boot services are %s", within ? "gone" : "alive");
	if (handoff.signature != 0x36d76289)
		return WRONG("the signature is %#x", handoff.signature);
	if (may_be_high(handoff.argument))
		return WRONG("the information may lie above 4 GiB");
	const char *why = judge_tags(within);
	if (!why) why = judge_modules();
	if (!why) why = judge_segments();
	if (!why && !within) why = judge_map();
	return why;
}
