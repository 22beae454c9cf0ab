#include "after/main.h"

#include "after/cpus.h"
#include "after/screen.h"
#include "after/serial.h"
#include "boot.h"
#include "sabotage.h"

#include <string.h>

struct handoff handoff;

static void *identity(paddr at)
{
	return (void *)(uintptr_t)at;
}

/* Move staged segments to their destinations, where the firmware's own data was until now. */
static void move_segments(const struct handoff *h)
{
	for (unsigned i = 0; i < h->move_count; i++)
		memcpy(identity(h->moves[i].to), identity(h->moves[i].from), h->moves[i].bytes);
}

/* Runs after every write that the kernel will read, and before other processors start: they may read with their
 * caches off. */
static void settle_caches(const struct handoff *h)
{
	for (unsigned i = 0; i < h->touch_count; i++) {
		const struct handoff_touch *t = &h->touch[i];
		if (t->code)
			arch_sync_code(t->base, t->bytes);
		if (t->clean)
			arch_clean(t->base, t->bytes);
	}
}

void handoff_main(void)
{
	struct handoff *h = &handoff;

	arch_net_enter(h);
	serial_open(&h->console);
	screen_open(&h->framebuffer, h->framebuffer.virt);
	sabotage_switched(h);
	move_segments(h);
	arch_quiet(h);
	settle_caches(h);
	if (cpus_start(h)) /* they have changed the record and the log */
		settle_caches(h);
	arch_enter(h);
}
