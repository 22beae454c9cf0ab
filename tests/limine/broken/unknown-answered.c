/* the response of an unknown request is cleared */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	broken_request(b, WORD_UNKNOWN)[WORD_RESPONSE] = 0;
}
