/* large.c — a program that needs much memory from the start, with more than one last-level page table. */
#include "user.h"

enum { BYTES = 700 * PITH_PAGE_BYTES };

static volatile char room[BYTES];

int main(int count, const char *const *words)
{
	(void)count, (void)words;
	for (unsigned i = 0; i < BYTES; i += PITH_PAGE_BYTES)
		if (room[i]++)
			return 1;
	return 0;
}
