/* breaks P3: an array reaches beyond the end of the record */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->modules = (struct hobnail_array){ b->hobnail.record->bytes - 8, 1,
	                                                     sizeof(struct hobnail_module), 0 };
}
