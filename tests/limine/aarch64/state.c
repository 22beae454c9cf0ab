/* state.c — promises about each processor of aarch64 (docs/limine.md, "State at entry: aarch64"). Arm ARM DDI 0487,
 * "SCTLR_EL1", "TCR_EL1", "MAIR_EL1", "HCR_EL2", "CNTHCTL_EL2". */
#include "cpu.h"
#include "machine.h"
#include "processors.h"

static enum verdict check_general(const struct state *s)
{
	for (unsigned i = 0; i < COUNT_OF(s->x); i++) {
		uint64_t want = i == 0 ? processor_argument(s) : 0;
		if (s->x[i] != want)
			return broken("X%u is 0x%lx, not 0x%lx", i, s->x[i], want);
	}
	return HOLDS;
}

static enum verdict check_stack_pointer(const struct state *s)
{
	return expect("SP modulo 16", s->sp & 15, 0);
}

uint64_t state_stack_top(const struct state *s)
{
	return s->sp;
}

#define HCR_SWIO BIT(1)
#define HCR_TGE  BIT(27)
#define HCR_RW   BIT(31)
#define HCR_E2H  BIT(34)

static enum verdict check_level(const struct state *s)
{
	if (told("el2") || told("el1"))
		return expect("the level", s->level, told("el2") ? 2 : 1);
	if (s->level == 1)
		return HOLDS;
	if (revision < 6)
		return expect("the level", s->level, 1);
	return s->level == 2 && (s->hcr & HCR_E2H) ? HOLDS
	                                           : broken("the level is %lu, HCR_EL2 0x%lx", s->level, s->hcr);
}

static enum verdict check_masks(const struct state *s)
{
	return expect("DAIF", s->daif, 0x3c0);
}

static enum verdict check_pstate(const struct state *s)
{
	if (s->nzcv)
		return expect("NZCV", s->nzcv, 0);
	if (s->spsel)
		return expect("SPSel", s->spsel, 0);
	return expect("PAN, UAO, DIT, SSBS and TCO", s->pstate, 0);
}

#define SCTLR_M   BIT(0)
#define SCTLR_A   BIT(1)
#define SCTLR_C   BIT(2)
#define SCTLR_SA  BIT(3)
#define SCTLR_SA0 BIT(4)
#define SCTLR_I   BIT(12)
#define SCTLR_EE  BIT(25)
#define SCTLR_ON  (SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_SA0 | SCTLR_I)

static enum verdict check_sctlr(const struct state *s)
{
	uint64_t ones = BIT(7) | BIT(8) | BIT(11) | BIT(20) | BIT(22) | BIT(23) | BIT(28) | BIT(29);

	if (revision >= 6)
		return expect("SCTLR_EL1", s->sctlr, SCTLR_ON | ones);
	if ((s->sctlr & (SCTLR_ON | SCTLR_A | SCTLR_EE)) != SCTLR_ON)
		return broken("SCTLR_EL1 is 0x%lx", s->sctlr);
	return HOLDS;
}

static enum verdict check_cpacr(const struct state *s)
{
	return expect("CPACR_EL1", s->cpacr, 0);
}

#define TCR_DS BIT(59)
#define FIELD(value, low, bits) ((value) >> (low) & (BIT(bits) - 1))

static enum verdict check_tcr_size(const struct state *s)
{
	uint64_t size = paging_mode_due() ? 12 : 16;

	if (FIELD(s->tcr, 0, 6) != size || FIELD(s->tcr, 16, 6) != size)
		return broken("T0SZ is %lu and T1SZ %lu, not %lu", FIELD(s->tcr, 0, 6), FIELD(s->tcr, 16, 6), size);
	if (FIELD(s->tcr, 14, 2) != 0 || FIELD(s->tcr, 30, 2) != 2)
		return broken("TG0 is %lu and TG1 %lu, not 0 and 2", FIELD(s->tcr, 14, 2), FIELD(s->tcr, 30, 2));
	return paging_mode_due() ? expect("TCR_EL1.DS", !!(s->tcr & TCR_DS), 1) : HOLDS;
}

/* Revision 6: IPS as PARange, inner shareable (3), write-back (1), 4 KiB (TG0 0, TG1 2), all others 0. */
static enum verdict check_tcr(const struct state *s)
{
	uint64_t half = 1 << 8 | 1 << 10 | 3 << 12, size = paging_mode_due() ? 12 : 16;
	uint64_t want = half | half << 16 | size | size << 16 | 2ull << 30 |
	                FIELD(cpu_read(id_aa64mmfr0_el1), 0, 4) << 32 | (paging_mode_due() ? TCR_DS : 0);

	if (revision >= 6)
		return expect("TCR_EL1", s->tcr, want);
	if (paging_mode_due())
		return NOT_APPLICABLE;
	if (FIELD(s->tcr, 12, 2) != 2 || FIELD(s->tcr, 28, 2) != 2)
		return broken("SH0 is %lu and SH1 %lu, not 2", FIELD(s->tcr, 12, 2), FIELD(s->tcr, 28, 2));
	return HOLDS;
}

static enum verdict check_mair(const struct state *s)
{
	if (revision >= 4)
		return expect("MAIR_EL1 without its second attribute", s->mair & ~0xff00ull, 0xff);
	for (unsigned i = 0; i < 8; i++)
		if ((uint8_t)(s->mair >> (8 * i)) == 0xff)
			return HOLDS;
	return broken("MAIR_EL1 is 0x%lx, without write-back", s->mair);
}

static enum verdict check_hcr(const struct state *s)
{
	if (s->level != 2)
		return NOT_APPLICABLE;
	return expect("HCR_EL2", s->hcr, HCR_E2H | HCR_TGE | HCR_RW | HCR_SWIO);
}

static enum verdict check_traps(const struct state *s)
{
	if (s->level != 2)
		return NOT_APPLICABLE;
	if (s->hstr)
		return expect("HSTR_EL2", s->hstr, 0);
	return expect("CNTHCTL_EL2", s->cnthctl, 3);
}

const struct state_promise state_promises[] = {
	{ 41, "the stack is as large as asked, in reclaimable memory", 0, NEWEST, stack_check },
	{ 42, "the stack pointer is that of a function called from 0", 0, NEWEST, check_stack_pointer },
	{ 43, "general registers are zero", 0, NEWEST, check_general },
	{ 80, "the level is EL1, or EL2 with VHE", 0, NEWEST, check_level },
	{ 81, "debug exceptions, SError, IRQ and FIQ are masked", 0, NEWEST, check_masks },
	{ 82, "all other fields of PSTATE are zero", 6, NEWEST, check_pstate },
	{ 83, "SCTLR_EL1", 0, NEWEST, check_sctlr },
	{ 84, "floating point is trapped", 6, NEWEST, check_cpacr },
	{ 85, "the sizes of both halves, and the granule", 0, NEWEST, check_tcr_size },
	{ 86, "the rest of TCR_EL1", 0, NEWEST, check_tcr },
	{ 87, "MAIR_EL1", 0, NEWEST, check_mair },
	{ 88, "HCR_EL2", 6, NEWEST, check_hcr },
	{ 89, "CNTHCTL_EL2 and HSTR_EL2", 6, NEWEST, check_traps },
};

const unsigned state_promise_count = COUNT_OF(state_promises);

/* What is promised of interrupt controllers and IOMMUs concerns x86_64. */
const struct chapter machine_chapter = { NULL, 0 };
