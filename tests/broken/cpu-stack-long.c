/* breaks P110: a processor's stack is said to reach into its guard
 * run: --cpus 3 */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_cpu *cpus = broken_at(b, b->hobnail.record->cpus.offset);

	cpus[2].stack_bytes += PAGE_BYTES;
}
