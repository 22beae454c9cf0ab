/* breaks P2: \`phys\` is not where the record lies */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->phys += PAGE_BYTES;
}
