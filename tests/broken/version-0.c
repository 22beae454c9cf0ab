/* breaks P1: the record says version 0
 * once */
#include "broken.h"

ONLY_SPACE

void sabotage_space(struct boot *b)
{
	b->record->version = 0;
}
