/* net.h — what the net says when a processor faults, or a kernel returns.
 *
 *   Before exit   what it will need to know is gathered in memory of the net, and a window prepared: net_facts.c
 *   After exit    in the address space that is live then, whoever made it, with nothing but the net's slot: no allocation, no
 *                 firmware, no direct map, nothing of the kernel but what is looked at through the window: net_report.c
 * Constants are usable from assembly. */
#ifndef LOADER_NET_H
#define LOADER_NET_H

/* One stack for the report: there is one report a machine. */
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
	/* A page of which the translation can be changed: 0 with the MMU off. */
	uintptr_t window;
	volatile uint64_t *window_entry; /* its leaf */
	uint64_t window_bits;            /* of the leaf, but for the page's address */
	uint64_t window_device_bits;     /* ... where that is a device's            */
};

extern struct net net;
extern uint8_t net_report_stack[NET_REPORT_STACK_BYTES];

/* ---- In firmware --------------------------------------------------------------------------------------- */

/* Memory for plan and memory map, before there is a plan: fills plan->ranges and capacity. */
enum err net_facts_allocate(struct boot *b, struct problem *p);

/* Into the plan: that memory, the kernel's symbols, and the window. With the MMU off they are where they lie. */
enum err net_facts_place(struct boot *b, struct problem *p);

/* When the kernel's tables are built: the table that holds the window's leaf is mapped, too. */
enum err net_window_open(struct boot *b, struct problem *p);

/* The last map; any earlier one is forgotten. */
void net_facts_memory(const struct memmap *m);

/* ---- After exit ---------------------------------------------------------------------------------------- */

/* The report, on net_report_stack, by the one processor that got here first. Returns if it was nothing: arch_is_spurious(). */
void net_report(const struct fault *f);

/* Where a page of device registers can be read until something else is looked at. Not with the MMU off. */
uintptr_t net_device(paddr page);

/* That processor faulted again while it was reporting: one line, as long as that works. At most once, and
 * nothing after the end of the report. */
void net_report_again(uint64_t pc) __attribute__((noreturn));

#endif
#endif
