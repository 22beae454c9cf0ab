/* breaks P31: a byte behind the data segment, in its last page, is not zero */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	uint8_t *end = memory_at(b->attempt.kernel.layout.segments[PITH_DATA].loaded +
	                         b->attempt.kernel.layout.segments[PITH_DATA].memory_bytes);

	if ((uintptr_t)end % PAGE_BYTES)
		*end = 1;
}
