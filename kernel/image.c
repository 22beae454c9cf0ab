#include "image.h"

#include "arch.h"
#include "base.h"

/* Symbols of kernel.ld: only their addresses have a meaning. */
extern const char image_text[], image_text_end[], image_rodata[], image_rodata_end[], image_data[], image_data_end[],
	image_dynamic[], image_dynamic_end[];
extern const struct hobnail_note image_notes[], image_notes_end[];

struct image_segment image_segment(unsigned i)
{
	const struct image_segment segments[IMAGE_SEGMENTS] = {
		{ "text", (uint64_t)image_text, (uint64_t)(image_text_end - image_text),
		  HOBNAIL_READ | HOBNAIL_EXECUTE },
		{ "rodata", (uint64_t)image_rodata, (uint64_t)(image_rodata_end - image_rodata), HOBNAIL_READ },
		{ "data", (uint64_t)image_data, (uint64_t)(image_data_end - image_data), HOBNAIL_READ | HOBNAIL_WRITE },
	};

	return segments[i];
}

unsigned image_note_count(void)
{
	return (unsigned)(image_notes_end - image_notes);
}

const struct hobnail_note *image_note(unsigned i)
{
	return &image_notes[i];
}

uint64_t image_request(uint32_t request, uint64_t otherwise)
{
	for (unsigned i = 0; i < image_note_count(); i++)
		if ((image_notes[i].type & ~HOBNAIL_REQUIRED) == request)
			return image_notes[i].value_low | (uint64_t)image_notes[i].value_high << 32;
	return otherwise;
}

bool image_is_relocatable(void)
{
	return (uintptr_t)image_dynamic != (uintptr_t)image_dynamic_end;
}

/* ---- Relocation ---------------------------------------------------------------------------------------- */

/* Pointers in .data that the linker (static) or the loader (position-independent) must have relocated. `volatile` makes
 * the compiler read them from memory. */
static const uint64_t in_rodata = 1;
static const void *volatile pointers[] = { image_text, image_data, &in_rodata, (const void *)image_note };

unsigned image_pointer_count(void)
{
	return COUNT_OF(pointers);
}

void image_pointer(unsigned i, uint64_t *word, uint64_t *address)
{
	/* Computed from the program counter, without relocation. */
	const void *const here[COUNT_OF(pointers)] = {
		image_text, image_data, &in_rodata, (const void *)image_note
	};

	*word = (uint64_t)pointers[i];
	*address = (uint64_t)here[i];
}

/* ---- Zeroed memory ------------------------------------------------------------------------------------- */

static const uint8_t untouched[3 * PAGE_BYTES] __attribute__((section(".bss.untouched")));

const uint8_t *image_untouched(uint64_t *bytes)
{
	*bytes = sizeof untouched;
	return untouched;
}
