/* breaks P29 (and so P39): the record says another physical address for read-only data */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_segment *segments = broken_at(b, b->hobnail.record->segments.offset);

	segments[PITH_RODATA].phys -= PAGE_BYTES;
}
