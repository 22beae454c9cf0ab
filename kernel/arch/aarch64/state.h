/* state.h — the processor's state at entry, as entry.S saved it and arch_state_read() completed it. For assembly,
 * too. */
#ifndef KERNEL_ARCH_STATE_H
#define KERNEL_ARCH_STATE_H

#define ENTRY_SP 248 /* byte offset into struct entry_state */

#ifndef __ASSEMBLER__

#include "contract/contract.h"

struct entry_state {
	uint64_t x[31];
	uint64_t sp;
};
_Static_assert(offsetof(struct entry_state, sp) == ENTRY_SP, "entry.S");

extern struct entry_state entry_state;

/* Registers that C code does not change. At EL2 with E2H = 0 the registers are those called _EL2; otherwise those
 * called _EL1, which at EL2 with E2H = 1 also mean EL2's (Arm ARM DDI 0487, "Virtualization Host Extensions"). */
struct control_state {
	unsigned level; /* 1 or 2 */
	bool vhe;       /* EL2 with E2H = 1 */
	uint64_t sctlr, tcr, mair, ttbr0, ttbr1, vbar;
	uint64_t cpacr; /* CPACR_EL1; CPTR_EL2 where E2H = 0 */
	uint64_t daif, spsel;
	uint64_t cntp, cntv;             /* timer controls of this level */
	uint64_t hcr, vttbr, hstr, mdcr, cntvoff; /* at EL2 */
	uint64_t guest_cntp, guest_cntv; /* at EL2: EL1's */
};

extern struct control_state control_state;

/* EL2 with E2H = 0: one range of addresses, registers of their own. */
static inline bool plain_el2(void)
{
	return control_state.level == 2 && !control_state.vhe;
}

#endif
#endif
