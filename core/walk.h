/* walk.h — read page tables as the CPU does. Shares no code with the builder in paging.c, so that it can judge it.
 *
 *   Reads   tables through a callback: physical memory in the loader, a window in a kernel, a dump on the host
 *   Result  what the processor would grant a supervisor access, and the entries on the way, root first
 *   Assumes EFER.NXE and CR0.WP set, CR4.SMEP and SMAP clear; SCTLR.WXN and PSTATE.PAN clear, access flag not managed
 *           by hardware; sstatus.SUM clear, Svpbmt present. Reserved bits that the processor checks end the walk. */
#ifndef CORE_WALK_H
#define CORE_WALK_H

#include "err.h"

enum walk_mode {
	WALK_X86_64_4,
	WALK_X86_64_5,
	WALK_AARCH64,     /* EL1, or EL2 with E2H = 1: 4 KiB granule, T0SZ = T1SZ = 16 */
	WALK_AARCH64_EL2, /* EL2 with E2H = 0: one range, T0SZ = 16 */
	WALK_SV39,
	WALK_SV48,
};

enum walk_memory { WALK_NORMAL, WALK_WRITE_COMBINING, WALK_DEVICE, WALK_MEMORY_OTHER };

struct walker {
	enum walk_mode mode;
	paddr root;        /* x86: CR3; aarch64: TTBR0 (lower range) */
	paddr upper_root;  /* aarch64 with two ranges: TTBR1 */
	uint64_t pat_or_mair; /* IA32_PAT or MAIR_ELx: what memory-type indices mean */
	bool (*read)(void *context, paddr entry, uint64_t *out); /* false: not readable memory */
	void *context;
};

struct walk_step {
	unsigned level; /* 0: 4 KiB pages */
	unsigned index;
	paddr at;
	uint64_t entry;
};

struct walk {
	bool mapped;
	bool writable;    /* supervisor, write protection on (CR0.WP) */
	bool executable;  /* supervisor */
	bool user;        /* user mode may read */
	bool user_executable;
	enum walk_memory memory;
	paddr phys;       /* of the address itself */
	uint64_t page_bytes;
	unsigned steps;
	struct walk_step step[5];
};

/* Walk one address. Always fills *out; mapped = false when the walk ends early: out->step[out->steps - 1] says where. */
void walk(const struct walker *w, vaddr va, struct walk *out);

#endif
