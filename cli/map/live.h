/* live.h — a QEMU that runs: its registers and memory, through its QMP socket and the debugger port that is opened by
 * it. The machine stands still in between, and goes on afterwards if it ran. */
#ifndef CLI_MAP_LIVE_H
#define CLI_MAP_LIVE_H

#include "arch.h"
#include "explain/gdb_remote.h"
#include "machine.h"
#include "memory.h"
#include "monitor.h"

struct live_machine {
	struct monitor monitor;
	struct gdb_remote gdb;
	bool was_running, has_port, has_gdb;
	struct memory memory; /* its context is this structure, which must not move */
};

/* The machine, and the walker for the tables that are in use on o->cpu, as far as the options name no others. 0 or a
 * status; live_machine_close() is for both. */
int live_machine_open(struct live_machine *l, const char *path, const struct machine_options *o, enum arch *arch,
                      struct walker *out);
void live_machine_close(struct live_machine *l);

#endif
