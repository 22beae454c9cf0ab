/* breaks P12: \`log_phys\` is in the memory of the kernel */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->record->log_phys = b->kernel.segments[PITH_RODATA].phys;
}
