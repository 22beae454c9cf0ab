/* plan.h — the address space that a kernel gets, decided before any table is built.
 *
 * A plan is a sorted list of ranges, each with its place, memory, rights and reason. The loader builds tables from
 * it, the host command draws it, preflight judges the tables against it.
 *
 *   Units    bytes; every range is a multiple of 4096
 *   Order    ascending by va, never overlapping, none wrapping; one may end with the address space
 *   Memory   the caller owns the array; nothing here allocates
 *   Slots    ranges of one top-level table entry: 512 GiB with 4 levels, 256 TiB with 5 (on aarch64 there are 16 of
 *            them), 1 GiB with 3 (Sv39).
 *            A map of physical memory has its slots to itself, and so have net and stacks together: a kernel can copy
 *            or drop a whole entry without looking inside */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "elf.h"
#include "memmap.h"
#include "paging.h"
#include "walk.h"
#include "wants.h"

enum plan_kind {
	PLAN_SEGMENT, /* index: of the segment     */
	PLAN_DIRECT_MAP,
	PLAN_IDENTITY_MAP,
	PLAN_DEVICE_MAP,
	PLAN_STACK,       /* index: of the processor   */
	PLAN_NET_IMAGE,   /* fault handlers, hand-off  */
	PLAN_NET_STACK,
	PLAN_NET_FACTS,   /* facts for fault reports              */
	PLAN_NET_WINDOW,  /* any physical page; index 1: the table that selects it */
	PLAN_NET_CPUS,    /* memory of each processor */
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
	uint16_t index;
};

/* Memory types at a kernel's entry, as page tables index them.
 *   IA32_PAT   entries 0-3 as after reset (WB, WT, UC-, UC), then WC, WP, UC-, UC. Intel SDM vol. 3A, "Page Attribute
 *              Table"
 *   MAIR_ELx   0 normal write-back, 1 Device-nGnRE, 2 normal non-cacheable. Arm ARM, "MAIR_EL1" */
#define PLAN_PAT  0x0007050100070406ull
#define PLAN_MAIR 0x4404ffull
/* The same with WP, WC at entries 4 and 5; with attributes 1 and 2 the other way round. */
#define PLAN_PAT_WC5  0x0007010500070406ull
#define PLAN_MAIR_WC1 0x44ffull /* 2 is Device-nGnRnE */

/* Allowed places for the parts of an address space: one const instance per kind of translation. */
struct plan_layout {
	const struct pt_format *format;
	enum walk_mode walk;  /* how the same tables are read                                  */
	vaddr base;           /* of the range that holds direct map, stacks and net            */
	unsigned slots;       /* top-level entries in it                                       */
	unsigned first_index; /* index of the first one in the top-level table                 */
	unsigned direct_slot; /* where the search for a free run begins, counted from `base`    */
	vaddr top;            /* where a position-independent kernel goes; 0: at its physical address,
	                         and there is no upper half                                    */
	uint64_t low_limit;   /* segments below this are low: they go to their p_paddr         */
	bool two_roots;       /* aarch64 TTBR0 and TTBR1: low and high have a table each       */
	uint64_t memory_types; /* PLAN_PAT or PLAN_MAIR; 0: riscv64's tables need none          */
	const struct plan_layout *other_levels; /* x86_64: with the other number of levels, 5 or 4, by way of which a
	                                           switch from that number goes; NULL: translation goes off there */
};

extern const struct plan_layout plan_x86_64_4, plan_x86_64_5, plan_aarch64, plan_aarch64_5, plan_aarch64_el2,
                                plan_riscv_sv39, plan_riscv_sv48;
extern const struct plan_layout plan_x86_64_4_wc5, plan_x86_64_5_wc5, plan_aarch64_wc1, plan_aarch64_5_wc1;

/* A kernel's block has the same offset within a page of this size in physical memory as in virtual memory, if there
 * is room. */
#define PLAN_LARGE_PAGE MIB(2)

/* A piece of memory that gets an address in the net or the stack window. */
struct plan_piece {
	paddr phys;
	uint64_t bytes;
	vaddr virt;     /* out */
	uint8_t rights; /* these as in struct plan_range */
	uint8_t memory;
	uint8_t kind;
	uint16_t index;
};

struct plan_input {
	const struct plan_layout *layout;
	const struct wants *wants;
	const struct memmap *memory;          /* direct map, identity map, device map */
	const struct elf_segment *segments;
	unsigned segment_count;
	const struct plan_piece *avoid; /* physical ranges (.phys, .bytes) that direct map and identity map leave out,
	                                   in whole pages, or have as write-combining: framebuffers */
	unsigned avoid_count;
	const struct span *tables;      /* whole pages of firmware tables, for maps that want them */
	size_t table_count;
	const struct span *devices;     /* for the device map, besides the gaps in the memory map: as spans_sort() */
	size_t device_count;            /* leaves them, PLAN_MAX_DEVICES at most, below PLAN_DEVICE_LIMIT */
};

/* Is memory like this in a direct map or identity map of that kind? */
bool plan_map_has(const struct want_map *want, const struct hobnail_memory *entry);

/* Limits for the device registers that tables name, and for places of tables. A range of registers that ends above
 * PLAN_DEVICE_LIMIT would leave no slots for the rest. */
enum { PLAN_MAX_DEVICES = 32, PLAN_MAX_TABLES = 256 };
#define PLAN_DEVICE_LIMIT TIB(64)

struct plan {
	struct plan_range *ranges;
	size_t count;
	size_t capacity;
	vaddr direct_map;
	vaddr device_map;    /* valid if has_device_map */
	bool has_device_map;
	uint64_t device_end; /* physical: devices above it are left out of the device map */
	vaddr net_base;      /* of the slot that holds the net and, behind it, the stack window */
	uint64_t net_bytes;  /* of the net: PLAN_NET_BYTES, or half of a slot that is smaller */
	unsigned net_index;  /* of the slot in the top-level table */
	vaddr net_next;      /* where the next piece of the net goes */
	vaddr stack_next;
};

/* Bytes of the slot that belong to the net; the stack window follows. */
#define PLAN_NET_BYTES GIB(16)

/* Decide the addresses of segments: fill `run` and `low` of each segment; `place` is the caller's to fill. *slide is
 * run address - linked address (0 for static kernels). A position-independent kernel that runs at its physical
 * address (MMU off, or layout->top is 0) keeps its linked addresses here: the caller moves it when it has a place. A
 * static one with the MMU off keeps them, too; all its segments are low, wherever they are linked. value[2] is the
 * segment, as elf_segment_name() says it:
 *   ERR_PLAN_CANONICAL     neither below layout->low_limit nor in the upper half: value[0] = virt, value[1] = bytes
 *   ERR_PLAN_ONE_RANGE     in the upper half, and there is none: value[0] = virt, value[1] = bytes
 *   ERR_PLAN_PAGE_OFFSET   a low segment whose addresses differ below the page: value[0] = virt, value[1] = phys
 *   ERR_PLAN_MMU_OFF_HIGH  its p_paddr is no address that a processor has: value[0] = phys, value[1] = bytes
 *   ERR_PLAN_TOO_LARGE     position-independent and too large for the top: value[0] = where the segment begins,
 *                          from the kernel's start, value[1] = bytes there are */
enum err plan_segments(const struct plan_layout *layout, const struct elf_file *file, struct elf_layout *elf,
                       bool mmu_off, uint64_t *slide, struct problem *p);

/* Choose all places, and enter segments, direct map, identity map and device map. plan->ranges and capacity are the
 * caller's; the rest is filled. Requested bases are placed first, the net last. The device map covers addresses that
 * no entry of the memory map describes, and MMIO entries, up to the end of RAM or of the last MMIO entry, and at
 * least 4 GiB. It also covers `devices`, as far as no entry describes them or the entry is MMIO or reserved: all of
 * them or, if that takes slots that are not free, those below the end of the slots that the rest needs. On an error
 * the plan must not be used.
 *   ERR_PLAN_OVERLAP       two ranges meet: value[0] = address, value[1], value[2] = their kinds
 *   ERR_PLAN_NO_SLOT       no free run of slots is left for something of value[0] bytes
 *   ERR_PLAN_BASE          a requested base begins no slot: value[0] = base, value[1] = bytes of a slot
 *   ERR_PLAN_BASE_HIGH     too few slots follow it: value[0] = base, value[1] = slots wanted, value[2] = slots there
 *   ERR_PLAN_BASE_TAKEN    ... or one of them is in use: value[0] = base, value[1] = first address of that slot
 *   ERR_PLAN_SLOT          the recursive slot is in use: value[0] = index, value[1] = its first address
 *   ERR_PLAN_SLOT_INDEX    ... or not in the kernel's half: value[0] = index, value[1], value[2] = least and greatest
 *   ERR_PLAN_IDENTITY      RAM ends at value[0], one-to-one addresses at value[1]
 *   ERR_FULL               value[0] = capacity, which is below plan_bound() */
enum err plan_make(struct plan *plan, const struct plan_input *in, struct problem *p);

/* Give a piece the next place in the net or, for PLAN_STACK, in the stack window: piece->virt is where piece->phys
 * is. The pages before and behind it are never mapped. A piece of 2 MiB or more has the same offset within 2 MiB as
 * its memory (except PLAN_NET_IMAGE). On an error plan and piece are unchanged.
 *   ERR_RANGE              no bytes, or physical addresses that wrap
 *   ERR_PLAN_NET_FULL      the window is full: value[0] = bytes wanted, value[1] = base of the net
 *   ERR_FULL               value[0] = capacity */
enum err plan_piece(struct plan *plan, const struct plan_layout *layout, struct plan_piece *piece, struct problem *p);

/* The unit in which a position-independent kernel moves: the largest p_align, and at least PLAN_LARGE_PAGE. */
uint64_t plan_alignment(const struct elf_layout *elf);

/* Capacity for a memory map of n entries (each range of tables counts as one), up to 16 ranges to avoid, 32 pieces
 * and so many boot stacks. */
size_t plan_bound(size_t memory_entries, size_t stacks);

const char *plan_kind_name(enum plan_kind kind);

#endif
