/* breaks P116: the symbols' block ends before their names do */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->symbols_bytes--;
}
