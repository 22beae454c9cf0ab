/* mode.h — the processor's abilities and the firmware's state, and how a kernel is entered there. Pure: the loader
 * fills the facts by instructions (arch_probe()), a host from a model. */
#ifndef CORE_MODE_H
#define CORE_MODE_H

#include "plan.h"
#include "wants.h"

struct arch_facts {
	unsigned firmware_level; /* aarch64: 1, 2 or 3; else 0                             */
	unsigned paging_levels;  /* of the firmware's own tables                           */
	bool vhe;                /* aarch64: FEAT_VHE                                      */
	bool e2h_fixed;          /* aarch64: at EL2, and HCR_EL2.E2H cannot be cleared     */
	bool la57;               /* x86_64: 5-level paging                                 */
	bool lpa2;               /* aarch64: FEAT_LPA2 with a 4 KiB granule, 5 levels      */
	bool no_execute;         /* x86_64: NX                                             */
	bool x2apic;             /* x86_64: x2APIC mode                                   */
	bool x2apic_stays;       /* ... is on, and cannot be switched off                 */
	bool confidential;       /* x86_64: a guest of TDX or SEV, whose memory the host cannot read */
	unsigned max_leaf;       /* 1: 2 MiB pages, 2: also 1 GiB                          */
	unsigned phys_bits;      /* width of a physical address                            */
	uint64_t boot_cpu;       /* hardware id of this processor                          */
	bool starts_uncached;    /* other processors begin in the net's text, with translation and caches off */
	uint64_t net_limit;      /* the net's memory must lie below this physical address  */
};

/* How the kernel will be entered. */
struct arch_mode {
	const struct plan_layout *layout;
	uint32_t level;      /* HOBNAIL_LEVEL_*; 0: not aarch64 */
	bool mmu_off;
	bool fp_trap;
	unsigned paging_levels;
	uint32_t state;        /* STATE_*                      */
	uint64_t memory_types; /* the layout's: for the processor */
};

/* Choose the mode that the wants ask for, or say why this machine cannot.
 *   x86_64   the most paging levels that the processor has; STATE_XAPIC goes where x2APIC mode stays.
 *            ERR_NO_NX, ERR_PAGING_UNAVAILABLE (value[0] = levels), ERR_X2APIC_STAYS with wants.processors
 *   aarch64  5 paging levels if they are wanted and there are two ranges. ERR_PAGING_LEVELS (value[0] = levels),
 *            ERR_LEVEL_EL3, ERR_LEVEL_UNAVAILABLE (value[0] = the firmware's level), ERR_LEVEL_NO_VHE,
 *            ERR_LEVEL_E2H_FIXED */
typedef enum err mode_chooser(const struct arch_facts *facts, const struct wants *wants, struct arch_mode *out,
                              struct problem *p);
mode_chooser mode_choose_x86_64, mode_choose_aarch64;

#endif
