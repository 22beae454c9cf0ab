/* breaks P59: the boot processor has the hardware id of another one */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_cpu *cpu = broken_at(b, b->hobnail.record->cpus.offset);

	cpu->hardware_id += 1;
}
