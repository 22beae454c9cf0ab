/* space.c — the address spaces of a boot, made by core/, and their lines in the log. */
#include "after/net.h"
#include "image.h"
#include "log.h"
#include "sabotage.h"

static void log_cut_devices(const struct attempt *a)
{
	const struct platform *m = &a->platform;
	const struct span *last = m->device_count ? &m->devices[m->device_count - 1] : NULL;
	uint64_t end = a->space.plan.device_end;

	if (a->space.plan.has_device_map && last && last->base + last->bytes > end)
		log_line("the device map ends at physical %#llx: there is no room for what tables "
		         "name of PCI up to %#llx",
		         (unsigned long long)end, (unsigned long long)(last->base + last->bytes));
}

static void log_space(const struct attempt *a)
{
	const struct space *s = &a->space;

	for (size_t i = 0; i < s->plan.count; i++) {
		const struct plan_range *r = &s->plan.ranges[i];
		if (r->kind != PLAN_DIRECT_MAP && r->kind != PLAN_IDENTITY_MAP && r->kind != PLAN_DEVICE_MAP)
			log_unshown("%#018llx %#12llx bytes %c%c %s", (unsigned long long)r->va,
			            (unsigned long long)r->bytes, r->rights & PT_WRITE ? 'w' : '-',
			            r->rights & PT_EXECUTE ? 'x' : '-', plan_kind_name(r->kind));
	}
	log_line("direct map at %#llx; %llu KiB of page tables (%s)", (unsigned long long)s->plan.direct_map,
	         (unsigned long long)s->table_bytes >> 10, a->mode.layout->format->name);
}

enum err space_make(struct boot *b, struct problem *p)
{
	struct attempt *a = &b->attempt;
	struct handoff *h = a->handoff;

	step_set(b, "build the address space of", b->entry.kernel);
	h->device_count = (unsigned)arch_quiet_devices(b, h->devices, HANDOFF_MAX_DEVICES);
	enum err e = attempt_space(a, p);
	if (e)
		return e;
	net_facts_fill(b);
	log_cut_devices(a);
	log_space(a);
	stage_mark(b, HOBNAIL_STAGE_SPACE);
	return OK;
}

/* Runs after the record is built, because the hand-off may have to reach the record. */
enum err transition_make(struct boot *b, struct problem *p)
{
	step_set(b, "build the transition space of", b->entry.kernel);
	sabotage_space(b);
	return space_build_transition(&b->attempt, p);
}
