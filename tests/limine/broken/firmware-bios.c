/* the firmware type is BIOS */
#include "limine.h"

/* The first request of this kind is the one outside the delimiters. */
void sabotage_checked(struct boot *b)
{
	uint64_t *word = broken_word(b, WORD_FIRMWARE_TYPE) + 1;

	while (*word != WORD_FIRMWARE_TYPE)
		word++;
	((uint64_t *)broken_target(b, word[WORD_RESPONSE - 2]))[1] = 0;
}
