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

/* A word of the command line, and how the kernel fails then. */
struct way {
	const char *word;
	void (*fail)(const struct hobnail_boot *boot);
};

/* Fail in each way that the command line names. "It goes on" is said only if nothing stopped the kernel. */
__attribute__((always_inline, noreturn)) static inline void fail_as_told(const struct hobnail_boot *boot,
                                                                         const struct way *ways, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (told(boot, ways[i].word))
			ways[i].fail(boot);
	give_up("it goes on");
}

/* Deeper than any stack. */
unsigned fill_stack(unsigned depth);

/* Where something of the kernel's own lies in physical memory. */
static inline uint64_t phys_of(const struct hobnail_boot *boot, const void *what)
{
	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(boot, &boot->segments, i);
		if ((uintptr_t)what - s->virt < s->bytes)
			return (uintptr_t)what - s->virt + s->phys;
	}
	give_up("it is in no segment");
}

#endif
