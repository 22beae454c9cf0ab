/* breaks P20: code of the runtime services reads as usable memory */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	struct hobnail_memory *code = broken_entry(m, HOBNAIL_MEMORY_RUNTIME_CODE);

	(void)b;
	code->type = HOBNAIL_MEMORY_USABLE;
	code->attributes = 0; /* so that the direct map need not have it */
}
