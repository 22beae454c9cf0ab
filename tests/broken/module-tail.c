/* breaks P34: the last page of a module is not zero behind its end
 * run: --module LICENSE */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	*((uint8_t *)memory_at(b->attempt.modules[0].base) + b->attempt.modules[0].bytes) = 1;
}
