/* breaks P10: \`counter_hz\` is not what the processor says */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->counter_hz += 1;
}
