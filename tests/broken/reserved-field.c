/* breaks P7: a reserved field is not zero
 * once */
#include "broken.h"

ONLY_SPACE

void sabotage_checked(struct boot *b)
{
	b->record->symbols_bytes = 16;
}
