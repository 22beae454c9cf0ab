/* hobnail.c — a boot by our own protocol: docs/protocol.md. */
#include "hobnail.h"

#include "after/cpus.h"
#include "image.h"
#include "log.h"
#include "protocol_hobnail.h"

/* ---- A boot -------------------------------------------------------------------------------------------- */

static void requested(struct boot *b)
{
	const struct requests *r = &b->hobnail.requests;

	if (!r->note_count)
		log_line("the kernel makes no requests");
	for (unsigned i = 0; i < r->unknown_count && i < REQUEST_MAX_UNKNOWN; i++)
		log_line("request %u is unknown and optional: ignored", r->unknown[i]);
	if (b->entry.no_fault_reports || b->entry.direct_map_no_execute)
		log_line("fault_reports and hhdm are not for this protocol: ignored");
}

static enum err grant(struct boot *b, struct problem *p)
{
	struct requests *r = &b->hobnail.requests;
	enum err e = hobnail_grant(&b->attempt, r, p);

	for (uint32_t i = 1; !e && i <= REQUEST_LAST; i++)
		if (r->dropped >> i & 1)
			log_line("the request for %s is optional and cannot be granted", request_name(i));
	return e;
}

static IMAGE_CODE_UNTIL_EXIT enum err prepare(struct boot *b, struct problem *p)
{
	enum err e = modules_load(b, p);
	if (!e) e = facts_gather(b, p);     /* the display's mode is one of the kernel's wants    */
	if (!e) e = grant(b, p);
	if (!e) e = space_make(b, p);       /* page tables, not yet installed                     */
	if (!e) e = record_build(b, p);     /* describes all of the above                         */
	if (!e) e = transition_make(b, p);  /* maps all that the hand-off touches, the record too */
	if (!e) e = preflight(b, p);        /* do all these tables map what was asked for?        */
	return e;
}

/* ---- After the exit ------------------------------------------------------------------------------------ */

static void answered(struct handoff *h, struct handoff_cpu *c)
{
	struct hobnail_cpu *out = memory_at(c->listed);

	(void)h;
	if (c->state == HANDOFF_CPU_PARKED) {
		out->flags |= HOBNAIL_CPU_PARKED;
		out->mailbox.state = HOBNAIL_MAILBOX_WAITING;
	} else {
		out->flags |= HOBNAIL_CPU_SILENT;
	}
}

static void settled(struct handoff *h)
{
	struct hobnail_boot *r = memory_at(h->handed_over);

	r->log_bytes = loader_log.used;
}

static void parked(struct handoff *h, struct handoff_cpu *c)
{
	struct hobnail_mailbox *m = memory_at(c->mailbox);

	while (!__atomic_load_n(&m->entry, __ATOMIC_ACQUIRE) && !__atomic_load_n(&h->stopped, __ATOMIC_RELAXED))
		arch_wait(&m->entry);
	if (__atomic_load_n(&h->stopped, __ATOMIC_RELAXED)) /* even if it has been released since */
		return;
	struct handoff_release release = { m->entry, m->argument, m->root };
	__atomic_store_n(&c->state, HANDOFF_CPU_RELEASED, __ATOMIC_RELEASE);
	__atomic_store_n(&m->state, HOBNAIL_MAILBOX_TAKEN, __ATOMIC_RELEASE);
	cpus_enter_kernel(h, c, &release);
}

const struct protocol protocol_hobnail = {
	.requested = requested,
	.prepare = prepare,
	.leave = leave_firmware,
	.last_map = record_last_map,
	.answered = answered,
	.settled = settled,
	.parked = parked,
};
