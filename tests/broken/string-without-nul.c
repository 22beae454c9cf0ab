/* breaks P4: a string has no NUL behind it */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_string loader = b->hobnail.record->loader;

	((char *)broken_at(b, loader.offset))[loader.bytes] = 'x';
}
