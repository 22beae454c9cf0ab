/* breaks P18: a range of memory has a type that does not exist */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	(void)b;
	broken_entry(m, HOBNAIL_MEMORY_RUNTIME_CODE)->type = 99;
}
