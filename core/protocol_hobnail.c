#include "protocol_hobnail.h"

/* The notes have been read. */
enum err hobnail_begin(struct attempt *a, struct requests *r, struct source *source, struct problem *p)
{
	requests_wants(r, &a->wants);
	a->done(a, ATTEMPT_REQUESTS);
	enum err e = attempt_mode(a, p);
	if (!e) e = requests_settle(r, a->mode.paging_levels, p);
	return e ? e : attempt_load(a, source, p);
}

enum err hobnail_end(struct attempt *a, struct requests *r, struct source *source, struct problem *p)
{
	enum err e = r->note_count ? OK : kernel_is_foreign(&a->kernel, source, a->pages, p);

	return e ? e : attempt_complete(a, source, p);
}

enum err hobnail_load(struct attempt *a, struct requests *r, struct source *source, struct problem *p)
{
	enum err e = kernel_requests(&a->kernel, source, a->pages, a->arch, r, p);

	if (!e) e = hobnail_begin(a, r, source, p);
	return e ? e : hobnail_end(a, r, source, p);
}

enum err hobnail_grant(struct attempt *a, struct requests *r, struct problem *p)
{
	enum err e = OK;

	if (!a->platform.has_framebuffer && r->of[HOBNAIL_REQUEST_FRAMEBUFFER].asked)
		e = requests_drop(r, HOBNAIL_REQUEST_FRAMEBUFFER, ERR_NO_FRAMEBUFFER, p);
	if (e)
		return e;
	e = attempt_cpus(a, p);
	return e ? requests_drop(r, HOBNAIL_REQUEST_PROCESSORS, e, p) : OK;
}
