/* breaks P14: the entropy is one byte, 64 times */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->record->valid |= HOBNAIL_HAS_ENTROPY;
	for (unsigned i = 0; i < sizeof b->record->entropy; i++)
		b->record->entropy[i] = 0x55;
}
