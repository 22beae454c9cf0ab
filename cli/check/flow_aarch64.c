/* flow_aarch64.c — by the encodings of Arm ARM DDI 0487, "A64 Instruction Set Encoding". */
#include "flow.h"

static uint64_t offset_of(uint32_t word, unsigned low, unsigned bits)
{
	uint64_t field = word >> low & ((1u << bits) - 1), sign = 1ull << (bits - 1);

	return ((field ^ sign) - sign) * 4;
}

/* "Branches, Exception Generating and System instructions" */
static enum flow flow_of(uint32_t word, uint64_t address, uint64_t *target)
{
	if ((word & 0x7c000000) == 0x14000000) { /* B, BL */
		*target = address + offset_of(word, 0, 26);
		return word >> 31 ? FLOW_CALL : FLOW_JUMP;
	}
	if ((word & 0xff000000) == 0x54000000 || (word & 0x7e000000) == 0x34000000) { /* B.cond, CBZ, CBNZ */
		*target = address + offset_of(word, 5, 19);
		return FLOW_BRANCH;
	}
	if ((word & 0x7e000000) == 0x36000000) { /* TBZ, TBNZ */
		*target = address + offset_of(word, 5, 14);
		return FLOW_BRANCH;
	}
	if ((word & 0xfe000000) == 0xd6000000) /* to a register: BLR, RET, BR, ERET and those with authentication */
		return (word >> 21 & 7) == 1 ? FLOW_UNKNOWN : (word >> 21 & 7) == 2 ? FLOW_RETURN : FLOW_END;
	if ((word & 0xff000000) == 0xd4000000) /* SVC, HVC, SMC, BRK, HLT: only HVC and SMC are sure to come back */
		return (word & 0x1f) == 2 || (word & 0x1f) == 3 ? FLOW_ON : FLOW_END;
	return FLOW_ON;
}

/* "Loads and Stores", "Data processing - Scalar floating-point and Advanced SIMD", "SVE encodings", "SME encodings" */
static enum need vector_need(uint32_t word)
{
	unsigned op0 = word >> 25 & 15;

	if (op0 == 2 || (op0 == 0 && word >> 31))
		return NEED_SVE;
	if ((op0 & 7) == 7 || ((op0 & 5) == 4 && word >> 26 & 1))
		return NEED_FP;
	return NEED_NOTHING;
}

/* "Load/store exclusive register", "Load/store exclusive pair", "Compare and swap", "Atomic memory operations",
 * "DC ZVA": not defined, or a fault, where memory is of a device type. */
static bool needs_cached(uint32_t word)
{
	bool is_exclusive = (word & 0x3f800000) == 0x08000000; /* CASP, too */
	bool is_swap = (word & 0x3fa07c00) == 0x08a07c00;
	bool is_atomic = (word & 0x3f200c00) == 0x38200000 && (word >> 12 & 15) <= 8; /* LDADD ... SWP; not LDAPR */
	bool is_zero = (word & 0xffffffe0) == 0xd50b7420;

	return is_exclusive || is_swap || is_atomic || is_zero;
}

/* "System register move": op0 to op2 of a register, as MRS and MSR have them in bits 19 to 5. */
#define REGISTER(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static bool changes(uint32_t word)
{
	unsigned reg = word >> 5 & 0xffff;

	if ((word & 0xfff00000) == 0xd5300000) /* MRS of ID_...; MIDR and MPIDR have CRm 0 */
		return (reg & ~0x7fu) == REGISTER(3u, 0, 0, 0, 0) && (reg >> 3 & 15);
	if ((word & 0xfff00000) != 0xd5100000)
		return (word & 0xfffff0ff) == 0xd503407f; /* SMSTART, SMSTOP */
	switch (reg) {
	case REGISTER(3u, 0, 1, 0, 2): /* CPACR_EL1 */
	case REGISTER(3u, 5, 1, 0, 2): /* CPACR_EL12 */
	case REGISTER(3u, 4, 1, 1, 2): /* CPTR_EL2 */
	case REGISTER(3u, 0, 1, 0, 0): /* SCTLR_EL1 */
	case REGISTER(3u, 4, 1, 0, 0): /* SCTLR_EL2 */
		return true;
	default:
		return false;
	}
}

bool flow_aarch64(uint32_t word, struct instruction *out)
{
	if (!(word >> 16)) /* UDF */
		return false;
	out->flow = flow_of(word, out->address, &out->target);
	out->need = vector_need(word);
	if (!out->need && needs_cached(word))
		out->need = NEED_CACHED;
	out->changes = changes(word);
	return true;
}
