/* machine.h — the address space of a machine that was dumped or still runs, whoever made its tables. */
#ifndef CLI_MAP_MACHINE_H
#define CLI_MAP_MACHINE_H

#include "explain/symbols.h"
#include "map.h"

/* As options say it; what is not said comes from the processor's registers. */
struct machine_options {
	bool is_said; /* any of them */
	bool has_root, has_upper_root, has_types;
	paddr root, upper_root;
	uint64_t types;          /* IA32_PAT or MAIR */
	unsigned t0sz, t1sz;     /* aarch64; 0: not said. Below 16: lpa2 */
	bool five_levels;        /* x86_64 */
	bool lpa2;               /* aarch64: TCR.DS = 1 */
	bool el2;                /* aarch64: one range, EL2 with E2H = 0 */
	unsigned cpu;            /* whose registers */
	struct symbols *symbols; /* may be NULL */
};

struct map_machine {
	struct map map;
	struct map_space space;
	struct map_cache cache;
	struct symbols *symbols;
	const struct memory *memory;
};

/* The walker that a processor's registers (struct fault, of struct dump) and the options name. 0 or a status. */
struct dump;
int machine_of_dump(struct walker *out, enum arch *arch, const struct dump *d, const struct machine_options *o);

/* Walk it all. `memory`, symbols and texts must stay. 0 or a status; map_machine_close() is for both. */
int map_machine_open(struct map_machine *m, enum arch arch, const struct walker *walker, bool types_known,
                     const struct memory *memory, const struct machine_options *o, const char *title);
void map_machine_close(struct map_machine *m);

#endif
