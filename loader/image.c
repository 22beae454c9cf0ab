#include "image.h"

#include <string.h>

/* The relocations that elf2efi also turned into PE base relocations. System V gABI, "Relative Relocation Table": an even
 * word is the address of a word to move; an odd one has a bit for each of the 63 words after those before it. */
extern const uint64_t image_relr[], image_relr_end[];

uint64_t image_bytes(void)
{
	return (uint64_t)(image_end - image_base);
}

static void copy_part(void *to, const char *part, const char *end)
{
	memcpy((char *)to + (part - image_base), part, (size_t)(end - part));
}

void image_copy(void *to, uint64_t virt)
{
	uint64_t base = (uintptr_t)image_base, bytes = image_bytes();
	uint64_t *next = NULL; /* the word of an odd entry's lowest bit */

	copy_part(to, image_text, image_scratch);
	copy_part(to, image_scratch_end, image_end);
	for (const uint64_t *r = image_relr; r < image_relr_end; r++) {
		bool is_address = !(*r & 1);
		uint64_t *word = is_address ? (uint64_t *)(void *)((char *)to + *r) : next;

		next = word + (is_address ? 1 : 63);
		for (uint64_t bits = is_address ? 1 : *r >> 1; bits; bits >>= 1, word++)
			if (bits & 1 && *word - base < bytes)
				*word += virt - base;
	}
}
