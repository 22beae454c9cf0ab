/* the response of a request before the start marker is cleared */
#include "limine.h"

/* The first of its kind is the one outside. */
void sabotage_checked(struct boot *b)
{
	broken_request(b, WORD_FIRMWARE_TYPE)[WORD_RESPONSE] = 0;
}
