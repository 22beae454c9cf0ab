/* breaks P8: a request is granted with another value than was asked for */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_grant *grant = broken_at(b, b->hobnail.record->granted.offset);

	grant->value += 1;
}
