/* attempt.h — the pure part of one attempt at a boot: the machine, the kernel, and the address space that is made for
 * it. The loader makes an attempt on a machine, the host command on a model of one. Each step of core/ that decides
 * or builds works on it. */
#ifndef CORE_ATTEMPT_H
#define CORE_ATTEMPT_H

#include "config.h"
#include "handoff.h"
#include "kernel.h"
#include "mode.h"
#include "pages.h"
#include "pe.h"
#include "plan.h"
#include "wants.h"

/* The loader's image, which runs at `base` and is copied into the net. Offsets are from `base`, in whole pages except
 * code_end. */
struct image {
	uint64_t base;
	uint64_t text, text_end;
	uint64_t code_end; /* the text from here on is room that is filled in the copy only: some firmware
	                      (EDK2) does not let an image execute it */
	uint64_t rodata, rodata_end;
	uint64_t data, end;
};

struct platform {
	struct arch_facts arch;
	struct memmap memory; /* the early map: RAM stays RAM. Free memory that holds firmware tables has the type
	                         ACPI reclaimable here */
	bool has_console, has_framebuffer;
	struct hobnail_console console;
	struct hobnail_framebuffer framebuffer;
	struct span devices[PLAN_MAX_DEVICES]; /* of PCI, if tables name them: as in struct plan_input */
	size_t device_count;
	struct span tables[PLAN_MAX_TABLES]; /* whole pages of firmware tables that are neither free nor ACPI's, if */
	size_t table_count;                  /* a map wants them; and those of wants.tables_reserved               */
	struct table_cpu *cpus;
	size_t cpu_count;
	uint32_t psci;
};

/* Facts that a fault report reads, in the net: the plan and, behind it, room for the last memory map; the kernel's
 * symbols; and a window, which is a page whose translation can be changed. With the MMU off everything is read where
 * it lies, and there is no window. */
struct space_facts {
	paddr block;
	uint64_t block_bytes;
	paddr memory;       /* of the room  */
	size_t memory_room; /* ... entries  */
	vaddr virt, symbols;
	vaddr window;       /* 0: none                            */
	vaddr window_leaf;  /* ... its entry in the last table    */
};

/* Page tables that are being built, and the places of the memory that they map. */
struct space {
	struct plan plan;
	struct pt upper; /* the only one, or the one of the upper range */
	struct pt lower; /* the same, or the one of the lower range     */
	paddr pool;      /* next free table page */
	uint64_t pool_bytes;
	uint64_t table_bytes;
	struct plan_piece stack, console, framebuffer; /* the boot processor's stack */
	struct space_facts facts;
};

/* Parts of an attempt that done() is told of when they have succeeded: of one that failed nothing is logged. */
enum attempt_part { ATTEMPT_REQUESTS, ATTEMPT_MODE, ATTEMPT_LOADED };

struct attempt {
	/* Given by the program that makes the attempt. */
	const struct pages *pages;
	const struct image *image;
	uint32_t arch;           /* HOBNAIL_ARCH_* */
	enum boot_protocol protocol;  /* protocol_load() decides */
	uint32_t cpu_area_bytes; /* of handoff_cpu.area: whole pages */
	mode_chooser *choose_mode;
	/* OK: other processors can be started. Called only if they are wanted. */
	enum err (*prepare_cpus)(struct attempt *a, struct problem *p);
	void (*done)(struct attempt *a, enum attempt_part part);
	void *context;           /* for these two */

	/* Results of the steps. */
	struct platform platform;
	struct wants wants;
	struct arch_mode mode;
	struct kernel kernel;
	struct pe program;       /* in place of the kernel: an EFI program */
	struct span kernel_file; /* physical: the whole file, if the protocol keeps it */
	struct span record; /* physical: the protocol's record, to which the entry's first argument points */
	struct span modules[CONFIG_MAX_MODULES];
	unsigned module_count;
	struct space space;
	struct handoff *handoff;
};

/* ---- Placing the kernel: place.c ----------------------------------------------------------------------- */

/* Fill `place` and `loaded` of each segment: upper-half segments are one block, low ones go to their p_paddr, staged
 * where the firmware is still in the way. */
enum err kernel_place(struct attempt *a, struct problem *p);

/* ---- The address space: space.c ------------------------------------------------------------------------ */

/* Choose all places. space_take_facts() has set plan->ranges and capacity before. */
enum err space_plan(struct attempt *a, struct problem *p);

/* Take memory and addresses: the first for the loader's copy, its stack, console and framebuffer; the second for all
 * processors that are started, and for the boot stacks. */
enum err space_place_net(struct attempt *a, struct problem *p);
enum err space_place_cpus(struct attempt *a, struct problem *p);

/* Build the kernel's tables from the plan. */
enum err space_build(struct attempt *a, struct problem *p);

/* In space_facts.c: take memory for plan and memory map, before there is a plan; give places to that memory, the
 * symbols and the window; when the kernel's tables are built, give a place to the table that has the window's leaf. */
enum err space_take_facts(struct attempt *a, struct problem *p);
enum err space_place_facts(struct attempt *a, struct problem *p);
enum err space_open_window(struct attempt *a, struct problem *p);

/* Build the transition space, which maps all that the hand-off touches so far. */
enum err space_build_transition(struct attempt *a, struct problem *p);

/* ---- An attempt in order: attempt.c ---------------------------------------------------------------------- */

/* The kernel is open (kernel_open()), and its wants are known. attempt_mode() chooses the mode; attempt_load() chooses
 * the places and reads the segments; attempt_complete() adds symbols, zeros and relocations. A protocol looks at mode
 * and kernel in between. The errors are those of the steps that these call. */
enum err attempt_mode(struct attempt *a, struct problem *p);
enum err attempt_load(struct attempt *a, struct source *source, struct problem *p);
enum err attempt_complete(struct attempt *a, struct source *source, struct problem *p);

/* Count the processors to start, and prepare to start them. An error means only that they cannot be started. OK with
 * a count of 0: the kernel has not asked, or there is one processor only. */
enum err attempt_cpus(struct attempt *a, struct problem *p);

/* Make the whole address space of the kernel, and enter it in the hand-off. */
enum err attempt_space(struct attempt *a, struct problem *p);

/* Take pages for the protocol's record, which the kernel reaches through the direct map. */
enum err attempt_record(struct attempt *a, uint64_t bytes, struct problem *p);

/* Does the switch go by way of tables with the firmware's number of levels? */
static inline bool attempt_changes_levels(const struct attempt *a)
{
	return a->mode.layout->other_levels && !a->mode.mmu_off &&
	       a->mode.paging_levels != a->platform.arch.paging_levels;
}

/* Does the console have registers in memory? A port has no address there. */
static inline bool platform_maps_console(const struct platform *m)
{
	return m->has_console && m->console.kind != HOBNAIL_CONSOLE_16550_PORT;
}

/* Is it a processor that the kernel's boot processor can start? */
static inline bool platform_is_other(const struct platform *m, const struct table_cpu *c)
{
	return c->enabled && c->hardware_id != m->arch.boot_cpu;
}

#endif
