/* breaks P61: a mailbox is not empty */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_cpu *cpu = broken_at(b, b->hobnail.record->cpus.offset);

	cpu->mailbox.argument = 1;
}
