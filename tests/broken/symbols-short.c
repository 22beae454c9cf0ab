/* breaks P116: the symbols' block ends before their names do
 * once */
#include "broken.h"

ONLY_SPACE

void sabotage_checked(struct boot *b)
{
	b->record->symbols_bytes--;
}
