/* breaks P1: the record says version 0 */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->version = 0;
}
