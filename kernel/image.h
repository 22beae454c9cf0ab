/* image.h — what the linker script says about pith itself: the other side of the record's claims. */
#ifndef KERNEL_IMAGE_H
#define KERNEL_IMAGE_H

#include <hobnail/boot.h>
#include <stdbool.h>

/* One loadable segment as linked, rounded to nothing: where it runs now. */
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

/* The value that pith's own request has, or `otherwise` if it has none. */
uint64_t image_request(uint32_t request, uint64_t otherwise);

/* Addresses that only relocation (or the right place) makes true: the words, and what they must say. */
unsigned image_pointer_count(void);
void image_pointer(unsigned i, uint64_t *word, uint64_t *address);

/* Memory of the data segment that the file does not hold and that nothing writes. */
const uint8_t *image_untouched(uint64_t *bytes);

#endif
