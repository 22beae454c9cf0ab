/* breaks P12: \`log_phys\` is in the memory of the kernel */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->log_phys = b->attempt.kernel.layout.segments[PITH_RODATA].place;
}
