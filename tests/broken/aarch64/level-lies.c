/* breaks P87: the record says another exception level */
#include "../broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->exception_level = HOBNAIL_LEVEL_EL2;
}
