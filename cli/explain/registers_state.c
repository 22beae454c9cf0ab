/* registers_state.c — what registers mean together: the level, the exception, the tables in use. */
#include "registers.h"

enum { CR4_LA57 = 1 << 12, CR4_PAE = 1 << 5, CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21 };
enum { EFER_LMA = 1 << 10, EFER_NXE = 1 << 11, RFLAGS_AC = 1 << 18 };
#define CR0_PG (1ull << 31)
#define CR0_WP (1ull << 16)
#define ADDRESS 0x000ffffffffff000ull

/* Intel SDM vol. 3A, "Page Attribute Table (PAT)": its value after a reset. */
#define PAT_RESET 0x0007040600070406ull

/* Arm ARM DDI 0487, "TCR_EL1", "SCTLR_EL1", "HCR_EL2" */
enum { SCTLR_M = 1, SCTLR_WXN = 1 << 19, TCR_TSZ = 63, TCR_EPD0 = 1 << 7, TCR_TG0 = 3 << 14, TCR_EPD1 = 1 << 23 };
#define TCR_TG1     (3ull << 30)
#define TCR_TG1_4K  (2ull << 30)
#define TCR_TBI0    (1ull << 37)
#define TCR_TBI1    (1ull << 38)
#define TCR_HA      (1ull << 39)
#define TCR_EL2_TBI (1ull << 20)
#define TCR_EL2_HA  (1ull << 21)
#define TCR_DS      (1ull << 59) /* FEAT_LPA2 */
#define TCR_EL2_DS  (1ull << 32)
#define TCR_SH0     (2ull << 12) /* clear: not shareable */
#define TCR_SH1     (2ull << 28)
#define HCR_E2H     (1ull << 34)
#define PSTATE_PAN  (1ull << 22)
#define TTBR        0x0000ffffffffffc0ull
#define TTBR_UPPER  0x3cull /* with DS: bits 51 to 48 of the address */

unsigned registers_level(const struct registers *r)
{
	uint64_t pstate = r->value[REGISTER_FLAGS];

	if (registers_have(r, REGISTER_FLAGS) && !(pstate & 16)) /* bit 4: AArch32 */
		return pstate >> 2 & 3;
	for (unsigned level = LEVELS - 1; level > 1; level--)
		if (r->system_known[level] & (1u << SYSTEM_ESR | 1u << SYSTEM_FAR | 1u << SYSTEM_ELR))
			return level;
	return 1;
}

bool registers_system(const struct registers *r, unsigned level, enum system_id id, uint64_t *out)
{
	unsigned from = level < LEVELS && r->system_known[level] >> id & 1 ? level : LEVEL_UNSAID;

	if (!(r->system_known[from] >> id & 1))
		return false;
	*out = r->system[from][id];
	return true;
}

/* 0 where it is unknown. */
static uint64_t system_value(const struct registers *r, unsigned level, enum system_id id)
{
	uint64_t value = 0;

	registers_system(r, level, id, &value);
	return value;
}

static void fault_of_x86(const struct registers *r, struct fault *out)
{
	static const enum register_id control[] = { REGISTER_CR0, REGISTER_CR3, REGISTER_CR4, REGISTER_EFER };

	out->syndrome = r->value[REGISTER_ERROR];
	out->address = r->value[REGISTER_CR2];
	for (unsigned i = 0; i < COUNT_OF(control); i++)
		out->control[i] = r->value[control[i]];
	out->control[4] = r->segment[SEGMENT_CS].selector;
	out->control[5] = r->segment[SEGMENT_SS].selector;
}

/* An exception that EL0 causes is taken by EL1 at least. */
static unsigned taken_to(const struct registers *r)
{
	unsigned level = registers_level(r);

	return level ? level : 1;
}

static void fault_of_arm(const struct registers *r, struct fault *out)
{
	static const enum system_id control[] = {
		SYSTEM_SCTLR, SYSTEM_TCR, SYSTEM_TTBR0, SYSTEM_TTBR1, SYSTEM_MAIR,
	};
	unsigned level = taken_to(r);

	out->syndrome = system_value(r, level, SYSTEM_ESR);
	out->address = system_value(r, level, SYSTEM_FAR);
	registers_system(r, level, SYSTEM_ELR, &out->pc);
	registers_system(r, level, SYSTEM_SPSR, &out->flags);
	for (unsigned i = 0; i < COUNT_OF(control); i++)
		out->control[i] = system_value(r, level, control[i]);
	out->control[5] = r->value[REGISTER_HCR];
}

void registers_fault(const struct registers *r, uint32_t vector, struct fault *out)
{
	*out = (struct fault){
		.arch = r->arch, .vector = vector, .pc = r->value[REGISTER_PC], .sp = r->value[REGISTER_SP],
		.flags = r->value[REGISTER_FLAGS],
	};
	for (unsigned i = 0; i < FAULT_MAX_GENERAL; i++)
		out->general[i] = r->general[i];
	for (unsigned i = 0; i < FAULT_MAX_ID; i++)
		out->id[i] = r->id[i];
	if (r->arch == HOBNAIL_ARCH_X86_64)
		fault_of_x86(r, out);
	else
		fault_of_arm(r, out);
}

/* ---- The tables in use -------------------------------------------------------------------------------------- */

static bool walker_of_x86(const struct registers *r, struct walker *out, const char **why)
{
	uint64_t cr0 = r->value[REGISTER_CR0], cr4 = r->value[REGISTER_CR4], efer = r->value[REGISTER_EFER];
	bool has_efer = registers_have(r, REGISTER_EFER), has_cr0 = registers_have(r, REGISTER_CR0);

	if (!registers_have(r, REGISTER_CR3))
		*why = "CR3 is not among the registers";
	else if (has_cr0 && !(cr0 & CR0_PG))
		*why = "paging is off (CR0.PG)";
	else if ((has_efer && !(efer & EFER_LMA)) || (registers_have(r, REGISTER_CR4) && !(cr4 & CR4_PAE)))
		*why = "the processor is not in long mode: its tables have another format";
	else
		*why = NULL;
	*out = (struct walker){
		.mode = cr4 & CR4_LA57 ? WALK_X86_64_5 : WALK_X86_64_4,
		.flags = (uint16_t)((has_efer && !(efer & EFER_NXE) ? WALK_NO_NX : 0) |
		                    (has_cr0 && !(cr0 & CR0_WP) ? WALK_NO_WP : 0) | (cr4 & CR4_SMEP ? WALK_SMEP : 0) |
		                    (cr4 & CR4_SMAP && !(r->value[REGISTER_FLAGS] & RFLAGS_AC) ? WALK_SMAP : 0)),
		.root = r->value[REGISTER_CR3] & ADDRESS,
		.pat_or_mair = PAT_RESET,
	};
	return !*why;
}

static bool granule_is_4k(uint64_t tcr, bool two_ranges)
{
	if (!two_ranges)
		return !(tcr & TCR_TG0);
	return (!(tcr & TCR_TG0) || tcr & TCR_EPD0) && ((tcr & TCR_TG1) == TCR_TG1_4K || tcr & TCR_EPD1);
}

static bool has_52_bits(uint64_t tcr, bool two_ranges)
{
	return tcr & (two_ranges ? TCR_DS : TCR_EL2_DS);
}

static enum walk_mode mode_of_arm(uint64_t tcr, bool two_ranges)
{
	if (has_52_bits(tcr, two_ranges))
		return two_ranges ? WALK_AARCH64_LPA2 : WALK_AARCH64_EL2_LPA2;
	return two_ranges ? WALK_AARCH64 : WALK_AARCH64_EL2;
}

static uint16_t flags_of_arm(const struct registers *r, uint64_t sctlr, uint64_t tcr, bool two_ranges)
{
	unsigned flags = sctlr & SCTLR_WXN ? WALK_WXN : 0;

	if (has_52_bits(tcr, two_ranges))
		flags |= (tcr & TCR_SH0 ? 0 : WALK_ALONE0) | (tcr & TCR_SH1 ? 0 : WALK_ALONE1);
	if (!two_ranges)
		return (uint16_t)(flags | (tcr & TCR_EL2_HA ? WALK_HW_AF : 0) | (tcr & TCR_EL2_TBI ? WALK_TBI0 : 0));
	flags |= (tcr & TCR_EPD0 ? WALK_EPD0 : 0) | (tcr & TCR_EPD1 ? WALK_EPD1 : 0) | (tcr & TCR_HA ? WALK_HW_AF : 0);
	flags |= (tcr & TCR_TBI0 ? WALK_TBI0 : 0) | (tcr & TCR_TBI1 ? WALK_TBI1 : 0);
	flags |= r->value[REGISTER_FLAGS] & PSTATE_PAN ? WALK_SMAP : 0;
	return (uint16_t)flags;
}

static bool walker_of_arm(const struct registers *r, struct walker *out, const char **why)
{
	unsigned level = taken_to(r);
	bool two_ranges = level == 1 || (level == 2 && r->value[REGISTER_HCR] & HCR_E2H);
	uint64_t sctlr = SCTLR_M, tcr = 0, root = 0, upper = 0;
	bool has_roots = registers_system(r, level, SYSTEM_TTBR0, &root) &&
	                 (registers_system(r, level, SYSTEM_TTBR1, &upper) || !two_ranges);
	bool has_sctlr = registers_system(r, level, SYSTEM_SCTLR, &sctlr);
	bool has_tcr = registers_system(r, level, SYSTEM_TCR, &tcr);
	uint64_t address = TTBR | (has_52_bits(tcr, two_ranges) ? TTBR_UPPER : 0);

	if (has_sctlr && !(sctlr & SCTLR_M))
		*why = "translation is off (SCTLR.M)";
	else if (!has_roots || !has_tcr)
		*why = two_ranges ? "TTBR0, TTBR1 and TCR are not all among the registers"
		                  : "TTBR0 and TCR are not both among the registers";
	else if (!granule_is_4k(tcr, two_ranges))
		*why = "the tables have another granule than 4 KiB";
	else
		*why = NULL;
	*out = (struct walker){
		.mode = mode_of_arm(tcr, two_ranges),
		.flags = flags_of_arm(r, sctlr, tcr, two_ranges),
		.t0sz = tcr & TCR_TSZ,
		.t1sz = two_ranges ? tcr >> 16 & TCR_TSZ : 0,
		.root = root & address,
		.upper_root = upper & address,
		.pat_or_mair = system_value(r, level, SYSTEM_MAIR),
	};
	return !*why;
}

bool registers_walker(const struct registers *r, struct walker *out, const char **why)
{
	if (r->arch == HOBNAIL_ARCH_X86_64)
		return walker_of_x86(r, out, why);
	return walker_of_arm(r, out, why);
}

bool registers_untranslated(const struct registers *r)
{
	uint64_t sctlr = SCTLR_M;

	if (r->arch == HOBNAIL_ARCH_X86_64)
		return registers_have(r, REGISTER_CR0) && !(r->value[REGISTER_CR0] & CR0_PG);
	registers_system(r, taken_to(r), SYSTEM_SCTLR, &sctlr);
	return !(sctlr & SCTLR_M);
}
