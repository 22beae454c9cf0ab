/* ways.c — in firmware: can the other processors be started, and with what? No instruction of aarch64's is in it. */
#include "boot.h"
#include "log.h"

/* A spin table is memory, though not ours. Where it is not, nothing is written to it. */
static bool release_is_good(const struct boot *b, paddr at)
{
	const struct hobnail_memory *entry = memmap_find(&b->memory, at);

	return is_aligned(at, sizeof at) && entry && entry->type != HOBNAIL_MEMORY_MMIO;
}

/* Processors that cannot be started are listed with the others, and do not answer. */
enum err arch_cpus_prepare(struct boot *b, struct problem *p)
{
	struct facts *f = &b->facts;
	paddr last = UINT64_MAX;
	bool any = false;
	enum err e = OK;

	for (size_t i = 0; !e && i < f->cpu_count; i++) {
		struct table_cpu *c = &f->cpus[i];
		if (!c->enabled || c->hardware_id == b->arch.boot_cpu)
			continue;
		if (c->release && !release_is_good(b, c->release)) {
			log_line("CPU %zu: %#llx is no memory for a spin table", i, (unsigned long long)c->release);
			c->release = 0;
		}
		any |= c->release || f->psci != HOBNAIL_PSCI_NONE;
		if (!c->release || align_down(c->release, PAGE_BYTES) == last)
			continue;
		last = align_down(c->release, PAGE_BYTES);
		e = handoff_touch(&handoff, last, PAGE_BYTES, false, false, p);
	}
	return e || any ? e : problem(p, ERR_CPUS_NO_WAY);
}
