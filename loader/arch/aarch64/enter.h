/* enter.h — between the translation regimes, for every processor: into the net, and from the net to the kernel. */
#ifndef LOADER_AARCH64_ENTER_H
#define LOADER_AARCH64_ENTER_H

#include "arch.h"
#include "layout.h"

/* Read with translation off: cleaned to the point of coherency first, or written with translation off. Offsets are in
 * layout.h. */
struct switch_state {
	uint64_t route;
	uint64_t hcr, cnthctl, cptr, vbar_el2; /* routes from EL2 */
	uint64_t mair, tcr, ttbr0, ttbr1, sctlr, vbar, cpacr; /* of the level that we go to */
	uint64_t stack, target;
	uint64_t extensions; /* SWITCH_HAS_* */
} __attribute__((aligned(128)));
_Static_assert(offsetof(struct switch_state, mair) == SWITCH_MAIR &&
                       offsetof(struct switch_state, sctlr) == SWITCH_SCTLR &&
                       offsetof(struct switch_state, extensions) == SWITCH_EXTENSIONS,
               "layout.h");

/* Fill *s with the registers that this processor, at `level` (1 or 2), has to load to run `target` in the net on
 * `stack`. At EL2 this also opens the list of docs/protocol.md, "What EL2 lets through". */
void enter_fill(struct switch_state *s, const struct handoff *h, unsigned level, uint64_t stack, uint64_t target);

/* Room for the vectors, in the image: it is filled in the net's copy. fault_entry.S */
extern const char net_vectors[], park_vectors[];

/* Fill it. After image_copy(). vectors.c */
void vectors_make(const struct handoff *h);

/* Everything changes here but the memory that this code and *s lie in. switch.S */
void switch_world(struct switch_state *s) __attribute__((noreturn));

/* In the net: set the rest of the registers that a kernel finds, but for the timers, which arch_quiet() sets. */
void enter_registers(const struct handoff *h);

/* In the net: switch to the kernel's tables. With the MMU off there are none. */
void enter_tables(const struct handoff *h);

/* Switch to another root than the kernel's first one: TTBR1, or TTBR0_EL2 with one range. The new tables map the net
 * as h->root does. */
void enter_change_root(const struct handoff *h, paddr root);

/* Clear all general registers but x0 and x30, and enter the kernel. */
void enter_leave(const struct handoff *h, uint64_t stack, uint64_t entry, uint64_t argument) __attribute__((noreturn));

/* The address of something of this image in the net's copy, physically. */
static inline paddr enter_physical_of(const struct handoff *h, const void *in_image, const char *base)
{
	return (paddr)((const char *)in_image - base) + h->net_phys;
}

#endif
