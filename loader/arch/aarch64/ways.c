/* ways.c — in firmware: can the other processors be started? It has no instruction of aarch64. */
#include "ways.h"

#include "boot.h"
#include "log.h"

enum err arch_cpus_prepare(struct boot *b, struct problem *p)
{
	struct platform *m = &b->attempt.platform;

	for (size_t i = 0; i < m->cpu_count; i++) {
		struct table_cpu *c = &m->cpus[i];
		if (!platform_is_other(m, c) || !c->release || way_is_memory(m, c->release))
			continue;
		log_line("CPU %zu: %#llx is no memory for a spin table", i, (unsigned long long)c->release);
		c->release = 0;
	}
	return ways_find(m, b->attempt.handoff, p);
}
