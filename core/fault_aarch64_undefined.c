/* fault_aarch64_undefined.c — the instruction behind an exception of class 0. Arm ARM DDI 0487, "A64 instruction set
 * encoding", "AArch64 System Register Encoding", and the fields of the ID_AA64 registers. */
#include "fault_undefined.h"

/* ---- What is known ---------------------------------------------------------------------------------------- */

/* A field of f->id: its word, and its lowest bit. POINTER_KEYS stands for three fields. */
#define FIELD(word, shift) (64 * (word) + (shift))
enum { POINTER_KEYS = 0xffff };
enum { PMU_VERSION = FIELD(FAULT_ID_DFR0, 8), PMU_OTHER = 15 }; /* "PMUVer": 15 is a PMU, but not PMUv3 */

/* MRS and MSR of a register, whichever; and MSR of a field of PSTATE. */
#define REGISTER(op0, op1, crn, crm, op2) \
	(0xd5000000 | (op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define PSTATE(op1, op2) (0xd500401f | (op1) << 16 | (op2) << 5)
enum { ONE = 0xffdfffe0, ALL_OP2 = 0xffdfff00, FOUR_CRM = 0xffdffc00, EIGHT_CRM = 0xffdff800, IN_PSTATE = 0xfffff0ff };

/* Names in several entries. */
static const char sha[] = "an instruction for SHA";
static const char gic_registers[] = "a register of the GIC's CPU interface (ICC_...)";
static const char pointer_keys[] = "a key of pointer authentication";
static const char pointer_code[] = "an instruction of pointer authentication";
static const char pan[] = "PSTATE.PAN";
static const char uao[] = "PSTATE.UAO";
static const char dit[] = "PSTATE.DIT";
static const char ssbs[] = "PSTATE.SSBS";
static const char mte[] = "an instruction or register for memory tags (MTE)";
static const char sve[] = "an SVE instruction or register";
static const char sme[] = "an SME instruction or register";
static const char lse[] = "an atomic instruction of LSE (ldadd, swp, cas ...)";
static const char icc_sre[] = "ICC_SRE_EL1.SRE, or a higher level's ICC_SRE";

static const struct known {
	uint32_t mask, value;
	uint16_t field;
	uint8_t least;
	const char *name, *bit; /* bit NULL: no known bit enables it */
} known[] = {
	{ EIGHT_CRM, REGISTER(3, 0, 12, 8, 0), FIELD(FAULT_ID_PFR0, 24), 1, gic_registers, icc_sre },
	{ ONE, REGISTER(3, 0, 4, 6, 0), FIELD(FAULT_ID_PFR0, 24), 1, gic_registers, icc_sre },
	{ ALL_OP2, REGISTER(3, 0, 2, 1, 0), POINTER_KEYS, 1, pointer_keys, NULL },
	{ ALL_OP2, REGISTER(3, 0, 2, 2, 0), POINTER_KEYS, 1, pointer_keys, NULL },
	{ ALL_OP2, REGISTER(3, 0, 2, 3, 0), POINTER_KEYS, 1, pointer_keys, NULL },
	{ 0xffff0000, 0xdac10000, POINTER_KEYS, 1, pointer_code, NULL },
	{ 0xfffffbff, 0xd65f0bff, POINTER_KEYS, 1, pointer_code, NULL },
	{ 0xfe9ff800, 0xd61f0800, POINTER_KEYS, 1, pointer_code, NULL },
	{ 0xff200400, 0xf8200400, POINTER_KEYS, 1, pointer_code, NULL },
	{ ALL_OP2, REGISTER(3, 3, 2, 4, 0), FIELD(FAULT_ID_ISAR0, 60), 1, "RNDR or RNDRRS", NULL },
	{ ONE, REGISTER(3, 0, 4, 2, 3), FIELD(FAULT_ID_MMFR1, 20), 1, pan, NULL },
	{ IN_PSTATE, PSTATE(0, 4), FIELD(FAULT_ID_MMFR1, 20), 1, pan, NULL },
	{ ONE, REGISTER(3, 0, 4, 2, 4), FIELD(FAULT_ID_MMFR2, 4), 1, uao, NULL },
	{ IN_PSTATE, PSTATE(0, 3), FIELD(FAULT_ID_MMFR2, 4), 1, uao, NULL },
	{ ONE, REGISTER(3, 3, 4, 2, 5), FIELD(FAULT_ID_PFR0, 48), 1, dit, NULL },
	{ IN_PSTATE, PSTATE(3, 2), FIELD(FAULT_ID_PFR0, 48), 1, dit, NULL },
	{ ONE, REGISTER(3, 3, 4, 2, 6), FIELD(FAULT_ID_PFR1, 4), 2, ssbs, NULL },
	{ IN_PSTATE, PSTATE(3, 1), FIELD(FAULT_ID_PFR1, 4), 2, ssbs, NULL },
	{ ONE, REGISTER(3, 3, 4, 2, 7), FIELD(FAULT_ID_PFR1, 8), 1, mte, NULL },
	{ IN_PSTATE, PSTATE(3, 4), FIELD(FAULT_ID_PFR1, 8), 1, mte, NULL },
	{ ONE, REGISTER(3, 0, 1, 0, 5), FIELD(FAULT_ID_PFR1, 8), 2, mte, NULL },
	{ ONE, REGISTER(3, 0, 1, 0, 6), FIELD(FAULT_ID_PFR1, 8), 2, mte, NULL },
	{ ALL_OP2, REGISTER(3, 0, 5, 6, 0), FIELD(FAULT_ID_PFR1, 8), 2, mte, NULL },
	{ 0xffe0fc00, 0x9ac01000, FIELD(FAULT_ID_PFR1, 8), 1, mte, NULL }, /* irg */
	{ 0xff200000, 0xd9200000, FIELD(FAULT_ID_PFR1, 8), 2, mte, NULL }, /* stg, ldg */
	{ ONE, REGISTER(3, 0, 1, 2, 0), FIELD(FAULT_ID_PFR0, 32), 1, sve, NULL },
	{ ONE, REGISTER(3, 0, 1, 2, 6), FIELD(FAULT_ID_PFR1, 24), 1, sme, NULL },
	{ ONE, REGISTER(3, 3, 4, 2, 2), FIELD(FAULT_ID_PFR1, 24), 1, sme, NULL },
	{ FOUR_CRM, REGISTER(3, 3, 9, 12, 0), PMU_VERSION, 1, "a register of the performance monitors", NULL },
	{ 0x3ffffc00, 0x38bfc000, FIELD(FAULT_ID_ISAR1, 20), 1, "ldapr", NULL }, /* among those that follow */
	{ 0x3f208c00, 0x38200000, FIELD(FAULT_ID_ISAR0, 20), 2, lse, NULL }, /* ldadd to ldumin; ld64b with bit 15 */
	{ 0x3f20fc00, 0x38208000, FIELD(FAULT_ID_ISAR0, 20), 2, lse, NULL }, /* swp */
	{ 0x3fa07c00, 0x08a07c00, FIELD(FAULT_ID_ISAR0, 20), 2, lse, NULL }, /* cas */
	{ 0xbfa07c00, 0x08207c00, FIELD(FAULT_ID_ISAR0, 20), 2, lse, NULL }, /* casp */
	{ 0x7fe0e000, 0x1ac04000, FIELD(FAULT_ID_ISAR0, 16), 1, "crc32", NULL },
	{ 0xffff0c00, 0x4e280800, FIELD(FAULT_ID_ISAR0, 4), 1, "an instruction for AES", NULL },
	{ 0xffe08c00, 0x5e000000, FIELD(FAULT_ID_ISAR0, 8), 1, sha, NULL },
	{ 0xffff0c00, 0x5e280800, FIELD(FAULT_ID_ISAR0, 8), 1, sha, NULL },
	{ 0xffffffff, 0xd50330ff, FIELD(FAULT_ID_ISAR1, 36), 1, "sb", NULL },
	{ 0xffffffc0, 0xd5031000, FIELD(FAULT_ID_ISAR2, 0), 2, "wfet or wfit", NULL },
	{ 0x1e000000, 0x04000000, FIELD(FAULT_ID_PFR0, 32), 1, sve, NULL },
	{ 0x9e000000, 0x80000000, FIELD(FAULT_ID_PFR1, 24), 1, sme, NULL },
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
	return field(f, FIELD(FAULT_ID_ISAR1, 4)) >= k->least || field(f, FIELD(FAULT_ID_ISAR1, 8)) >= k->least ||
	       field(f, FIELD(FAULT_ID_ISAR2, 12)) >= k->least;
}

static struct problem of_known(const struct fault *f, const struct known *k)
{
	if (fault_id_is_known(f) && !has(f, k))
		return (struct problem){ .code = ERR_FAULT_LACKS, .text = { k->name } };
	return (struct problem){ .code = k->bit ? ERR_FAULT_OFF : ERR_FAULT_UNDEFINED_NAMED,
	                         .text = { k->name, k->bit } };
}

/* ---- The rest --------------------------------------------------------------------------------------------- */

/* The number of a register as {r0} takes it: the bits op0 to op2 of an instruction. */
static uint64_t register_of(uint32_t word)
{
	return word >> 5 & 0xffff;
}

/* "System register names": op1 is 4 for registers of EL2, 5 for those of EL1 under an EL2 host's names, 6 for those
 * of EL3. 0: other registers. */
static unsigned level_of(uint32_t word)
{
	unsigned op1 = word >> 16 & 7;

	return op1 == 6 ? 3 : op1 == 4 || op1 == 5 ? 2 : 0;
}

static struct problem of_register(const struct fault *f, uint32_t word)
{
	unsigned now = f->flags >> 2 & 3;

	if (level_of(word) > now)
		return (struct problem){ .code = ERR_FAULT_REGISTER_LEVEL,
		                         .value = { register_of(word), level_of(word), now } };
	return (struct problem){ .code = ERR_FAULT_REGISTER, .value = { register_of(word), now } };
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
		return (struct problem){ .code = (word & 1) ? ERR_FAULT_SMC_NOBODY : ERR_FAULT_HVC_NOBODY,
		                         .value = { word >> 5 & 0xffff } };
	return (struct problem){ .code = word >> 16 ? ERR_FAULT_UNDEFINED_WORD : word ? ERR_FAULT_UDF : ERR_FAULT_ZEROS,
	                         .value = { word } };
}
