/* image.h — the loader's own image, and its second copy in the net.
 *
 * The linker script gives the three parts page-aligned symbols. The copy runs at another virtual address than the one
 * that the firmware relocated us to; every word that a base relocation names is moved along with it. */
#ifndef LOADER_IMAGE_H
#define LOADER_IMAGE_H

#include "base.h"

#pragma GCC visibility push(hidden) /* reached relative to the code, not through a table */
extern char image_base[]; /* linked address 0; the first page holds the PE header */
extern char image_text[], image_text_end[];
extern char image_code_end[]; /* not aligned: from here on the text is room that is filled in the copy, and that not every
                                 firmware lets its own image execute (EDK2) */
extern char image_rodata[], image_rodata_end[];
extern char image_data[], image_scratch[], image_scratch_end[], image_end[];
#pragma GCC visibility pop

/* For what is not needed once the firmware has left: it lies behind image_end. */
#define IMAGE_UNTIL_EXIT __attribute__((section(".bss..until_exit")))

/* Bytes from image_base to image_end, a multiple of 4096. */
uint64_t image_bytes(void);

/* Is this an address of the running image's (in the net: the copy's) code? */
static inline bool image_has_code(uint64_t at)
{
	return at - (uintptr_t)image_text < (uint64_t)(image_text_end - image_text);
}

/* Copy the running image to `to` (image_bytes() long) so that it runs at `virt`. Only pointers that still point into
 * the image are moved. What lies between image_scratch and its end is not copied (SCRATCH). */
void image_copy(void *to, uint64_t virt);

#endif
