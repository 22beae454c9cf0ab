/* breaks P28: the record says that read-only data can be written */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_segment *segments = broken_at(b, b->hobnail.record->segments.offset);

	segments[PITH_RODATA].flags |= HOBNAIL_WRITE;
}
