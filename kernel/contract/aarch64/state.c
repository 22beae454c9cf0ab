/* state.c — docs/protocol.md, "State at entry: aarch64".
 *
 * The names of bits come from arch/, as in the loader. The expected values are written here again, from the document
 * alone: a value shared with the loader could not show that it is wrong. */
#include "arch/aarch64/state.h"

#include "contract/entry.h"
#include "contract/aarch64/trap.h"
#include "contract/contract.h"
#include "cpu.h"
#include "image.h"
#include "memory.h"
#include "contract/live.h"

struct entry_state entry_state;
struct control_state control_state;

extern const char kernel_entry[];

enum { ENTRY_RETURN = 30, ENTRY_FRAME = 29 };

uint64_t arch_entry_argument(void)
{
	return entry_state.x[0];
}

uint64_t arch_entry_stack(void)
{
	return entry_state.sp;
}

uint64_t arch_entry_point(void)
{
	return (uint64_t)kernel_entry;
}

uint64_t arch_entry_return(void)
{
	return entry_state.x[ENTRY_RETURN];
}

static void read_el2(struct control_state *c)
{
	c->hcr = cpu_read(hcr_el2);
	c->vhe = (c->hcr & HCR_E2H) != 0;
	c->vttbr = cpu_read(vttbr_el2);
	c->hstr = cpu_read(hstr_el2);
	c->mdcr = cpu_read(mdcr_el2);
	c->cntvoff = cpu_read(cntvoff_el2);
	c->guest_cntp = c->vhe ? cpu_read(CNTP_CTL_EL02) : cpu_read(cntp_ctl_el0);
	c->guest_cntv = c->vhe ? cpu_read(CNTV_CTL_EL02) : cpu_read(cntv_ctl_el0);
}

void arch_entry_take(const void *saved)
{
	entry_state = *(const struct entry_state *)saved;
}

static struct {
	struct entry_state entry;
	struct control_state control;
} kept;

void arch_state_keep(void)
{
	kept.entry = entry_state;
	kept.control = control_state;
}

void arch_state_restore(void)
{
	entry_state = kept.entry;
	control_state = kept.control;
}

/* None: all processors share the vectors and their stack. */
void arch_own(uint64_t own[OWN_MOST])
{
	for (unsigned i = 0; i < OWN_MOST; i++)
		own[i] = 0;
}

void arch_state_read(void)
{
	struct control_state *c = &control_state;

	c->level = cpu_level();
	if (c->level == 2)
		read_el2(c);
	c->daif = cpu_read(daif);
	c->spsel = cpu_read(SPSel);
	if (plain_el2()) {
		c->sctlr = cpu_read(sctlr_el2), c->tcr = cpu_read(tcr_el2), c->mair = cpu_read(mair_el2);
		c->ttbr0 = cpu_read(ttbr0_el2), c->vbar = cpu_read(vbar_el2), c->cpacr = cpu_read(cptr_el2);
		c->cntp = cpu_read(cnthp_ctl_el2), c->cntv = 0;
	} else {
		c->sctlr = cpu_read(sctlr_el1), c->tcr = cpu_read(tcr_el1), c->mair = cpu_read(mair_el1);
		c->ttbr0 = cpu_read(ttbr0_el1), c->ttbr1 = cpu_read(ttbr1_el1);
		c->vbar = cpu_read(vbar_el1), c->cpacr = cpu_read(cpacr_el1);
		c->cntp = cpu_read(cntp_ctl_el0), c->cntv = cpu_read(cntv_ctl_el0);
	}
}

static bool mmu_off(void)
{
	return image_request(HOBNAIL_REQUEST_MMU_OFF, 0) == 1;
}

static bool fp_trapped(void)
{
	return image_request(HOBNAIL_REQUEST_FP, HOBNAIL_FP_USABLE) == HOBNAIL_FP_TRAP;
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

static enum verdict check_general(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	if (entry_state.x[0] != entered.argument)
		return expect(f, "x0", entry_state.x[0], entered.argument);
	for (unsigned i = 1; i < ENTRY_RETURN; i++)
		if (entry_state.x[i])
			return broken(f, "x%u = %#lx", i, (unsigned long)entry_state.x[i]);
	return HOLDS;
}

static enum verdict check_return(const struct hobnail_boot *boot, struct finding *f)
{
	if (!live_net_executes(boot, arch_entry_return()))
		return broken(f, "x30 = %#lx is no code of the loader", (unsigned long)arch_entry_return());
	return holds(f, "x30 = %#lx", (unsigned long)arch_entry_return());
}

static enum verdict check_stack_pointer(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t sp = entry_state.sp;

	(void)boot;
	if (control_state.spsel != 1)
		return expect(f, "SPSel", control_state.spsel, 1);
	if (sp % 16)
		return broken(f, "sp = %#lx is not aligned to 16 bytes", (unsigned long)sp);
	if (sp <= entered.stack_virt || sp - entered.stack_virt > entered.stack_bytes)
		return broken(f, "sp = %#lx is not in the stack at %#lx", (unsigned long)sp,
		              (unsigned long)entered.stack_virt);
	return holds(f, "sp = %#lx, %lu bytes free", (unsigned long)sp, (unsigned long)(sp - entered.stack_virt));
}

static enum verdict check_masks(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "DAIF", control_state.daif, SPSR_DAIF);
}

static enum verdict check_level(const struct hobnail_boot *boot, struct finding *f)
{
	static const char *const names[] = { "?", "EL1", "EL2, E2H = 0", "EL2, E2H = 1" };
	uint64_t asked = image_request(HOBNAIL_REQUEST_LEVEL, HOBNAIL_LEVEL_EL1);
	unsigned got = control_state.level == 1 ? HOBNAIL_LEVEL_EL1 : control_state.vhe ? HOBNAIL_LEVEL_EL2_VHE
	                                                                                 : HOBNAIL_LEVEL_EL2;

	if (got != asked)
		return broken(f, "got %s, want %s", names[got], asked <= HOBNAIL_LEVEL_EL2_VHE ? names[asked] : "?");
	if (boot->exception_level != got)
		return expect(f, "exception_level", boot->exception_level, got);
	if (boot->firmware_level < control_state.level || boot->firmware_level > 2)
		return broken(f, "firmware_level = %u", boot->firmware_level);
	return holds(f, "%s, firmware at EL%u", names[got], boot->firmware_level);
}

/* ---- Translation --------------------------------------------------------------------------------------- */

#define SCTLR_POINTER_AUTHENTICATION (SCTLR_ENDB | SCTLR_ENDA | SCTLR_ENIB | SCTLR_ENIA)
#define SCTLR_ONES (BIT(29) | BIT(28) | BIT(23) | BIT(22)) /* RES1 in Armv8.0 at EL1 and at EL2 */

static enum verdict check_sctlr(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t zeros = SCTLR_A | SCTLR_WXN | SCTLR_EE | SCTLR_POINTER_AUTHENTICATION;
	uint64_t mask = zeros | SCTLR_ONES | SCTLR_M | SCTLR_C | SCTLR_SA | (mmu_off() ? 0 : SCTLR_I);
	uint64_t want = SCTLR_ONES | SCTLR_SA | (mmu_off() ? 0 : SCTLR_M | SCTLR_C | SCTLR_I);

	(void)boot;
	if ((control_state.sctlr & mask) != want)
		return broken(f, "got %#lx, want %#lx in the bits %#lx", (unsigned long)control_state.sctlr,
		              (unsigned long)want, (unsigned long)mask);
	return holds(f, "%#lx", (unsigned long)control_state.sctlr);
}

/* The expected IPS or PS: the processor's PARange, 48 bits at most. */
static uint64_t physical_size(void)
{
	return min_u64(cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_PARANGE), 5);
}

static enum verdict check_tcr(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t lower = TCR_T0SZ(16) | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER;
	const uint64_t upper = TCR_T1SZ(16) | TCR_IRGN1_WB | TCR_ORGN1_WB | TCR_SH1_INNER | TCR_TG1_4K;
	uint64_t size = physical_size();

	(void)boot;
	if (mmu_off())
		return not_applicable(f, "translation is off");
	if (plain_el2())
		return expect(f, "TCR_EL2", control_state.tcr, lower | TCR_EL2_PS(size) | TCR_EL2_RES1);
	return expect(f, control_state.vhe ? "TCR_EL2" : "TCR_EL1", control_state.tcr,
	              lower | upper | TCR_IPS(size));
}

static enum verdict check_mair(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	if (mmu_off())
		return not_applicable(f, "translation is off");
	return expect(f, "MAIR", control_state.mair, 0x4404ff);
}

static enum verdict check_ttbr(const struct hobnail_boot *boot, struct finding *f)
{
	if (mmu_off())
		return not_applicable(f, "translation is off");
	if (plain_el2())
		return expect(f, "TTBR0_EL2", control_state.ttbr0, entered.root);
	if (control_state.ttbr0 != boot->lower_root)
		return expect(f, "TTBR0", control_state.ttbr0, boot->lower_root);
	return expect(f, "TTBR1", control_state.ttbr1, entered.root);
}

static enum verdict check_vectors(const struct hobnail_boot *boot, struct finding *f)
{
	enum { VECTORS_BYTES = 2048 };

	if (!is_aligned(control_state.vbar, VECTORS_BYTES) || !live_net_executes(boot, control_state.vbar) ||
	    !live_net_executes(boot, control_state.vbar + VECTORS_BYTES - 4))
		return broken(f, "VBAR = %#lx is no code of the loader", (unsigned long)control_state.vbar);
	return holds(f, "VBAR = %#lx", (unsigned long)control_state.vbar);
}

/* ---- Floating point ------------------------------------------------------------------------------------ */

static enum verdict check_fp_control(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t c = control_state.cpacr;

	(void)boot;
	if (plain_el2())
		return expect(f, "CPTR_EL2.TFP and TZ", c & (CPTR_EL2_TFP | CPTR_EL2_TZ),
		              CPTR_EL2_TZ | (fp_trapped() ? CPTR_EL2_TFP : 0));
	return expect(f, "FPEN, ZEN and SMEN", c & (CPACR_FPEN | CPACR_ZEN | CPACR_SMEN),
	              fp_trapped() ? 0 : CPACR_FPEN);
}

static enum verdict check_fp_works(const struct hobnail_boot *boot, struct finding *f)
{
	bool traps = TRAP_PROBE(__asm__ volatile(".inst 0x9e6703e0")); /* fmov d0, xzr */

	(void)boot;
	if (traps != fp_trapped())
		return broken(f, "an instruction %s", traps ? "traps" : "does not trap");
	return holds(f, "an instruction %s", traps ? "traps" : "works");
}

/* ---- Timers -------------------------------------------------------------------------------------------- */

static enum verdict check_timers(const struct hobnail_boot *boot, struct finding *f)
{
	const struct control_state *c = &control_state;

	(void)boot;
	if ((c->cntp | c->cntv | c->guest_cntp | c->guest_cntv) & (CNT_ENABLE | CNT_IMASK))
		return broken(f, "controls %#lx %#lx, EL1's %#lx %#lx", (unsigned long)c->cntp, (unsigned long)c->cntv,
		              (unsigned long)c->guest_cntp, (unsigned long)c->guest_cntv);
	return HOLDS;
}

static enum verdict check_counters(const struct hobnail_boot *boot, struct finding *f)
{
	if (control_state.level == 2)
		return expect(f, "CNTVOFF_EL2", control_state.cntvoff, 0);
	if (boot->firmware_level != 2)
		return not_applicable(f, "EL2 is not the loader's");
	cpu_instruction_barrier();
	uint64_t before = cpu_read(cntpct_el0);
	cpu_instruction_barrier();
	uint64_t virtual = cpu_read(cntvct_el0);
	cpu_instruction_barrier();
	uint64_t after = cpu_read(cntpct_el0);
	if (virtual < before || virtual > after)
		return broken(f, "CNTVCT %lu is not between CNTPCT %lu and %lu", (unsigned long)virtual,
		              (unsigned long)before, (unsigned long)after);
	return HOLDS;
}

/* ---- Traps to EL2 -------------------------------------------------------------------------------------- */

/* Registers of newer processors, which trap to EL2 by default. NULL: none traps. */
static const char *new_register_that_traps(void)
{
	uint64_t pfr0 = cpu_read(id_aa64pfr0_el1), pfr1 = cpu_read(id_aa64pfr1_el1), mmfr3 = cpu_read(ID_AA64MMFR3_EL1);

	if (cpu_id_field(pfr0, ID_AA64PFR0_CSV2) >= 2 && TRAP_PROBE((void)cpu_read(SCXTNUM_EL1)))
		return "SCXTNUM_EL1";
	if (cpu_id_field(pfr1, ID_AA64PFR1_MTE) >= 2 && TRAP_PROBE((void)cpu_read(GCR_EL1)))
		return "GCR_EL1";
	if (cpu_id_field(mmfr3, ID_AA64MMFR3_TCRX) && TRAP_PROBE((void)cpu_read(TCR2_EL1)))
		return "TCR2_EL1";
	if (cpu_id_field(mmfr3, ID_AA64MMFR3_SCTLRX) && TRAP_PROBE((void)cpu_read(SCTLR2_EL1)))
		return "SCTLR2_EL1";
	if (cpu_id_field(pfr0, ID_AA64PFR0_MPAM) && TRAP_PROBE((void)cpu_read(MPAMIDR_EL1)))
		return "MPAMIDR_EL1";
	return NULL;
}

static enum verdict check_no_traps(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t line = (uint64_t)&entry_state;

	if (control_state.level == 2 || boot->firmware_level != 2)
		return not_applicable(f, "the kernel did not come down from EL2");
	if (TRAP_PROBE((void)cpu_read(cntpct_el0)) || TRAP_PROBE((void)cpu_read(cntp_ctl_el0)))
		return broken(f, "the physical timer traps");
	if (cpu_has_pmu() && TRAP_PROBE((void)cpu_read(pmcr_el0)))
		return broken(f, "PMCR_EL0 traps");
	if (cpu_has_gic_registers() && TRAP_PROBE((void)cpu_read(ICC_SRE_EL1)))
		return broken(f, "ICC_SRE_EL1 traps");
	if (TRAP_PROBE((void)cpu_read(mdscr_el1)) || TRAP_PROBE((void)cpu_read(oslsr_el1)))
		return broken(f, "debug registers trap");
	if (TRAP_PROBE((void)cpu_read(actlr_el1)) || TRAP_PROBE((void)cpu_read(clidr_el1)) ||
	    TRAP_PROBE((void)cpu_read(id_aa64mmfr1_el1)))
		return broken(f, "identification registers trap");
	if (TRAP_PROBE(cpu_write(contextidr_el1, cpu_read(contextidr_el1))) ||
	    TRAP_PROBE(__asm__ volatile("tlbi vmalle1; dsb ish")))
		return broken(f, "translation control traps");
	if (TRAP_PROBE(__asm__ volatile("dc civac, %0; dsb ish" : : "r"(line))))
		return broken(f, "cache maintenance traps");
	const char *new = new_register_that_traps();
	if (new)
		return broken(f, "%s traps", new);
	int64_t answer = arch_psci_version(HOBNAIL_PSCI_HVC);
	if (answer != -1)
		return broken(f, "HVC answers %ld, not -1", (long)answer);
	return HOLDS;
}

static bool has_pointer_authentication(void)
{
	uint64_t isar1 = cpu_read(id_aa64isar1_el1);

	return cpu_id_field(isar1, ID_AA64ISAR1_APA) || cpu_id_field(isar1, ID_AA64ISAR1_API) ||
	       cpu_id_field(cpu_read(ID_AA64ISAR2_EL1), ID_AA64ISAR2_APA3);
}

static enum verdict check_pointer_keys(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t low = 0x0123456789abcdef, high = 0xfedcba9876543210;
	uint64_t got_low = 0, got_high = 0;

	(void)boot;
	if (!has_pointer_authentication())
		return not_applicable(f, "the processor has none");
	bool traps = TRAP_PROBE({
		cpu_write(APIAKEYLO_EL1, low);
		cpu_write(APIAKEYHI_EL1, high);
		got_low = cpu_read(APIAKEYLO_EL1);
		got_high = cpu_read(APIAKEYHI_EL1);
	});
	if (traps)
		return broken(f, "writing APIAKey_EL1 traps");
	if (got_low != low)
		return expect(f, "APIAKeyLo_EL1", got_low, low);
	return expect(f, "APIAKeyHi_EL1", got_high, high);
}

/* ---- At EL2 -------------------------------------------------------------------------------------------- */

static enum verdict check_hcr(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t keys = has_pointer_authentication() ? HCR_API | HCR_APK : 0;
	uint64_t mask = HCR_VM | HCR_TGE | HCR_HCD | HCR_RW | HCR_E2H | keys;

	(void)boot;
	if (control_state.level != 2)
		return not_applicable(f, "the kernel runs at EL1");
	return expect(f, "HCR_EL2", control_state.hcr & mask,
	              HCR_RW | keys | (control_state.vhe ? HCR_E2H | HCR_TGE : 0));
}

static enum verdict check_el2_rest(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	if (control_state.level != 2)
		return not_applicable(f, "the kernel runs at EL1");
	if (control_state.vttbr | control_state.hstr)
		return broken(f, "VTTBR_EL2 = %#lx, HSTR_EL2 = %#lx", (unsigned long)control_state.vttbr,
		              (unsigned long)control_state.hstr);
	if (!cpu_has_pmu())
		return HOLDS;
	return expect(f, "MDCR_EL2.HPMN", control_state.mdcr & MDCR_HPMN, PMCR_N(cpu_read(pmcr_el0)));
}

static const struct promise promises[] = {
	{ 83, "x0 holds the record's address, x1 to x29 are zero", check_general },
	{ 84, "x30 leads to the loader, which catches a return", check_return },
	{ 85, "sp is SP_ELx, aligned, in the stack", check_stack_pointer },
	{ 86, "D, A, I and F are masked", check_masks },
	{ 87, "the exception level is the one asked for", check_level },
	{ 88, "SCTLR is as promised", check_sctlr },
	{ 89, "TCR is exact", check_tcr },
	{ 90, "MAIR is exact", check_mair },
	{ 91, "the TTBRs hold the root tables alone", check_ttbr },
	{ 92, "floating point is open, or trapped as asked; SVE and SME are trapped", check_fp_control },
	{ 93, "VBAR leads to the loader's handlers", check_vectors },
	{ 94, "timers are off", check_timers },
	{ 95, "virtual and physical counter agree", check_counters },
	{ 96, "EL2 lets the kernel's own registers through", check_no_traps },
	{ 97, "pointer-authentication keys can be written", check_pointer_keys },
	{ 98, "a floating-point instruction works, or traps as asked", check_fp_works },
	{ 99, "HCR_EL2 is as promised", check_hcr },
	{ 100, "no stage 2, no traps by HSTR, all event counters", check_el2_rest },
};

const struct chapter arch_chapter = { promises, COUNT_OF(promises) };
