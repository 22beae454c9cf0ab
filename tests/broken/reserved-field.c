/* breaks P7: a reserved field is not zero */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	((struct hobnail_segment *)broken_at(b, b->hobnail.record->segments.offset))->reserved = 1;
}
