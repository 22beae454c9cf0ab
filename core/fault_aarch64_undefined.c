/* fault_aarch64_undefined.c — which instruction an exception of class 0 is about. Arm ARM DDI 0487, "A64 instruction set encoding",
 * "AArch64 System Register Encoding", and the fields of the ID_AA64 registers. */
#include "fault_undefined.h"

#include "say.h"

/* ---- What is known ---------------------------------------------------------------------------------------- */

/* Of f->id: word, and the field's lowest bit. POINTER_KEYS: three fields tell. */
#define FIELD(word, shift) (64 * (word) + (shift))
enum { POINTER_KEYS = 0xffff };
enum { PMU_VERSION = FIELD(FAULT_ID_DFR0, 8), PMU_OTHER = 15 }; /* "PMUVer": 15 is a PMU, but not PMUv3 */

/* MRS and MSR of a register, whichever; and MSR of a field of PSTATE. */
#define REGISTER(op0, op1, crn, crm, op2) (0xd5000000 | (op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define PSTATE(op1, op2) (0xd500401f | (op1) << 16 | (op2) << 5)
enum { ONE = 0xffdfffe0, ALL_OP2 = 0xffdfff00, FOUR_CRM = 0xffdffc00, EIGHT_CRM = 0xffdff800, IN_PSTATE = 0xfffff0ff };

static const struct known {
	uint32_t mask, value;
	uint16_t field;
	uint8_t least;
	uint16_t name, bit; /* bit 0: nothing that is known switches it on */
} known[] = {
	{ EIGHT_CRM, REGISTER(3, 0, 12, 8, 0), FIELD(FAULT_ID_PFR0, 24), 1, SAY_I_ICC, SAY_B_SRE },
	{ ONE, REGISTER(3, 0, 4, 6, 0), FIELD(FAULT_ID_PFR0, 24), 1, SAY_I_ICC, SAY_B_SRE },
	{ ALL_OP2, REGISTER(3, 0, 2, 1, 0), POINTER_KEYS, 1, SAY_I_POINTER_KEYS, 0 },
	{ ALL_OP2, REGISTER(3, 0, 2, 2, 0), POINTER_KEYS, 1, SAY_I_POINTER_KEYS, 0 },
	{ ALL_OP2, REGISTER(3, 0, 2, 3, 0), POINTER_KEYS, 1, SAY_I_POINTER_KEYS, 0 },
	{ 0xffff0000, 0xdac10000, POINTER_KEYS, 1, SAY_I_POINTER_CODE, 0 },
	{ 0xfffffbff, 0xd65f0bff, POINTER_KEYS, 1, SAY_I_POINTER_CODE, 0 },
	{ 0xfe9ff800, 0xd61f0800, POINTER_KEYS, 1, SAY_I_POINTER_CODE, 0 },
	{ 0xff200400, 0xf8200400, POINTER_KEYS, 1, SAY_I_POINTER_CODE, 0 },
	{ ALL_OP2, REGISTER(3, 3, 2, 4, 0), FIELD(FAULT_ID_ISAR0, 60), 1, SAY_I_RNDR, 0 },
	{ ONE, REGISTER(3, 0, 4, 2, 3), FIELD(FAULT_ID_MMFR1, 20), 1, SAY_I_PAN, 0 },
	{ IN_PSTATE, PSTATE(0, 4), FIELD(FAULT_ID_MMFR1, 20), 1, SAY_I_PAN, 0 },
	{ ONE, REGISTER(3, 0, 4, 2, 4), FIELD(FAULT_ID_MMFR2, 4), 1, SAY_I_UAO, 0 },
	{ IN_PSTATE, PSTATE(0, 3), FIELD(FAULT_ID_MMFR2, 4), 1, SAY_I_UAO, 0 },
	{ ONE, REGISTER(3, 3, 4, 2, 5), FIELD(FAULT_ID_PFR0, 48), 1, SAY_I_DIT, 0 },
	{ IN_PSTATE, PSTATE(3, 2), FIELD(FAULT_ID_PFR0, 48), 1, SAY_I_DIT, 0 },
	{ ONE, REGISTER(3, 3, 4, 2, 6), FIELD(FAULT_ID_PFR1, 4), 2, SAY_I_SSBS, 0 },
	{ IN_PSTATE, PSTATE(3, 1), FIELD(FAULT_ID_PFR1, 4), 2, SAY_I_SSBS, 0 },
	{ ONE, REGISTER(3, 3, 4, 2, 7), FIELD(FAULT_ID_PFR1, 8), 1, SAY_I_MTE, 0 },
	{ IN_PSTATE, PSTATE(3, 4), FIELD(FAULT_ID_PFR1, 8), 1, SAY_I_MTE, 0 },
	{ ONE, REGISTER(3, 0, 1, 0, 5), FIELD(FAULT_ID_PFR1, 8), 2, SAY_I_MTE, 0 },
	{ ONE, REGISTER(3, 0, 1, 0, 6), FIELD(FAULT_ID_PFR1, 8), 2, SAY_I_MTE, 0 },
	{ ALL_OP2, REGISTER(3, 0, 5, 6, 0), FIELD(FAULT_ID_PFR1, 8), 2, SAY_I_MTE, 0 },
	{ 0xffe0fc00, 0x9ac01000, FIELD(FAULT_ID_PFR1, 8), 1, SAY_I_MTE, 0 }, /* irg */
	{ 0xff200000, 0xd9200000, FIELD(FAULT_ID_PFR1, 8), 2, SAY_I_MTE, 0 }, /* stg, ldg */
	{ ONE, REGISTER(3, 0, 1, 2, 0), FIELD(FAULT_ID_PFR0, 32), 1, SAY_I_SVE, 0 },
	{ ONE, REGISTER(3, 0, 1, 2, 6), FIELD(FAULT_ID_PFR1, 24), 1, SAY_I_SME, 0 },
	{ ONE, REGISTER(3, 3, 4, 2, 2), FIELD(FAULT_ID_PFR1, 24), 1, SAY_I_SME, 0 },
	{ FOUR_CRM, REGISTER(3, 3, 9, 12, 0), PMU_VERSION, 1, SAY_I_PMU, 0 },
	{ 0x3ffffc00, 0x38bfc000, FIELD(FAULT_ID_ISAR1, 20), 1, SAY_I_LDAPR, 0 }, /* among those that follow */
	{ 0x3f208c00, 0x38200000, FIELD(FAULT_ID_ISAR0, 20), 2, SAY_I_LSE, 0 }, /* ldadd to ldumin; with bit 15 ld64b too */
	{ 0x3f20fc00, 0x38208000, FIELD(FAULT_ID_ISAR0, 20), 2, SAY_I_LSE, 0 }, /* swp */
	{ 0x3fa07c00, 0x08a07c00, FIELD(FAULT_ID_ISAR0, 20), 2, SAY_I_LSE, 0 }, /* cas */
	{ 0xbfa07c00, 0x08207c00, FIELD(FAULT_ID_ISAR0, 20), 2, SAY_I_LSE, 0 }, /* casp */
	{ 0x7fe0e000, 0x1ac04000, FIELD(FAULT_ID_ISAR0, 16), 1, SAY_I_CRC32, 0 },
	{ 0xffff0c00, 0x4e280800, FIELD(FAULT_ID_ISAR0, 4), 1, SAY_I_AES, 0 },
	{ 0xffe08c00, 0x5e000000, FIELD(FAULT_ID_ISAR0, 8), 1, SAY_I_SHA, 0 },
	{ 0xffff0c00, 0x5e280800, FIELD(FAULT_ID_ISAR0, 8), 1, SAY_I_SHA, 0 },
	{ 0xffffffff, 0xd50330ff, FIELD(FAULT_ID_ISAR1, 36), 1, SAY_I_SB, 0 },
	{ 0xffffffc0, 0xd5031000, FIELD(FAULT_ID_ISAR2, 0), 2, SAY_I_WFXT, 0 },
	{ 0x1e000000, 0x04000000, FIELD(FAULT_ID_PFR0, 32), 1, SAY_I_SVE, 0 },
	{ 0x9e000000, 0x80000000, FIELD(FAULT_ID_PFR1, 24), 1, SAY_I_SME, 0 },
};

static unsigned field(const struct fault *f, unsigned at)
{
	return f->id[at / 64] >> at % 64 & 15;
}

static bool has(const struct fault *f, const struct known *k)
{
	if (k->field == PMU_VERSION && field(f, PMU_VERSION) == PMU_OTHER)
		return false;
	if (k->field != POINTER_KEYS)
		return field(f, k->field) >= k->least;
	return field(f, FIELD(FAULT_ID_ISAR1, 4)) || field(f, FIELD(FAULT_ID_ISAR1, 8)) || field(f, FIELD(FAULT_ID_ISAR2, 12));
}

static struct problem of_known(const struct fault *f, const struct known *k)
{
	if (fault_id_is_known(f) && !has(f, k))
		return (struct problem){ ERR_FAULT_LACKS, 0, { k->name } };
	return (struct problem){ k->bit ? ERR_FAULT_OFF : ERR_FAULT_UNDEFINED_NAMED, 0, { k->name, k->bit } };
}

/* ---- The rest --------------------------------------------------------------------------------------------- */

/* A number of a register as {r0} takes it: op0 to op2, as an instruction has them. */
static uint64_t register_of(uint32_t word)
{
	return word >> 5 & 0xffff;
}

/* "System register names": op1 is 4 for EL2's, 5 for EL1's as an EL2 host names them, 6 for EL3's. 0: it has no level above. */
static unsigned level_of(uint32_t word)
{
	unsigned op1 = word >> 16 & 7;

	return op1 == 6 ? 3 : op1 == 4 || op1 == 5 ? 2 : 0;
}

static struct problem of_register(const struct fault *f, uint32_t word)
{
	unsigned now = f->flags >> 2 & 3;

	if (level_of(word) > now)
		return (struct problem){ ERR_FAULT_REGISTER_LEVEL, 0, { register_of(word), level_of(word), now } };
	return (struct problem){ ERR_FAULT_REGISTER, 0, { register_of(word), now } };
}

struct problem fault_undefined_aarch64(const struct fault *f, const uint8_t *code, unsigned bytes)
{
	if (bytes < 4)
		return (struct problem){ .code = ERR_FAULT_UNDEFINED };
	uint32_t word = read_le32(code);
	for (unsigned i = 0; i < COUNT_OF(known); i++)
		if ((word & known[i].mask) == known[i].value)
			return of_known(f, &known[i]);
	if ((word & 0xffd00000) == 0xd5100000) /* mrs, msr */
		return of_register(f, word);
	if ((word & 0xffe0001f) == 0xd4000002 || (word & 0xffe0001f) == 0xd4000003)
		return (struct problem){ (word & 1) ? ERR_FAULT_SMC_NOBODY : ERR_FAULT_HVC_NOBODY, 0, { word >> 5 & 0xffff } };
	return (struct problem){ word >> 16 ? ERR_FAULT_UNDEFINED_WORD : word ? ERR_FAULT_UDF : ERR_FAULT_ZEROS, 0, { word } };
}
