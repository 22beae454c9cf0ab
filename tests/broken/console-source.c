/* breaks P55: nobody named the console */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->console.source = 0;
}
