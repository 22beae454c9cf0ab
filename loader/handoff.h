/* handoff.h — what happens between the firmware's exit and the kernel's first instruction.
 *
 * `handoff` is static: it is filled in firmware, travels with the image into the net, and is read there. Physical
 * addresses in it are reached through the transition space, which maps what `touch` lists one to one. */
#ifndef LOADER_HANDOFF_H
#define LOADER_HANDOFF_H

#include <hobnail/boot.h>

#include "arch.h"
#include "elf.h"

enum { HANDOFF_MAX_TOUCH = 160, HANDOFF_MAX_DEVICES = TABLES_MAX_IOAPICS + 2 }; /* local APIC, HPET */

struct handoff_move {
	paddr to;
	paddr from;
	uint64_t bytes;
};

/* A range that the hand-off works on after exit. */
struct handoff_touch {
	paddr base;
	uint64_t bytes;
	bool code;  /* make it visible to instruction fetch            */
	bool clean; /* clean and invalidate it (entry with the MMU off) */
};

/* A processor other than the boot processor: in memory of the net. Its addresses hold in the kernel's space; with the MMU
 * off they are physical. */
struct handoff_cpu {
	uint64_t hardware_id;
	uint64_t stack;   /* top of its boot stack                                      */
	uint64_t area;    /* arch_cpu_bytes, page-aligned: the architecture's own       */
	uint64_t mailbox; /* where it looks: the struct hobnail_mailbox in the record   */
	paddr record;     /* its struct hobnail_cpu                                     */
	uint32_t index;   /* ... and the index of that among the record's `cpus`        */
	uint32_t state;   /* HANDOFF_CPU_*, changed atomically from STARTING, once; then by itself to RELEASED */
};

enum { HANDOFF_CPU_STARTING = 0, HANDOFF_CPU_PARKED, HANDOFF_CPU_SILENT, HANDOFF_CPU_RELEASED };

struct handoff {
	/* Where the net lies. `net_delta` added to an address of the running image gives that of its copy. */
	uint64_t net_virt;   /* of the image's first byte */
	paddr net_phys;
	uint64_t stack_top;  /* net stack, in the net's addresses */

	/* Tables. */
	paddr transition;       /* root of the transition space                                            */
	paddr transition_first; /* x86_64: root with the firmware's number of levels, if that changes; else 0 */
	paddr root;             /* the kernel's (aarch64: TTBR1, or TTBR0_EL2 with one range)              */
	paddr lower_root;       /* aarch64 with two ranges: TTBR0                                          */

	/* Entry. */
	struct arch_mode mode;
	struct arch_facts facts;
	uint64_t entry;
	uint64_t record;       /* the argument                                 */
	paddr record_phys;
	uint64_t kernel_stack; /* top                                          */

	struct handoff_move moves[ELF_MAX_SEGMENTS];
	unsigned move_count;
	struct handoff_touch touch[HANDOFF_MAX_TOUCH];
	unsigned touch_count;
	struct span devices[HANDOFF_MAX_DEVICES]; /* interrupt controllers: device memory */
	unsigned device_count;

	struct handoff_cpu *cpus; /* those to start; in the net's addresses   */
	paddr cpus_phys;
	unsigned cpu_count;       /* 0: the kernel has not asked, or runs alone */
	unsigned boot_index;      /* of this processor among the record's `cpus` */
	struct span startup;      /* where they begin: executable, one to one, in the transition space */
	bool stopped;             /* parked processors stop, and the boot processor starts no more: there is a fault's report */
	bool reported;            /* ... and that has ended */

	struct hobnail_console console; /* virt: in the net */
	struct hobnail_framebuffer framebuffer; /* likewise */
};

extern struct handoff handoff;

/* Add a range to work on, in whole pages: their ends are written, too.   ERR_FULL */
enum err handoff_touch(struct handoff *h, paddr base, uint64_t bytes, bool code, bool clean, struct problem *p);

/* The net's address of something in this image. */
static inline uint64_t handoff_net_address(const struct handoff *h, const void *in_image, uintptr_t image_base)
{
	return (uintptr_t)in_image - image_base + h->net_virt;
}

/* In the net: everything up to arch_enter(). */
void handoff_main(void) __attribute__((noreturn));

#endif
