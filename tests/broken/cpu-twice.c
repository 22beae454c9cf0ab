/* breaks P60 (and so P111): two processors have one hardware id
 * run: --cpus 2 */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_cpu *cpus = broken_at(b, b->hobnail.record->cpus.offset);

	cpus[!(cpus[1].flags & HOBNAIL_CPU_BOOT)].hardware_id = b->attempt.platform.arch.boot_cpu;
}
