/* walk.h — read page tables as the CPU does. Shares no code with the builder in paging.c, so that it can judge it.
 *
 *   Reads    tables through a callback: physical memory in the loader, a window in a kernel, a dump on the host
 *   Result   whether the processor would grant an access by the supervisor, or by user mode (WALK_AS_USER), the
 *            entries on the way, root first, and for each access that it would not grant the entry and the bit that
 *            say so
 *   State    of the processor is in struct walker. A field that is 0 stands for the state at entry (docs/protocol.md):
 *            EFER.NXE and CR0.WP set, CR4.SMEP and SMAP clear; SCTLR.WXN and PSTATE.PAN clear, the access flag not
 *            managed by hardware; sstatus.SUM clear, Svpbmt present; addresses have no tags
 *   Words    for a walk are in walk_text.h */
#ifndef CORE_WALK_H
#define CORE_WALK_H

#include "err.h"

enum walk_mode {
	WALK_X86_64_4,
	WALK_X86_64_5,
	WALK_AARCH64,     /* EL1, or EL2 with E2H = 1: 4 KiB granule, up to 48 bits */
	WALK_AARCH64_EL2, /* EL2 with E2H = 0: one range */
	WALK_AARCH64_LPA2, /* the same two with TCR.DS = 1: up to 52 bits */
	WALK_AARCH64_EL2_LPA2,
	WALK_SV39,
	WALK_SV48,
};

enum walk_memory { WALK_NORMAL, WALK_WRITE_COMBINING, WALK_DEVICE, WALK_MEMORY_OTHER };

enum walk_access { WALK_READ, WALK_WRITE, WALK_EXECUTE, WALK_ACCESSES };

/* Processor state that gives tables another meaning than at a kernel's entry. */
enum {
	WALK_NO_NX = 1u << 0, /* x86_64: EFER.NXE is 0, so bit 63 is reserved                         */
	WALK_NO_1G = 1u << 1, /* x86_64: CPUID knows no 1 GiB pages, so bit 7 is reserved in PDPT entries */
	WALK_NO_WP = 1u << 2, /* x86_64: CR0.WP is 0, so supervisors write to read-only pages, too    */
	WALK_SMEP = 1u << 3,  /* x86_64: CR4.SMEP                                                     */
	WALK_SMAP = 1u << 4,  /* x86_64: CR4.SMAP, and AC is 0; aarch64: PSTATE.PAN                   */
	WALK_WXN = 1u << 5,   /* aarch64: SCTLR.WXN                                                   */
	WALK_EPD0 = 1u << 6,  /* aarch64: TCR.EPD0, no walks for the lower range ...                  */
	WALK_EPD1 = 1u << 7,  /* ... and for the upper one                                            */
	WALK_HW_AF = 1u << 8, /* the processor sets the access flag (TCR.HA, Svadu)                   */
	WALK_AS_USER = 1u << 9, /* an access by user mode: NO_WP, SMEP and SMAP mean nothing then     */
	WALK_TBI0 = 1u << 10, /* aarch64: TCR.TBI0, the top byte of addresses of the lower range is a tag ... */
	WALK_TBI1 = 1u << 11, /* ... and of the upper one; walk_extent() does not look past a tag     */
	WALK_ALONE0 = 1u << 12, /* aarch64 with DS: TCR.SH0, the lower range is not shareable ...     */
	WALK_ALONE1 = 1u << 13, /* ... and SH1, the upper one                                         */
};

struct walker {
	enum walk_mode mode;
	uint16_t flags;    /* WALK_NO_NX ...                                                  */
	uint8_t phys_bits; /* of a physical address; 0: all that the format has               */
	uint8_t t0sz;      /* aarch64: TCR.T0SZ and T1SZ, 16 to 47; 0: 16. With DS 12 to 47; 0: 12 */
	uint8_t t1sz;
	paddr root;        /* x86: CR3; aarch64: TTBR0 (lower range), as the register has it  */
	paddr upper_root;  /* aarch64 with two ranges: TTBR1                                  */
	uint64_t pat_or_mair; /* IA32_PAT or MAIR_ELx: the meaning of memory-type indices     */
	bool (*read)(void *context, paddr entry, uint64_t *out); /* false: not readable memory */
	/* Or, faster, where the page at this physical address can be read until the next call; NULL: nowhere.
	 * `read` is not used then. */
	const uint64_t *(*page)(void *context, paddr page);
	void *context;
};

struct walk_step {
	unsigned level; /* 0: 4 KiB pages */
	unsigned index;
	paddr at;
	uint64_t entry;
};

/* Reasons for which an access is denied. The first two read no entry; the next four end the walk and deny every
 * access. */
enum walk_cause {
	WALK_GRANTED,
	WALK_NOT_CANONICAL, /* the address has no translation                                   */
	WALK_DISABLED,      /* aarch64: EPD0, EPD1                                              */
	WALK_UNREADABLE,    /* the last step's entry is not in memory that can be read          */
	WALK_ABSENT,        /* `bit` marks the entry as absent                                  */
	WALK_RESERVED,      /* `bit` is reserved and has the wrong value                        */
	WALK_TOO_WIDE,      /* `bit` of the address is beyond phys_bits; without steps: the root's */
	WALK_FORBIDDEN,     /* `bit` takes the access away, here and in everything below        */
	WALK_USER_PAGE,     /* `bit` gives the page to user mode, and so takes it from the supervisor */
	WALK_WRITABLE_PAGE, /* a writable page is not executed (WXN)                            */
	WALK_KERNEL_PAGE,   /* `bit` keeps user mode from it and from everything below          */
};

struct walk_blame {
	_Alignas(4) uint8_t cause; /* enum walk_cause; aligned, so that it is copied as a whole */
	uint8_t step;
	uint8_t bit;   /* of the entry    */
};

/* The rights that the entries of a path have left, root first. A walk copies it at each entry: aligned, it is copied
 * in words. */
struct walk_rights {
	_Alignas(8) struct walk_blame blame[WALK_ACCESSES];
	bool user;
	bool user_execute;
	bool no_user_below; /* aarch64: APTable[0] seen */
	bool shared;
	uint8_t memory;
};

struct walk {
	bool mapped;
	bool readable;    /* by the supervisor, or as WALK_AS_USER says */
	bool writable;
	bool executable;
	bool user;        /* user mode may read */
	bool user_executable;
	bool shared;      /* other processors see the same: aarch64 SH of normal memory, true elsewhere */
	enum walk_memory memory;
	vaddr va;
	paddr phys;       /* of the address itself */
	uint64_t page_bytes;
	unsigned steps;
	struct walk_step step[5];
	struct walk_blame blame[WALK_ACCESSES];
	struct walk_rights above; /* before the last step: for walk_next() */
};

/* Walk one address. Always fills *out; mapped = false when the walk ends early: out->step[out->steps - 1] says
 * where. */
void walk(const struct walker *w, vaddr va, struct walk *out);

/* Are there two ranges, each with a root of its own? */
bool walk_has_two_roots(enum walk_mode mode);

/* Physical address of the top-level table for an address: the walker's root without the other fields of its register. A
 * table that begins inside a page has the page's address. */
paddr walk_root(const struct walker *w, vaddr va);

/* The address as it is translated, and as out->va has it: without its tag, if the processor ignores that. */
vaddr walk_untagged(const struct walker *w, vaddr va);

/* Addresses between the two ranges, which have no translation: [*from, *to). *to 0: there is no upper range. */
void walk_gap(const struct walker *w, vaddr *from, vaddr *to);

/* walk(). *out is an earlier walk by the same walker over tables that have not changed, so the last table is not
 * looked for again. */
void walk_next(const struct walker *w, vaddr va, struct walk *out);

/* Bytes from out->va on, up to `limit`, in which a walk of every page says the same: the same rights and contiguous
 * memory, or the same fault. Never 0 (limit is not); with `page` it looks ahead as far as the last table goes. Ends
 * with the address space. */
uint64_t walk_extent(const struct walker *w, const struct walk *out, uint64_t limit);

#endif
