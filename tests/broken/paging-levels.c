/* breaks P37: the record says another number of paging levels
 * once */
#include "broken.h"

ONLY_SPACE

void sabotage_space(struct boot *b)
{
	b->record->paging_levels += 1;
}
