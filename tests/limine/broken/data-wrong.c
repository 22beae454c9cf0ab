/* an initialized word is not as in the file */
#include "limine.h"

/* tests/limine/image.c has it. */
void sabotage_checked(struct boot *b)
{
	*broken_word(b, 0x1f2e3d4c5b6a7988) += 8;
}
