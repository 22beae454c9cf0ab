/* image.h — pith's own image as the linker script describes it, to compare with the record. */
#ifndef KERNEL_IMAGE_H
#define KERNEL_IMAGE_H

#include <hobnail/boot.h>
#include <stdbool.h>

/* A loadable segment at its address now, not rounded to pages. */
struct image_segment {
	const char *name;
	uint64_t virt;
	uint64_t bytes;
	uint32_t flags; /* HOBNAIL_READ | ... */
};

enum { IMAGE_SEGMENTS = 3 };

/* In file order. */
struct image_segment image_segment(unsigned i);

/* Is it position-independent, placed by the loader? */
bool image_is_relocatable(void);

unsigned image_note_count(void);
const struct hobnail_note *image_note(unsigned i);

/* The value of pith's own request, or `otherwise` if pith does not make it. */
uint64_t image_request(uint32_t request, uint64_t otherwise);

/* Pointers that relocation (or loading at the linked address) makes correct: *word as in memory, *address as
 * expected. */
unsigned image_pointer_count(void);
void image_pointer(unsigned i, uint64_t *word, uint64_t *address);

/* Zero-initialised memory of the data segment (.bss) that nothing writes. */
const uint8_t *image_untouched(uint64_t *bytes);

#endif
