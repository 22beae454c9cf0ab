/* plan.h — the address space that a kernel gets, decided before any table is built.
 *
 * A plan is a sorted list of ranges: where, what lies there, with which rights, and why. The loader builds tables from
 * it, the host command draws it, preflight judges the tables against it.
 *
 *   Units    bytes; every range is a multiple of 4096
 *   Order    ascending by va, never overlapping
 *   Memory   the caller owns the array; nothing here allocates
 *   Slots    what one entry of the top-level table covers: 512 GiB with 4 levels, 256 TiB with 5 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "elf.h"
#include "memmap.h"
#include "paging.h"
#include "request.h"

enum plan_kind {
	PLAN_SEGMENT, /* index: of the segment     */
	PLAN_DIRECT_MAP,
	PLAN_IDENTITY_MAP,
	PLAN_DEVICE_MAP,
	PLAN_STACK,       /* index: of the processor   */
	PLAN_NET_IMAGE,   /* fault handlers, hand-off  */
	PLAN_NET_STACK,
	PLAN_CONSOLE,
	PLAN_FRAMEBUFFER, /* index: of the framebuffer */
	PLAN_KINDS
};

struct plan_range {
	vaddr va;
	paddr pa;
	uint64_t bytes;
	uint8_t rights; /* PT_WRITE | PT_EXECUTE | PT_GLOBAL */
	uint8_t memory; /* enum pt_memory                    */
	uint8_t kind;   /* enum plan_kind                    */
	uint8_t index;
};

/* Where the parts of an address space may lie: one const instance per kind of translation. */
struct plan_layout {
	const struct pt_format *format;
	vaddr base;           /* of the range that holds direct map, stacks and net            */
	unsigned slots;       /* top-level entries in it                                       */
	unsigned first_index; /* index of the first one in the top-level table                 */
	unsigned direct_slot; /* default of the direct map, counted from `base`                */
	vaddr top;            /* where a position-independent kernel goes; 0: at its physical address */
	uint64_t low_limit;   /* segments below this are low: they go to their p_paddr         */
	bool two_roots;       /* aarch64 TTBR0 and TTBR1: low and high have a table each       */
};

extern const struct plan_layout plan_x86_64_4, plan_x86_64_5, plan_aarch64, plan_aarch64_el2, plan_riscv_sv39, plan_riscv_sv48;

/* One segment where it will run. */
struct plan_segment {
	vaddr virt;
	paddr phys;
	uint64_t bytes;   /* in memory */
	uint32_t rights;  /* ELF_* */
	bool low;         /* goes to its p_paddr; else part of the block that is placed as a whole */
};

/* A piece of memory that gets an address in the net or the stack window. */
struct plan_piece {
	paddr phys;
	uint64_t bytes;
	unsigned rights;
	enum pt_memory memory;
	enum plan_kind kind;
	unsigned index;
	vaddr virt; /* out */
};

struct plan_input {
	const struct plan_layout *layout;
	const struct requests *requests;
	const struct memmap *memory;          /* direct map, identity map, device map */
	const struct plan_segment *segments;
	unsigned segment_count;
	const struct plan_piece *avoid;       /* physical ranges the direct map leaves out (framebuffers) */
	unsigned avoid_count;
	uint64_t largest_page;                /* bytes, for the device map's extent and nothing else */
};

struct plan {
	struct plan_range *ranges;
	size_t count;
	size_t capacity;
	vaddr direct_map;
	vaddr device_map;    /* valid if has_device_map */
	bool has_device_map;
	vaddr net_base;      /* of the slot that holds the net and the stack window */
	unsigned net_index;  /* in the top-level table */
	vaddr net_next;      /* where the next piece of the net goes */
	vaddr stack_next;
};

/* Bytes of the slot that belong to the net; the stack window follows. */
#define PLAN_NET_BYTES GIB(16)

/* Where segment addresses go: fill out[i].virt, .bytes, .rights, .low from the layout (phys is the caller's to fill).
 * *slide is run address - linked address (0 for static kernels). A position-independent kernel that runs at its physical
 * address (MMU off, or layout->top is 0) keeps its linked addresses here: the caller moves it when it has a place.
 *   ERR_PLAN_CANONICAL   a segment lies where no address can be translated: value[0] = virt, value[2] = segment
 *   ERR_PLAN_LOW_PIE ... see errors/plan.def */
enum err plan_segments(const struct plan_layout *layout, const struct elf_file *file, const struct elf_layout *elf,
                       bool mmu_off, struct plan_segment *out, uint64_t *slide, struct problem *p);

/* Choose the places of everything and enter segments, direct map, identity map and device map. plan->ranges and
 * capacity are the caller's; the rest is filled.
 *   ERR_PLAN_OVERLAP     two ranges meet: value[0] = address, value[1], value[2] = their kinds
 *   ERR_PLAN_NO_SLOT     no free top-level entry is left for something of value[0] bytes
 *   ERR_FULL */
enum err plan_make(struct plan *plan, const struct plan_input *in, struct problem *p);

/* Give a piece the next place in the net (a guard page before and after it) or, for PLAN_STACK, in the stack window. */
enum err plan_piece(struct plan *plan, const struct plan_layout *layout, struct plan_piece *piece, struct problem *p);

/* Entries that plan_make() may need for a memory map of n entries. */
size_t plan_bound(size_t memory_entries);

const char *plan_kind_name(enum plan_kind kind);

#endif
