/* breaks P14: the entropy is one byte, 64 times */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->valid |= HOBNAIL_HAS_ENTROPY;
	for (unsigned i = 0; i < sizeof b->hobnail.record->entropy; i++)
		b->hobnail.record->entropy[i] = 0x55;
}
