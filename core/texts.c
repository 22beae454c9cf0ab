#include "texts.h"

#include "packed.h"

extern const struct packed packed_texts; /* out/gen/texts.c */

/* They are opened when one is wanted for the first time: here, and again in a copy of this program, which has this pointer
 * from here, but not what it points at. */
static SCRATCH struct packed_open texts;
static const struct packed_open *opened;

size_t texts_read(unsigned index, char *out, size_t size)
{
	if (opened != &texts)
		packed_open(&packed_texts, &texts);
	opened = &texts;
	return packed_text(&texts, index, out, size);
}
