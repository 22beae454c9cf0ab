/* features.c — aarch64: the identification registers as the guest reads them. A feature that EL2 must open, and does
 * not, reads as missing: so a processor that is newer than this kernel has nothing to surprise the guest with.
 * Source: Arm Architecture Reference Manual, DDI 0487, by register name. */
#include "el2.h"

/* ESR_ELx.ISS of a trapped MSR or MRS. The identification registers: op0 3, op1 0, CRn 0, any CRm and op2. */
#define ISS_READ       BIT(0)
#define ISS_CRM(iss)   ((iss) >> 1 & 15)
#define ISS_RT(iss)    ((iss) >> 5 & 31)
#define ISS_CRN        (15 * BIT(10))
#define ISS_OP1        (7 * BIT(14))
#define ISS_OP2(iss)   ((iss) >> 17 & 7)
#define ISS_OP0(n)     ((n) * BIT(20))
#define ISS_IS_ID(iss) (((iss) & (ISS_OP0(3) | ISS_OP1 | ISS_CRN | ISS_READ)) == (ISS_OP0(3) | ISS_READ))

#define RT_ZERO 31

/* CRm and op2, the fields that the guest sees, and constants. EL0 and EL1 are AArch64, and there is no EL2; stage 2
 * has 40 bits. */
#define VISIBLE(X) \
	/* ID_AA64PFR0_EL1: FP, AdvSIMD, GIC, DIT, CSV2, CSV3 */ \
	X(4, 0, 0xff0f00000fff0000, 0x11) \
	/* ID_AA64PFR1_EL1: BT, SSBS */ \
	X(4, 1, 0xff, 0) \
	/* ID_AA64DFR0_EL1: DebugVer, PMUVer, BRPs, WRPs, CTX_CMPs */ \
	X(5, 0, 0xf0f0ff0f, 0) \
	/* ID_AA64ISAR0_EL1: all but TME */ \
	X(6, 0, 0xfffffffff0ffffff, 0) \
	/* ID_AA64ISAR1_EL1: all but LS64 */ \
	X(6, 1, 0x0fffffffffffffff, 0) \
	/* ID_AA64ISAR2_EL1: WFxT, RPRES, GPA3, APA3, PAC_frac */ \
	X(6, 2, 0xf00ffff, 0) \
	/* ID_AA64MMFR0_EL1: all but PARange, ECV, FGT */ \
	X(7, 0, 0x0000fffffffffff0, 2) \
	/* ID_AA64MMFR1_EL1: HAFDBS, HPDS, PAN, ETS */ \
	X(7, 1, 0xf000f0f00f, 0) \
	/* ID_AA64MMFR2_EL1: all but NV, FWB, EVT */ \
	X(7, 2, 0xf0fff0fff0ffffff, 0)

#define CASE(crm, op2, keep, constant) \
	case (crm) << 3 | (op2): return (cpu_read(S3_0_C0_C##crm##_##op2) & (keep)) | (constant);

static uint64_t visible(unsigned number)
{
	switch (number) {
	VISIBLE(CASE)
	default: return 0; /* AArch32's registers, SVE's, SME's, and those to come */
	}
}

bool features_answer(uint64_t syndrome, struct registers *r)
{
	unsigned rt = ISS_RT(syndrome);

	if (!ISS_IS_ID(syndrome))
		return false;
	if (rt != RT_ZERO)
		r->x[rt] = visible((unsigned)(ISS_CRM(syndrome) << 3 | ISS_OP2(syndrome)));
	return true;
}
