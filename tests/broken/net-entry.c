/* breaks P53: \`net_entry\` is not the top-level entry of the net */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->net_entry += PAGE_BYTES;
}
