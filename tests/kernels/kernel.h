/* kernel.h — what the kernels of this folder share: a voice and a way to wait. Of the loader they know
 * include/hobnail/boot.h alone; each is the shape of a real project, and nothing more than its shape.
 *
 * They are entered in C: the stack is the loader's, the record is the first argument. */
#ifndef TESTS_KERNELS_KERNEL_H
#define TESTS_KERNELS_KERNEL_H

#include <hobnail/boot.h>

#include "base.h"

/* Speak on the record's debug console from now on; nothing is said where there is none. */
void voice_open(const struct hobnail_boot *boot);

/* One line, with "kernel: " before it; as printf, within lib/format.h. */
void say(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* Interrupts masked, for ever. */
void wait_for_ever(void) __attribute__((noreturn));

/* A failed expectation: say so and wait. */
void give_up(const char *why) __attribute__((noreturn));

/* Is `word` one of the kernel's command line? */
bool told(const struct hobnail_boot *boot, const char *word);

#endif
