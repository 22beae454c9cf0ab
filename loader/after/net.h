/* net.h — the report of the net, when a processor faults or a kernel returns.
 *
 *   Before exit   facts for the report are gathered in memory of the net, and a window is prepared: net_facts.c
 *   After exit    the report runs in whichever address space is live, and relies on the net's slot alone: no
 *                 allocation, no firmware, no direct map. It reads the kernel's memory through the window only:
 *                 net_report.c
 * Constants are usable from assembly. */
#ifndef LOADER_NET_H
#define LOADER_NET_H

/* One stack is enough: a machine makes one report. */
#define NET_REPORT_STACK_BYTES 12288

#include "fault.h"

#ifndef __ASSEMBLER__
#include "boot.h"
#include "fault_place.h"

/* Static like `handoff`: it travels with the image. Addresses in it are the net's. */
struct net {
	struct fault_places places; /* nothing before the last map */
	size_t memory_room;         /* entries of places.memory */
	paddr memory_phys;          /* ... where they lie       */
	struct span modules[CONFIG_MAX_MODULES];
	const char *symbols;                /* the block of the kernel's symbols; NULL: none */
	struct hobnail_symbols in_symbols;  /* its header: a kernel can write to the block   */
	/* A page whose translation can be changed; 0 with the MMU off. */
	uintptr_t window;
	volatile uint64_t *window_entry; /* its leaf */
	struct pt_format window_format;  /* ... for the page's address              */
	uint64_t window_bits;            /* of the leaf, but for that               */
	uint64_t window_device_bits;     /* ... where the page is a device's        */
};

extern struct net net;
extern uint8_t net_report_stack[NET_REPORT_STACK_BYTES];

/* ---- In firmware --------------------------------------------------------------------------------------- */

/* An attempt begins: nothing is known. */
void net_forget(void);

/* The kernel's address space is built, and has places for all of it. */
void net_facts_fill(const struct boot *b);

/* The last map; any earlier one is forgotten. */
void net_facts_memory(const struct memmap *m);

/* ---- After exit ---------------------------------------------------------------------------------------- */

/* The report, on net_report_stack, by the one processor that got here first. Returns if there is nothing to report:
 * arch_is_spurious(). */
void net_report(const struct fault *f);

/* Copy the bytes at a kernel's address, as far as memory answers there. Returns how many. Within a report. */
unsigned net_peek(vaddr at, void *to, unsigned bytes);

/* Map a page of device registers in the window, until something else is looked at. Not with the MMU off. */
uintptr_t net_device(paddr page);

/* The reporting processor has faulted again: print one line, as long as that works. At most once, and nothing after
 * the end of the report. */
void net_report_again(uint64_t pc) __attribute__((noreturn));

#endif
#endif
