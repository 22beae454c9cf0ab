/* paging.h — page tables of every architecture as data, and one builder for all of them.
 *
 *   Units      bytes; addresses and lengths are multiples of 4096
 *   Levels     0 holds 4 KiB pages; a level-n entry covers 4096 << (9 * n); the root is level `levels` - 1
 *   Leaves     the largest that fit: up to `max_leaf` (0: 4 KiB only, 1: also 2 MiB, 2: also 1 GiB, 3: also 512 GiB)
 *   Cost       in proportion to the entries read and written, not to the pages of the range
 *   TLB        the caller's: tables that are live need their flushes after protect, unmap, and a map that failed
 *   Memory     the caller gives table pages and maps their physical addresses; nothing here allocates
 *   Rights     readable always; never both writable and executable unless the caller says so */
#ifndef CORE_PAGING_H
#define CORE_PAGING_H

#include "err.h"

/* 512 entries a table. A test builds the builder again with fewer: a model small enough to try everything. */
#ifndef PT_INDEX_BITS
#define PT_INDEX_BITS 9
#endif

enum { PT_ENTRIES = 1 << PT_INDEX_BITS };

/* The rights of a mapping. Absent: read only, not executable, supervisor only. */
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

/* One processor's format, data only. An entry is frame number << frame_shift | bits; where a frame has two parts, the
 * upper one stands elsewhere. */
struct pt_format {
	const char *name;
	unsigned levels;
	unsigned largest_leaf;    /* highest level that may hold a leaf at all                     */
	unsigned frame_shift;     /* left shift of (physical address >> 12) in an entry            */
	uint64_t frame_mask;      /* the entry's bits that hold the frame number                   */
	uint64_t upper_mask;      /* aarch64 with 52 bits: those of the address's upper part, from the end of */
	unsigned upper_shift;     /* frame_mask on, shifted right by this                          */
	unsigned va_bits;         /* virtual address width, as people say it                       */
	uint64_t unindexed;       /* bits of an address above the index of a root that has fewer entries */
	paddr root_limit;         /* a root lies below this; 0: anywhere                           */
	uint64_t lower_bytes;     /* addresses below this can be translated ...                    */
	vaddr    upper_base;      /* ... and from here to the top of 64 bits; 0: no upper range    */
	uint64_t valid;           /* set in every present entry                                    */
	uint64_t table_mask;      /* above level 0: (entry & table_mask) == table_value points at  */
	uint64_t table_value;     /* a table; any other valid entry is a leaf                      */
	uint64_t table;           /* all bits of an entry that points at a table; never forbids    */
	uint64_t table_user;      /* and those of one with a user mapping below                    */
	uint64_t page;            /* fixed bits of a leaf at level 0                               */
	uint64_t block;           /* fixed bits of a leaf above level 0                            */
	uint64_t writable;        /* set when PT_WRITE                                             */
	uint64_t read_only;       /* set when not                                                  */
	uint64_t executable;      /* set when PT_EXECUTE                                           */
	uint64_t no_execute;      /* set when not                                                  */
	uint64_t user;            /* set when PT_USER                                              */
	uint64_t user_no_execute; /* set when executable but supervisor only (aarch64 UXN)         */
	uint64_t user_execute;    /* set when executable and PT_USER (aarch64 PXN)                 */
	uint64_t global;          /* set when PT_GLOBAL                                            */
	uint64_t not_global;      /* set when not (aarch64 nG)                                     */
	uint64_t memory[PT_MEMORY_KINDS]; /* at level 0                                            */
	uint64_t moved_page;      /* the one bit of `memory` that lies elsewhere above level 0     */
	uint64_t moved_block;     /* ... and where (x86 PAT: 7 and 12)                             */
};

extern const struct pt_format pt_x86_64_4;   /* Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging"          */
extern const struct pt_format pt_x86_64_5;
extern const struct pt_format pt_aarch64;    /* 4 KiB granule, 48 bits, EL1 and EL2 with E2H = 1: two ranges with
                                                a root, and a struct pt, of their own                           */
extern const struct pt_format pt_aarch64_5;  /* ... 52 bits (FEAT_LPA2, TCR.DS = 1): a root of 16 entries;
                                                shareability is in TCR                                          */
extern const struct pt_format pt_aarch64_el2;/* 48 bits at EL2 with E2H = 0 (one range)                         */
/* The same with another index for write-combining: PAT entry 5, MAIR attribute 1 (devices have 2). */
extern const struct pt_format pt_x86_64_4_wc5, pt_x86_64_5_wc5, pt_aarch64_wc1, pt_aarch64_5_wc1;
extern const struct pt_format pt_riscv_sv39; /* RISC-V privileged architecture, "Sv39", "Sv48"                  */
extern const struct pt_format pt_riscv_sv48;

struct pt {
	const struct pt_format *format;
	unsigned max_leaf;                        /* the CPU's largest, at most format->largest_leaf              */
	paddr root;
	paddr (*new_table)(void *context);        /* a zeroed page; 0 when none is left                           */
	uint64_t *(*table_at)(void *context, paddr table); /* where the page can be written now                   */
	void *context;
};

/* The contents of one leaf, in no format's terms. */
struct pt_leaf {
	paddr base;      /* of the whole leaf */
	uint64_t bytes;  /* 4 KiB, 2 MiB, 1 GiB, 512 GiB */
	unsigned level;
	uint64_t entry;
};

/* The leaf bits that `rights` (PT_*) and `memory` mean at `level`, without the frame. */
uint64_t pt_leaf_bits(const struct pt_format *format, unsigned level, unsigned rights, enum pt_memory memory);

/* The index of the root's entry for va. */
unsigned pt_root_index(const struct pt_format *format, vaddr va);

/* The bits of an entry that name this physical address. */
uint64_t pt_frame_bits(const struct pt_format *format, paddr pa);

/* Is va one that this format can translate (canonical)? For two-range aarch64, either range. */
bool pt_canonical(const struct pt_format *format, vaddr va);

/* Map [va, va + bytes) to [pa, pa + bytes). A range may end at the very top of the address space.
 *   ERR_RANGE         unaligned, empty, wrapping, not canonical, across the hole, or pa beyond the format's frames
 *   ERR_PT_MAPPED     something in it is mapped already: value[0] = the first such address
 *   ERR_PT_NO_TABLES  new_table() gave 0: value[0] = the first address that has no table
 * On an error no translation has changed; tables made on the way stay, empty, and serve the next call. */
enum err pt_map(struct pt *pt, vaddr va, paddr pa, uint64_t bytes, unsigned rights, enum pt_memory memory,
                struct problem *p);

/* Change rights and memory type of a range that is mapped throughout, splitting larger leaves at its edges.
 *   ERR_RANGE         as pt_map()
 *   ERR_PT_UNMAPPED   value[0] = the first address of it that is not mapped
 *   ERR_PT_NO_TABLES  none left to split a leaf: value[0] = the edge
 * On an error no translation has changed. */
enum err pt_protect(struct pt *pt, vaddr va, uint64_t bytes, unsigned rights, enum pt_memory memory, struct problem *p);

/* Unmap a range; parts that are not mapped stay so. Splits larger leaves at the edges; tables are kept.
 *   ERR_RANGE, ERR_PT_NO_TABLES as pt_protect(); on an error no translation has changed. */
enum err pt_unmap(struct pt *pt, vaddr va, uint64_t bytes, struct problem *p);

/* The leaf that translates va, or false. */
bool pt_lookup(const struct pt *pt, vaddr va, struct pt_leaf *out);

/* The table with the leaf of an address that is mapped by a 4 KiB page. */
paddr pt_last_table(const struct pt *pt, vaddr va);

#endif
