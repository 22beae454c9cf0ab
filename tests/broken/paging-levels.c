/* breaks P37: the record says another number of paging levels */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->paging_levels += 1;
}
