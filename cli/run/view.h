/* view.h — a machine that QEMU has stopped, looked at from outside: registers, memory, and what lies at an address.
 *
 *   Sources  QEMU's monitor (info registers, info mtree) and its debugger port, which a view opens for itself
 *   Time     each question is waited for at most VIEW_MILLISECONDS. Answers that do not come are missing */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "guest.h"
#include "explain/gdb_remote.h"
#include "explain/registers.h"
#include "memory.h"

enum { VIEW_MILLISECONDS = 3000, VIEW_MAX_CPUS = 1024 };

/* A range of an address space of the machine, as QEMU calls it. */
struct region {
	paddr first, last;
	bool is_port;   /* in x86's I/O space */
	bool is_memory; /* reading it changes nothing */
	char name[48];
};

struct view {
	struct guest *guest;
	const struct guest_ears *ears;
	struct registers *cpus;
	unsigned cpu_count;
	struct region *regions;
	size_t region_count;
	struct gdb_remote *port; /* NULL: none */
	struct memory memory;    /* view_memory() */
};

/* `may_debug`: the debugger port is free. Without it there is no memory, and aarch64's system registers are missing. */
void view_open(struct view *v, struct guest *g, const struct guest_ears *ears, bool may_debug);
void view_close(struct view *v);

/* The machine's memory, for as long as the view is open and does not move; NULL: it cannot be read. */
const struct memory *view_memory(const struct view *v);

/* Read all registers again. */
void view_registers(struct view *v);

/* The machine, which is stopped, runs for so long. False: it has ended. */
bool view_run(struct view *v, int milliseconds);

/* NULL: nothing is there. */
const struct region *view_region(const struct view *v, paddr at, bool is_port);

#endif
