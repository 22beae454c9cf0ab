/* breaks P55: nobody named the console
 * once */
#include "broken.h"

ONLY_SPACE

void sabotage_space(struct boot *b)
{
	b->record->console.source = 0;
}
