/* breaks P13: the loader has another name */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	((char *)broken_at(b, b->hobnail.record->loader.offset))[0] = 'h';
}
