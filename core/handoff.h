/* handoff.h — all data of the way from the firmware's exit to the kernel's first instruction.
 *
 * The loader has one, static: it is filled in firmware, travels with the image into the net, and is read there.
 * Physical addresses in it are reached through the transition space, which maps the ranges of `touch` one to one. */
#ifndef CORE_HANDOFF_H
#define CORE_HANDOFF_H

#include <hobnail/boot.h>

#include "boot_protocol.h"
#include "elf.h"
#include "iommu.h"
#include "mode.h"
#include "tables.h"

enum { HANDOFF_MAX_TOUCH = 160 };
enum { HANDOFF_MAX_DEVICES = TABLES_MAX_IOAPICS + 2 + IOMMU_MOST }; /* local APIC, HPET */

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

/* A processor other than the boot processor: in memory of the net. Its addresses hold in the kernel's space; with
 * the MMU off they are physical. */
struct handoff_cpu {
	uint64_t hardware_id;
	uint64_t stack;   /* top of its boot stack                                      */
	uint64_t area;    /* whole pages: the architecture's own                        */
	paddr release;    /* aarch64: its spin table; 0: none                           */
	uint64_t mailbox; /* the protocol's: where it waits to be released              */
	paddr listed;     /* ... and where the kernel is told of it                     */
	uint16_t index;   /* among the machine's processors                             */
	uint16_t nmi_pins; /* TABLE_NMI_*                                               */
	uint32_t state;   /* HANDOFF_CPU_*, changed atomically from STARTING, once; then by itself to RELEASED */
};

/* Entry state of a released processor. */
struct handoff_release {
	uint64_t entry, argument;
	paddr root; /* another top-level table than the kernel's; 0: the same */
};

enum { HANDOFF_CPU_STARTING = 0, HANDOFF_CPU_PARKED, HANDOFF_CPU_SILENT, HANDOFF_CPU_RELEASED };

struct handoff {
	/* Where the net lies: the copy of the loader's image. */
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
	uint64_t argument;     /* the first one                                */
	uint32_t signature;    /* Multiboot2: EAX; the argument is in EBX      */
	enum boot_protocol protocol; /* PROTOCOL_ANY until a kernel has been loaded  */
	uint64_t direct_map;   /* virtual base                                 */
	paddr handed_over;     /* the protocol's record: the argument's target */
	uint64_t kernel_stack; /* top                                          */

	struct handoff_move moves[ELF_MAX_SEGMENTS];
	unsigned move_count;
	struct handoff_touch touch[HANDOFF_MAX_TOUCH];
	unsigned touch_count;
	struct span devices[HANDOFF_MAX_DEVICES]; /* interrupt controllers and their like */
	unsigned device_count;

	struct handoff_cpu *cpus; /* those to start; in the net's addresses   */
	paddr cpus_phys;
	unsigned cpu_count;       /* 0: the kernel has not asked, or runs alone */
	unsigned boot_index;      /* of this processor among the machine's       */
	uint32_t psci;            /* HOBNAIL_PSCI_*                           */
	struct span startup;      /* their first code: executable, one to one, in the transition space */
	bool stopped;             /* for a fault report: parked processors stop, and no more are started */
	bool reported;            /* the fault report has ended */

	struct hobnail_console console; /* virt: in the net */
	struct hobnail_framebuffer framebuffer; /* likewise */
};

/* Add a range to work on, in whole pages: their ends are written, too.   ERR_FULL */
enum err handoff_touch(struct handoff *h, paddr base, uint64_t bytes, bool code, bool clean, struct problem *p);

/* ERR_DESTINATION_OWN for the first page of the move's destination that is not before `taken`, with its segment's
 * name. */
enum err handoff_destination_taken(const struct elf_layout *layout, const struct handoff_move *m, paddr taken,
                                   struct problem *p);

#endif
