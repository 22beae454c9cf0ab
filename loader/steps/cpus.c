/* cpus.c — in firmware: the other processors that are to be started. core/attempt.c asks for them. */
#include "boot.h"

enum err prepare_cpus(struct attempt *a, struct problem *p)
{
	struct boot *b = a->context;

	step_set(b, "prepare the processors for", b->entry.kernel);
	return arch_cpus_prepare(b, p);
}
