/* doubts_requests.c — requests without effect. */
#include "subject.h"

#define LL(n) ((unsigned long long)(n))

static void doubts_of_limine(struct check *c)
{
	const struct limine *l = &c->limine;

	for (unsigned i = 0; i < l->unknown_count && i < LIMINE_MAX_UNKNOWN; i++)
		findings_add(&c->findings, DOUBT_LIMINE_UNKNOWN, 0, "the Limine request 0x%016llx 0x%016llx is unknown",
		             LL(l->unknown[i][0]), LL(l->unknown[i][1]));
	if (l->asked_revision > LIMINE_LAST_REVISION)
		findings_add(&c->findings, DOUBT_LIMINE_REVISION, 0, "the kernel asks for the Limine base revision "
		             "%llu, and %u is the newest one that is served", LL(l->asked_revision), l->revision);
	if (l->outside)
		findings_add(&c->findings, DOUBT_LIMINE_OUTSIDE, 0, "%u Limine request%s %s, the first at 0x%llx",
		             l->outside, l->outside == 1 ? "" : "s",
		             l->has_markers ? "outside of the markers" : "that .limine_reqs leaves out",
		             LL(l->first_outside));
}

static void doubts_of_notes(struct check *c)
{
	const struct requests *r = &c->requests;

	for (unsigned i = 0; i < r->unknown_count && i < REQUEST_MAX_UNKNOWN; i++)
		findings_add(&c->findings, DOUBT_REQUEST_UNKNOWN, 0,
		             "request %u is unknown and optional: it is ignored", r->unknown[i]);
	for (uint32_t i = 1; i <= REQUEST_LAST; i++)
		if (r->dropped >> i & 1)
			findings_add(&c->findings, DOUBT_REQUEST_DROPPED, 0,
			             "request %u (%s) is optional, and this machine cannot grant it", i,
			             request_name(i));
	if (!r->note_count)
		findings_add(&c->findings, DOUBT_NO_REQUESTS, 0, "there are no requests");
}

void doubts_of_requests(struct check *c)
{
	c->attempt.protocol == PROTOCOL_LIMINE ? doubts_of_limine(c) : doubts_of_notes(c);
}
