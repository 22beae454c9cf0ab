/* wants.h — a kernel's wants, whichever protocol states them: notes of our own, Limine's requests, later Multiboot2's
 * tags. A protocol reads its own form and fills this; every other part knows only this. All zero is what our own
 * protocol promises. */
#ifndef CORE_WANTS_H
#define CORE_WANTS_H

#include "base.h"

/* Maps of physical memory. */
enum { WANT_DIRECT_MAP, WANT_IDENTITY_MAP, WANT_DEVICE_MAP, WANT_MAPS };

struct want_map {
	bool asked;  /* the direct map is there in any case              */
	vaddr base;  /* where it must begin; 0: anywhere. Not of the identity map */

	/* Contents of direct map and identity map. */
	uint32_t types;      /* bit n: memory of type n (HOBNAIL_MEMORY_*); 0: RAM that may be cached             */
	uint64_t from, to;   /* all addresses in [from, to), whatever is there; none below `from` is in the map   */
	uint8_t other;       /* enum pt_memory of what is no RAM                                                  */
	bool tables;         /* pages of firmware tables, whatever type they have                                 */
	bool framebuffer;    /* the framebuffer, write-combining; else its pages are left out                     */
	bool execute;        /* the map's rights: execution, too                                                  */
};

/* Bits of wants.state: how the state at entry differs from that of docs/protocol.md. */
enum {
	STATE_BARE_STACK = 1u << 0,    /* the stack pointer is at the stack's top, and the return address is 0      */
	STATE_BARE_CONTROL = 1u << 1,  /* x86_64: CR0, CR4 and EFER have nothing but what paging needs; aarch64: HCR,
	                                  CNTHCTL and SCTLR likewise, where the kernel runs at EL2                  */
	STATE_DIRECT_GDT = 1u << 2,    /* x86_64: the GDT is reached through the direct map and ends before the TSS;
	                                  FS and GS are flat, too                                                   */
	STATE_NO_HANDLERS = 1u << 3,   /* no fault handlers are left installed: IDTR, base and limit of TR, VBAR: 0 */
	STATE_SP_EL0 = 1u << 4,        /* aarch64: SP_EL0 is the stack pointer                                      */
	STATE_OUTER_WALKS = 1u << 5,   /* aarch64: table walks are outer shareable                                  */
	STATE_XAPIC = 1u << 6,         /* x86_64: x2APIC mode is off                                                */
	STATE_X2APIC = 1u << 7,        /* ... or on, where the processor has it                                     */
	STATE_MASK_ONLY = 1u << 8,     /* x86_64: of interrupt controllers' entries only the mask changes           */
	STATE_APIC_RESET = 1u << 9,    /* x86_64: the local APIC is enabled, and takes NMIs where tables say        */
	STATE_NO_IOMMU = 1u << 10,     /* x86_64: IOMMUs translate nothing                                          */
	STATE_SAME_MTRRS = 1u << 11,   /* x86_64: all processors have the boot processor's MTRRs                    */
};

struct wants {
	struct want_map maps[WANT_MAPS];
	uint64_t stack_bytes;                /* of each processor's boot stack */
	unsigned paging_least, paging_most;  /* x86_64: levels                 */
	uint32_t level;                      /* aarch64: HOBNAIL_LEVEL_*       */
	bool level_best;                     /* aarch64: EL2 with VHE where that is to be had; else `level` */
	uint64_t recursive_slot;             /* x86_64: its index; 0: none     */
	bool mmu_off, fp_trap;
	bool processors;                     /* all of them, started           */
	bool tree_copied;                    /* the kernel gets a copy of the device tree: the firmware's may go */
	bool stack_direct;                   /* boot stacks are used through the direct map, without guards */
	bool tables_reserved;                /* tables of SMBIOS and UEFI are reserved memory, whatever theirs is */
	bool types_pat5;                     /* write-combining is PAT entry 5 (x86_64), MAIR attribute 1 (aarch64) */
	uint32_t state;                      /* STATE_*                        */
	uint64_t below;                      /* modules and record end at or below this physical address; 0: anywhere */
	bool display;                        /* there shall be a framebuffer, if the machine has one */
	uint32_t width, height;              /* of the framebuffer, in pixels; 0: as it is */
};

#endif
