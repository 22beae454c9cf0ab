/* breaks P87: the record says another exception level */
#include "../broken.h"

ONLY_SPACE

void sabotage_checked(struct boot *b)
{
	b->record->exception_level = HOBNAIL_LEVEL_EL2;
}
