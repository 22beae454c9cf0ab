#include "image.h"

#include <string.h>

uint64_t image_bytes(void)
{
	return (uint64_t)(image_end - image_base);
}

static uint64_t offset_of(const char *symbol)
{
	return (uint64_t)(symbol - image_base);
}

struct image image_shape(void)
{
	return (struct image){
		.base = (uintptr_t)image_base,
		.text = offset_of(image_text), .text_end = offset_of(image_text_end),
		.code_end = offset_of(image_code_end),
		.rodata = offset_of(image_rodata), .rodata_end = offset_of(image_rodata_end),
		.data = offset_of(image_data), .end = image_bytes(),
	};
}

/* image_relr: the relocations that elf2efi also turned into PE base relocations. System V gABI, "Relative
 * Relocation Table": an even word is the address of a word to move; an odd one has a bit for each of the 63 words
 * after those before it. */
void image_copy(void *to, uint64_t virt)
{
	uint64_t base = (uintptr_t)image_base, bytes = image_bytes();
	uint64_t *next = NULL; /* the word of an odd entry's lowest bit */

	memcpy((char *)to + (image_text - image_base), image_text, (size_t)(image_scratch - image_text));
	for (const uint64_t *r = image_relr; r < image_relr_end; r++) {
		bool is_address = !(*r & 1);
		uint64_t *word = is_address ? (uint64_t *)(void *)((char *)to + *r) : next;

		next = word + (is_address ? 1 : 63);
		for (uint64_t bits = is_address ? 1 : *r >> 1; bits; bits >>= 1, word++)
			if (bits & 1 && *word - base < bytes)
				*word += virt - base;
	}
}
