/* breaks P13: the loader has another name */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	((char *)broken_at(b, b->record->loader.offset))[0] = 'h';
}
