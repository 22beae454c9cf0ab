/* limine.h — for loaders that break one promise of docs/limine.md on purpose.
 *
 * Each file of this folder defines functions of loader/sabotage.h for one build of the loader, as those of
 * tests/broken/ do. tests/limine/broken.list says with which build of the conformance kernel it is booted, and which
 * promises must fail. Answers are found as the kernel finds them: through the requests in its image. Nothing here
 * knows how the loader makes them. */
#ifndef TESTS_LIMINE_BROKEN_H
#define TESTS_LIMINE_BROKEN_H

#include "../../broken/broken.h"

/* Third words of identifiers. The Limine Boot Protocol, "Feature List". */
#define WORD_BOOTLOADER_INFO  0xf55038d8e2a1202f
#define WORD_FIRMWARE_TYPE    0x8c2f75d90bef28a8
#define WORD_FRAMEBUFFER      0x9d5827dcd881dd75
#define WORD_PAGING_MODE      0x95c1a0edab0944cb
#define WORD_MP               0x95a67b819a1b857e
#define WORD_MEMORY_MAP       0x67cf3d9d378a806f
#define WORD_FILE             0xad97e90e83f1ed67
#define WORD_MODULES          0x3e7e279702be32af
#define WORD_RSDP             0xc5e77b6b397e7b43
#define WORD_SMBIOS           0x9e9046f11e095391
#define WORD_SYSTEM_TABLE     0x5ceba5163eaaf6d6
#define WORD_EFI_MAP          0x7df62a431d6872d5
#define WORD_DATE             0x502746e184c088aa
#define WORD_ADDRESS          0x71ba76863cc55f63
#define WORD_DEVICE_TREE      0xb40ddb48fb54bac7
#define WORD_PERFORMANCE      0x6b50ad9bf36d13ad
#define WORD_ENTROPY          0x65ea80255d5682c5
#define WORD_TPM_LOG          0x98e094fc7e76e979
#define WORD_KEEP_IOMMU       0x8ebaabe51f490179
#define WORD_TSC_FREQUENCY    0x10f2ee1d87d195e4
#define WORD_FLANTERM         0x3259399fe7c5f126
#define WORD_RISCV_HART       0x1369359f025525f9
#define WORD_UNKNOWN          0x6b696e67206f6620 /* tests/limine/requests.c */
#define WORD_TAG_FIRST        0xf9562b2d5c95a6c8 /* the first word of the base revision tag */

enum { WORD_RESPONSE = 5 };

/* The first word with this value in the kernel's data; NULL: there is none. */
static inline uint64_t *broken_word(const struct boot *b, uint64_t value)
{
	const struct elf_segment *s = &b->attempt.kernel.layout.segments[PITH_DATA];
	uint64_t *words = memory_at(s->loaded);

	for (uint64_t k = 0; k < s->file_bytes / sizeof *words; k++)
		if (words[k] == value)
			return &words[k];
	return NULL;
}

/* The tag between the delimiters: those outside say 0x5a5a5a5a5a5a5a5a. */
static inline uint64_t *broken_tag(const struct boot *b)
{
	uint64_t *word = broken_word(b, WORD_TAG_FIRST);

	while (*word != WORD_TAG_FIRST || word[2] == 0x5a5a5a5a5a5a5a5a)
		word++;
	return word;
}

/* The first request of this kind. The kernel has requests outside its delimiters for two kinds. */
static inline uint64_t *broken_request(const struct boot *b, uint64_t third)
{
	uint64_t *word = broken_word(b, third);

	return word ? word - 2 : NULL;
}

/* A pointer of an answer, as the loader reaches its target before the exit. */
static inline void *broken_target(const struct boot *b, uint64_t pointer)
{
	return memory_at(pointer - b->attempt.space.plan.direct_map);
}

/* The answer to a request, NULL without one. */
static inline uint64_t *broken_answer(const struct boot *b, uint64_t third)
{
	const uint64_t *request = broken_request(b, third);

	return request && request[WORD_RESPONSE] ? broken_target(b, request[WORD_RESPONSE]) : NULL;
}

/* Break an answer after preflight. `answer` is there as words: its revision, and its fields. */
#define BROKEN_ANSWER(third, statement) \
	void sabotage_checked(struct boot *b) \
	{ \
		uint64_t *answer = broken_answer(b, third); \
		if (answer) \
			statement; \
	}

/* The memory map is written after the exit. Give its memory to the hand-off, and break it in the net: `count` entries
 * are base, length and type each. */
#define BROKEN_MAP(statement) \
	static uint64_t broken_map_at, broken_offset; \
	void sabotage_space(struct boot *b) \
	{ \
		enum { MAP_PAGES = 32 }; \
		struct problem p; \
		const uint64_t *request = broken_request(b, WORD_MEMORY_MAP); \
		broken_offset = b->attempt.space.plan.direct_map; \
		broken_map_at = request[WORD_RESPONSE] - broken_offset; \
		handoff_touch(b->attempt.handoff, align_down(broken_map_at, PAGE_BYTES), MAP_PAGES * PAGE_BYTES, \
		              false, true, &p); \
	} \
	static uint64_t *broken_map_entry(uint64_t i) \
	{ \
		const uint64_t *answer = memory_at(broken_map_at), *pointers = memory_at(answer[2] - broken_offset); \
		return memory_at(pointers[i] - broken_offset); \
	} \
	void sabotage_entry(struct handoff *h) \
	{ \
		const uint64_t *answer = memory_at(broken_map_at); \
		uint64_t count = answer[1]; \
		(void)h, (void)count; \
		statement; \
	}

/* The first entry of a type, in BROKEN_MAP. Page 0 has a rule of its own. */
#define BROKEN_FIRST(wanted) ({ \
	uint64_t i = 0; \
	while (i + 1 < count && (broken_map_entry(i)[0] == 0 || broken_map_entry(i)[2] != (wanted))) \
		i++; \
	broken_map_entry(i); \
})

#endif
