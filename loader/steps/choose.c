/* choose.c — which of the entries is booted. */
#include "boot.h"

enum err entry_choose(struct boot *b, bool *left, struct problem *p)
{
	*left = false;
	enum err e = entry_load(b, b->entries.preferred, p);
	b->verbose = b->entry.verbose;
	if (b->verbose)
		report_follow(b);
	stage_mark(b, HOBNAIL_STAGE_CONFIG);
	return e;
}

bool entry_choose_again(const struct boot *b)
{
	(void)b;
	return false;
}
