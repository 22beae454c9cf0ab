/* breaks P32: a word of initialised data is not as in the file */
#include "broken.h"

/* pith has a pointer to its first instruction there. */
void sabotage_checked(struct boot *b)
{
	uint64_t *word = memory_at(b->attempt.kernel.layout.segments[PITH_DATA].loaded);

	for (size_t i = 0; i < PAGE_BYTES / sizeof *word; i++) {
		if (word[i] == b->attempt.kernel.layout.segments[PITH_TEXT].run) {
			word[i] += 8;
			return;
		}
	}
}
