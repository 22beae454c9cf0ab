/* breaks P109: a processor that waits is said to be silent, too
 * run: --cpus 3 */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_cpu *cpus = broken_at(b, b->hobnail.record->cpus.offset);

	cpus[1].flags |= HOBNAIL_CPU_SILENT;
}
