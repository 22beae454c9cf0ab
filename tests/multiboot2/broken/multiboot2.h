/* multiboot2.h — for loaders that break one promise of docs/multiboot2.md on purpose.
 *
 * Each file of this folder defines functions of loader/sabotage.h for one build of the loader, as those of
 * tests/broken/ do. tests/multiboot2/broken.list says with which build of the conformance kernel it is booted, and
 * which promises must fail. The information is read as the kernel reads it: nothing here knows how the loader writes
 * it. Multiboot2 Specification 2.0, "Boot information format". */
#ifndef TESTS_MULTIBOOT2_BROKEN_H
#define TESTS_MULTIBOOT2_BROKEN_H

#include "../../broken/broken.h"

#include <string.h>

#include "system_table.h"

/* A type that no kernel knows: a tag that has it is not there. */
enum { NO_TAG = 1000 };

/* A tag's fields: two words begin it. Modules have their end behind their start. */
enum { TAG_TYPE = 0, TAG_SIZE = 4, TAG_FIRST = 8, TAG_SECOND = 12, TAG_THIRD = 16, MODULE_TEXT = 16 };

/* Segments of the judges, in the order of their link script. */
enum { JUDGE_TEXT, JUDGE_DATA };

static inline void broken_write(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof value);
}

static inline uint8_t *broken_information(const struct boot *b)
{
	return memory_at(b->attempt.handoff->argument);
}

static inline EFI_BOOT_SERVICES *broken_services(const struct boot *b)
{
	return ((EFI_SYSTEM_TABLE *)b->fw.system_table)->BootServices;
}

/* The n-th tag of a type, from 0; NULL: there is none. */
static inline uint8_t *broken_tag(uint8_t *information, uint32_t type, unsigned n)
{
	for (uint8_t *t = information + 8; read_le32(t); t += align_up(read_le32(t + TAG_SIZE), 8))
		if (read_le32(t) == type && n-- == 0)
			return t;
	return NULL;
}

/* End a tag earlier. What is left of it is a tag that nobody knows. */
static inline void broken_shorten(uint8_t *tag, uint32_t bytes)
{
	uint32_t before = (uint32_t)align_up(read_le32(tag + TAG_SIZE), 8), after = (uint32_t)align_up(bytes, 8);

	broken_write(tag + TAG_SIZE, bytes);
	if (after == before)
		return;
	broken_write(tag + after + TAG_TYPE, NO_TAG);
	broken_write(tag + after + TAG_SIZE, before - after);
}

/* Another tag before the end tag, with zeros in it. There is room: the loader takes more than it needs. */
static inline uint8_t *broken_append(struct boot *b, uint32_t type, uint32_t bytes)
{
	uint8_t *information = broken_information(b), *tag = information + b->multiboot2.bytes - 8;
	uint32_t room = (uint32_t)align_up(bytes, 8);

	memset(tag, 0, room + 8);
	broken_write(tag + TAG_TYPE, type);
	broken_write(tag + TAG_SIZE, bytes);
	broken_write(tag + room + TAG_SIZE, 8);
	b->multiboot2.bytes += room;
	broken_write(information, b->multiboot2.bytes);
	return tag;
}

/* Break the first tag of a type, `tag`, after preflight. */
#define BROKEN_TAG(type, statement) \
	void sabotage_checked(struct boot *b) \
	{ \
		uint8_t *tag = broken_tag(broken_information(b), type, 0); \
		if (tag) \
			statement; \
	}

/* The same of a tag that is written at the exit. */
#define BROKEN_LATE_TAG(type, statement) \
	void sabotage_entry(struct handoff *h) \
	{ \
		uint8_t *tag = broken_tag(memory_at(h->argument), type, 0); \
		if (tag) \
			statement; \
	}

/* Break a segment of the kernel, `s`, whose bytes are at `bytes`, after preflight. */
#define BROKEN_SEGMENT(number, statement) \
	void sabotage_checked(struct boot *b) \
	{ \
		const struct elf_segment *s = &b->attempt.kernel.layout.segments[number]; \
		uint8_t *bytes = memory_at(s->loaded); \
		statement; \
	}

/* In the last map, give all entries of one type another one. */
#define BROKEN_TYPE(from, to) \
	void sabotage_map(struct boot *b, struct memmap *m) \
	{ \
		(void)b; \
		for (size_t i = 0; i < m->count; i++) \
			if (m->entries[i].type == (from)) \
				m->entries[i].type = (to); \
	}

/* Enter by way of `code`, of 32 or of 64 bits. By the i386 entry the net is at its physical address, and ECX is the
 * label 1; the file takes the detour in sabotage_entry(). */
extern const char detour[];
extern uint32_t detour_to;
#define DETOUR_FLAT(code) \
	uint32_t detour_to; \
	__asm__(".pushsection .text\n" \
	        ".code32\n" \
	        "detour:\n\t" \
	        "call 1f\n1:\tpop %ecx\n\t" /* on whatever stack there is */ \
	        code "\n\t" \
	        "jmp *(detour_to - 1b)(%ecx)\n" \
	        ".code64\n" \
	        ".popsection"); \
	static void detour_take(struct handoff *h) \
	{ \
		detour_to = (uint32_t)h->entry; \
		h->entry = (uintptr_t)detour; \
	}
#define DETOUR_WITHIN(code) \
	uint32_t detour_to; \
	__asm__(".pushsection .text\n" \
	        "detour:\n\t" code "\n\t" \
	        "mov detour_to(%rip), %ecx\n\tjmp *%rcx\n" \
	        ".popsection"); \
	void sabotage_checked(struct boot *b) \
	{ \
		detour_to = (uint32_t)b->attempt.kernel.entry; \
		b->attempt.kernel.entry = (uintptr_t)detour; \
	}

#endif
