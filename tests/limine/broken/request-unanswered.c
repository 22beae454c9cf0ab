/* a request has no answer */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	broken_request(b, WORD_ADDRESS)[WORD_RESPONSE] = 0;
}
