/* stand.h — where each processor of a machine stands, if nothing seems to happen: halted, in a small loop, or at work.
 *
 *   Method   the machine is stopped several times, and its registers are compared; then it runs for a moment while QEMU
 *            logs the accesses to devices
 *   Proof    stands_are_final(): no processor will ever do anything else, whatever time passes */
#ifndef CLI_STAND_H
#define CLI_STAND_H

#include <stdio.h>

#include "view.h"
#include "explain/symbols.h"

enum { STAND_PLACES = 4, STAND_ACCESSES = 8, STAND_LINE = 256 };

enum stand_kind {
	STAND_RUNS,
	STAND_SPINS,       /* a few instructions again and again, with the same registers */
	STAND_WAITS,       /* halted until an interrupt comes         */
	STAND_HALTED,      /* halted, and no interrupt can come       */
	STAND_NOT_STARTED, /* by the first processor                  */
};

struct stand {
	enum stand_kind kind;
	bool interrupts_off;
	bool repeats;                          /* all registers were the same whenever it was at the same place */
	bool stack_changes;                    /* ... but not what lies on the stack */
	uint64_t stack[STAND_PLACES];          /* a hash of that, at each place */
	struct registers place[STAND_PLACES];  /* the first time it was there; place[0] is known for every kind */
	unsigned place_count, seen;            /* STAND_PLACES + 1: there are more; seen: times that it was looked at */
};

/* Reads of one device register. */
struct access {
	paddr at;
	unsigned bytes, cpu;
	bool cpu_known, value_known, is_port, is_absent, varies;
	uint64_t value, times;
	char name[48]; /* of the device; "": none */
};

struct stands {
	struct stand *at;
	unsigned count;
	bool no_interrupts;  /* aarch64: the interrupt controller has none enabled */
	bool memory_is_still; /* it did not change while processors polled. Known only where that decides */
	struct access accesses[STAND_ACCESSES];
	unsigned access_count;
	char line[STAND_LINE];
	size_t line_bytes;
};

/* The machine is stopped, and is so afterwards, unless it has ended. `may_run`: it may go on in between; else the
 * registers are looked at once. `may_log`: QEMU's log is ours: stands_log() gets it while the machine runs. */
void stands_take(struct stands *s, struct view *v, bool may_run, bool may_log);
void stands_log(struct stands *s, const char *bytes, size_t count);
void stands_free(struct stands *s);

bool stands_are_final(const struct stands *s);

/* A sentence for each processor, and the functions that have called the one where it stands. */
void stands_print(const struct stands *s, const struct view *v, const struct symbols *symbols, FILE *out);

#endif
