/* attempt.c — the order of the steps of an attempt, for every protocol: the loader's and the host command's. */
#include "attempt.h"

enum err attempt_mode(struct attempt *a, struct problem *p)
{
	enum err e = a->choose_mode(&a->platform.arch, &a->wants, &a->mode, p);

	if (!e)
		a->done(a, ATTEMPT_MODE);
	return e;
}

enum err attempt_load(struct attempt *a, struct source *source, struct problem *p)
{
	struct kernel *k = &a->kernel;
	enum err e = plan_segments(a->mode.layout, &k->file, &k->layout, a->mode.mmu_off, &k->slide, p);

	if (!e) e = kernel_place(a, p);
	if (!e) e = kernel_read(k, source, a->pages, p);
	return e;
}

enum err attempt_complete(struct attempt *a, struct source *source, struct problem *p)
{
	kernel_symbols(&a->kernel, source, a->pages);
	enum err e = kernel_finish(&a->kernel, a->pages, p);

	if (!e)
		a->done(a, ATTEMPT_LOADED);
	return e;
}

enum err attempt_cpus(struct attempt *a, struct problem *p)
{
	const struct platform *m = &a->platform;
	unsigned others = 0;

	for (size_t i = 0; i < m->cpu_count; i++) {
		others += platform_is_other(m, &m->cpus[i]);
		if (m->cpus[i].hardware_id == m->arch.boot_cpu)
			a->handoff->boot_index = (unsigned)i;
	}
	if (!a->wants.processors || !others)
		return OK;
	enum err e = a->prepare_cpus(a, p);
	if (e)
		return e;
	a->handoff->cpu_count = others;
	a->handoff->psci = m->psci;
	return OK;
}

enum err attempt_space(struct attempt *a, struct problem *p)
{
	struct handoff *h = a->handoff;
	bool translates = !a->mode.mmu_off;

	h->mode = a->mode;
	h->facts = a->platform.arch;
	enum err e = space_take_facts(a, p);
	if (!e && translates) e = space_plan(a, p);
	if (!e) e = space_place_net(a, p);
	if (!e) e = space_place_cpus(a, p);
	if (!e) e = space_place_facts(a, p);
	if (!e && translates) e = space_build(a, p);
	if (!e && translates) e = space_open_window(a, p);
	if (e)
		return e;
	h->direct_map = a->space.plan.direct_map;
	h->entry = a->kernel.entry;
	h->console = a->platform.console;
	h->console.virt = a->space.console.virt;
	h->framebuffer = a->platform.framebuffer; /* all zero: there is none */
	h->framebuffer.virt = a->space.framebuffer.virt;
	return OK;
}

enum err attempt_record(struct attempt *a, uint64_t bytes, struct problem *p)
{
	struct page_wish wish = { .bytes = bytes, .type = HOBNAIL_MEMORY_RECORD, .below = a->wants.below };
	paddr at;
	enum err e = a->pages->take(a->pages->context, &wish, &at, p);

	if (!e)
		e = handoff_touch(a->handoff, at, bytes, false, a->mode.mmu_off, p);
	if (e)
		return e;
	a->record = (struct span){ at, bytes };
	a->handoff->argument = at + a->space.plan.direct_map; /* 0 with the MMU off */
	a->handoff->handed_over = at;
	return OK;
}
