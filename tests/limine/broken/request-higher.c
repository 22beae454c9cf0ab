/* a request of a revision that is to come has no answer */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	broken_request(b, WORD_BOOTLOADER_INFO)[WORD_RESPONSE] = 0;
}
