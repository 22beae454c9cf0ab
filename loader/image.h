/* image.h — the loader's own image, and its second copy in the net.
 *
 * The linker script gives the three parts page-aligned symbols. The copy runs at another virtual address than the one
 * that the firmware relocated us to, so every word that a base relocation names is adjusted. */
#ifndef LOADER_IMAGE_H
#define LOADER_IMAGE_H

#include "attempt.h"

extern char image_base[]; /* linked address 0; the first page holds the PE header */
extern char image_text[], image_text_end[];
/* Not aligned. The rest of the text is room that is filled in the copy. Some firmware (EDK2) does not let its own
 * image execute there. */
extern char image_code_end[];
extern char image_rodata[], image_rodata_end[];
extern char image_data[], image_scratch[], image_end[];
extern const uint64_t image_relr[], image_relr_end[];

/* For data that is not needed once the firmware has left: it lies behind image_end. */
#define IMAGE_UNTIL_EXIT __attribute__((section(".bss..until_exit")))

/* For functions that run only while the firmware is there, in a file that has others, too. Whole files have
 * until_exit.h. */
#define IMAGE_CODE_UNTIL_EXIT __attribute__((section(".until_exit.text")))

/* For memory that is written before it is read, in the net, too: image_copy() leaves it out. */
#define IMAGE_SCRATCH __attribute__((section(".bss..scratch")))

/* Bytes from image_base to image_end, a multiple of 4096. */
uint64_t image_bytes(void);

/* The running image's shape. */
struct image image_shape(void);

/* The net's address of something in this image. */
static inline uint64_t image_net_address(const struct handoff *h, const void *in_image)
{
	return (uintptr_t)in_image - (uintptr_t)image_base + h->net_virt;
}

/* Is this an address in the running image's code? In the net that is the copy's. */
static inline bool image_has_code(uint64_t at)
{
	return at - (uintptr_t)image_text < (uint64_t)(image_text_end - image_text);
}

/* Copy the running image to `to` (image_bytes() long) so that it runs at `virt`. Only pointers that still point into
 * the image are moved. */
void image_copy(void *to, uint64_t virt);

#endif
