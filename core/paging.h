/* paging.h — page tables of every architecture as data, and one builder for all of them.
 *
 *   Units      bytes; addresses and lengths are multiples of 4096
 *   Levels     0 holds 4 KiB pages; a level-n entry covers 4096 << (9 * n); the root is level `levels` - 1
 *   Leaves     the largest that fit: up to `max_leaf` (0: 4 KiB only, 1: also 2 MiB, 2: also 1 GiB)
 *   Memory     the caller gives table pages and maps their physical addresses; nothing here allocates
 *   Rights     readable always; never both writable and executable unless the caller says so */
#ifndef CORE_PAGING_H
#define CORE_PAGING_H

#include "err.h"

enum { PT_INDEX_BITS = 9, PT_ENTRIES = 512 };

/* What a mapping allows. Absent: read only, not executable, supervisor only. */
enum {
	PT_WRITE = 1u << 0,
	PT_EXECUTE = 1u << 1,
	PT_USER = 1u << 2,
	PT_GLOBAL = 1u << 3, /* the same in every address space */
};

enum pt_memory {
	PT_NORMAL,          /* write-back cacheable RAM       */
	PT_WRITE_COMBINING, /* framebuffers                   */
	PT_DEVICE,          /* registers: no caching, in order */
	PT_MEMORY_KINDS
};

/* One processor's format. Entry = frame number << ppn_shift | bits. */
struct pt_format {
	const char *name;
	unsigned levels;
	unsigned largest_leaf;    /* highest level that may hold a leaf at all                     */
	unsigned frame_shift;     /* left shift of (physical address >> 12) in an entry            */
	uint64_t frame_mask;      /* the entry's bits that hold the frame number                   */
	unsigned va_bits;         /* virtual address width                                         */
	bool     sign_extended;   /* addresses above va_bits repeat bit va_bits - 1 (x86, riscv)   */
	uint64_t valid;           /* set in every present entry                                    */
	uint64_t leaf_mask;       /* above level 0: (entry & leaf_mask) == leaf_value is a leaf    */
	uint64_t leaf_value;
	uint64_t table;           /* all bits of an entry that points at a table; never forbids    */
	uint64_t page;            /* fixed bits of a leaf at level 0                               */
	uint64_t block;           /* fixed bits of a leaf above level 0                            */
	uint64_t writable;        /* set when PT_WRITE                                             */
	uint64_t read_only;       /* set when not                                                  */
	uint64_t executable;      /* set when PT_EXECUTE                                           */
	uint64_t no_execute;      /* set when not                                                  */
	uint64_t user;            /* set when PT_USER (the table entries above, too)               */
	uint64_t user_no_execute; /* set when executable but supervisor only (aarch64 UXN)         */
	uint64_t user_execute;    /* set when executable and PT_USER (aarch64 PXN)                 */
	uint64_t global;          /* set when PT_GLOBAL                                            */
	uint64_t not_global;      /* set when not (aarch64 nG)                                     */
	uint64_t memory[PT_MEMORY_KINDS];       /* at level 0    */
	uint64_t memory_block[PT_MEMORY_KINDS]; /* above level 0 */
};

extern const struct pt_format pt_x86_64_4;   /* Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging"          */
extern const struct pt_format pt_x86_64_5;
extern const struct pt_format pt_aarch64;    /* 4 KiB granule, 48 bits, EL1 and EL2 with E2H = 1 (two ranges)   */
extern const struct pt_format pt_aarch64_el2;/* the same at EL2 with E2H = 0 (one range)                        */
extern const struct pt_format pt_riscv_sv39; /* RISC-V privileged architecture, "Sv39", "Sv48"                  */
extern const struct pt_format pt_riscv_sv48;

struct pt {
	const struct pt_format *format;
	unsigned max_leaf;                        /* what this CPU supports, at most format->largest_leaf         */
	paddr root;
	paddr (*new_table)(void *context);        /* a zeroed page; 0 when none is left                           */
	uint64_t *(*table_at)(void *context, paddr table); /* where the page can be written now                   */
	void *context;
};

/* What one leaf says, format-independent. */
struct pt_leaf {
	paddr base;      /* of the whole leaf */
	uint64_t bytes;  /* 4 KiB, 2 MiB, 1 GiB */
	unsigned level;
	uint64_t entry;
};

/* The leaf bits that `rights` (PT_*) and `memory` mean at `level`, without the frame. */
uint64_t pt_leaf_bits(const struct pt_format *format, unsigned level, unsigned rights, enum pt_memory memory);

/* Is va one that this format can translate (canonical)? For two-range aarch64, either range. */
bool pt_canonical(const struct pt_format *format, vaddr va);

/* Map [va, va + bytes) to [pa, pa + bytes).
 *   ERR_RANGE         unaligned, empty, wrapping, or not canonical
 *   ERR_PT_MAPPED     something in it is mapped already: value[0] = the first such address
 *   ERR_PT_NO_TABLES  new_table() gave 0
 * On ERR_RANGE and ERR_PT_MAPPED nothing has changed; on ERR_PT_NO_TABLES part of the range may be mapped. */
enum err pt_map(struct pt *pt, vaddr va, paddr pa, uint64_t bytes, unsigned rights, enum pt_memory memory, struct problem *p);

/* Change rights and memory type of a range that is mapped throughout, splitting larger leaves at its edges.
 *   ERR_PT_UNMAPPED   value[0] = the first address of it that is not mapped; nothing has changed */
enum err pt_protect(struct pt *pt, vaddr va, uint64_t bytes, unsigned rights, enum pt_memory memory, struct problem *p);

/* Unmap a range; what of it was not mapped stays so. Splits larger leaves at the edges; tables are kept. */
enum err pt_unmap(struct pt *pt, vaddr va, uint64_t bytes, struct problem *p);

/* The leaf that translates va, or false. */
bool pt_lookup(const struct pt *pt, vaddr va, struct pt_leaf *out);

#endif
