/* state.c — docs/protocol.md, "State at entry: aarch64". Register fields: Arm ARM DDI 0487, under each register's name. */
#include "arch/aarch64/state.h"

#include "arch.h"
#include "arch/aarch64/cpu.h"
#include "contract.h"
#include "image.h"
#include "memory.h"
#include "space.h"

struct entry_state entry_state;
struct control_state control_state;

extern const char kernel_entry[];

enum { ENTRY_RETURN = 30, ENTRY_FRAME = 29 };

#define HCR_VM  (1ull << 0)
#define HCR_TGE (1ull << 27)
#define HCR_HCD (1ull << 29)
#define HCR_RW  (1ull << 31)
#define HCR_E2H (1ull << 34)
#define HCR_APK (1ull << 40)
#define HCR_API (1ull << 41)

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
	c->hcr = CPU_READ(hcr_el2);
	c->vhe = (c->hcr & HCR_E2H) != 0;
	c->vttbr = CPU_READ(vttbr_el2);
	c->hstr = CPU_READ(hstr_el2);
	c->mdcr = CPU_READ(mdcr_el2);
	c->cntvoff = CPU_READ(cntvoff_el2);
	c->guest_cntp = c->vhe ? CPU_READ_ENCODED(CNTP_CTL_EL02) : CPU_READ(cntp_ctl_el0);
	c->guest_cntv = c->vhe ? CPU_READ_ENCODED(CNTV_CTL_EL02) : CPU_READ(cntv_ctl_el0);
}

void arch_state_read(void)
{
	struct control_state *c = &control_state;

	c->level = cpu_level();
	if (c->level == 2)
		read_el2(c);
	c->daif = CPU_READ(daif);
	c->spsel = CPU_READ(SPSel);
	if (plain_el2()) {
		c->sctlr = CPU_READ(sctlr_el2), c->tcr = CPU_READ(tcr_el2), c->mair = CPU_READ(mair_el2);
		c->ttbr0 = CPU_READ(ttbr0_el2), c->vbar = CPU_READ(vbar_el2), c->cpacr = CPU_READ(cptr_el2);
		c->cntp = CPU_READ(cnthp_ctl_el2), c->cntv = 0;
	} else {
		c->sctlr = CPU_READ(sctlr_el1), c->tcr = CPU_READ(tcr_el1), c->mair = CPU_READ(mair_el1);
		c->ttbr0 = CPU_READ(ttbr0_el1), c->ttbr1 = CPU_READ(ttbr1_el1);
		c->vbar = CPU_READ(vbar_el1), c->cpacr = CPU_READ(cpacr_el1);
		c->cntp = CPU_READ(cntp_ctl_el0), c->cntv = CPU_READ(cntv_ctl_el0);
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

/* Code of the loader that stays: in the net, executable; with the MMU off in memory of type net. */
static bool net_executes(const struct hobnail_boot *boot, uint64_t at)
{
	struct space s;
	struct walk w;

	if (!space_open(boot, &s))
		return memory_is(boot, at, 1, HOBNAIL_MEMORY_NET);
	walk(&s.walker, at, &w);
	return w.mapped && w.executable && at - boot->net_base < space_slot_bytes();
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

static enum verdict check_general(const struct hobnail_boot *boot, struct finding *f)
{
	if (entry_state.x[0] != (uint64_t)boot)
		return expect(f, "x0", entry_state.x[0], (uint64_t)boot);
	for (unsigned i = 1; i < ENTRY_RETURN; i++)
		if (entry_state.x[i])
			return broken(f, "x%u = %#lx", i, (unsigned long)entry_state.x[i]);
	return HOLDS;
}

static enum verdict check_return(const struct hobnail_boot *boot, struct finding *f)
{
	if (!net_executes(boot, arch_entry_return()))
		return broken(f, "x30 = %#lx is no code of the loader", (unsigned long)arch_entry_return());
	return holds(f, "x30 = %#lx", (unsigned long)arch_entry_return());
}

static enum verdict check_stack_pointer(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t sp = entry_state.sp;

	if (control_state.spsel != 1)
		return expect(f, "SPSel", control_state.spsel, 1);
	if (sp % 16)
		return broken(f, "sp = %#lx is not aligned to 16 bytes", (unsigned long)sp);
	if (sp <= boot->stack_virt || sp - boot->stack_virt > boot->stack_bytes)
		return broken(f, "sp = %#lx is not in the stack at %#lx", (unsigned long)sp, (unsigned long)boot->stack_virt);
	return holds(f, "sp = %#lx, %lu bytes free", (unsigned long)sp, (unsigned long)(sp - boot->stack_virt));
}

static enum verdict check_masks(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "DAIF", control_state.daif, 0x3c0);
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

#define SCTLR_M  (1ull << 0)
#define SCTLR_A  (1ull << 1)
#define SCTLR_C  (1ull << 2)
#define SCTLR_SA (1ull << 3)
#define SCTLR_I  (1ull << 12)
#define SCTLR_WXN (1ull << 19)
#define SCTLR_EE (1ull << 25)
#define SCTLR_POINTER_AUTHENTICATION (1ull << 13 | 1ull << 27 | 1ull << 30 | 1ull << 31) /* EnDB, EnDA, EnIB, EnIA */
#define SCTLR_ONES (1ull << 29 | 1ull << 28 | 1ull << 23 | 1ull << 22) /* RES1 in Armv8.0 at EL1 and at EL2 */

static enum verdict check_sctlr(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t zeros = SCTLR_A | SCTLR_WXN | SCTLR_EE | SCTLR_POINTER_AUTHENTICATION;
	uint64_t mask = zeros | SCTLR_ONES | SCTLR_M | SCTLR_C | SCTLR_SA | (mmu_off() ? 0 : SCTLR_I);
	uint64_t want = SCTLR_ONES | SCTLR_SA | (mmu_off() ? 0 : SCTLR_M | SCTLR_C | SCTLR_I);

	(void)boot;
	if ((control_state.sctlr & mask) != want)
		return broken(f, "got %#lx, want %#lx in the bits %#lx", (unsigned long)control_state.sctlr, (unsigned long)want,
		              (unsigned long)mask);
	return holds(f, "%#lx", (unsigned long)control_state.sctlr);
}

/* Size of physical addresses that the tables may hold: as the processor says, 48 bits at most. */
static uint64_t physical_size(void)
{
	return min_u64(cpu_field(CPU_READ(id_aa64mmfr0_el1), 0), 5);
}

static enum verdict check_tcr(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t range = 16 | 1ull << 8 | 1ull << 10 | 3ull << 12; /* 48 bits, write-back, write-back, inner shareable */
	const uint64_t granule_4k_upper = 2ull << 30;
	uint64_t size = physical_size();

	(void)boot;
	if (mmu_off())
		return not_applicable(f, "translation is off");
	if (plain_el2())
		return expect(f, "TCR_EL2", control_state.tcr, range | size << 16 | 1ull << 23 | 1ull << 31);
	return expect(f, control_state.vhe ? "TCR_EL2" : "TCR_EL1", control_state.tcr,
	              range | range << 16 | granule_4k_upper | size << 32);
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
		return expect(f, "TTBR0_EL2", control_state.ttbr0, boot->root);
	if (control_state.ttbr0 != boot->lower_root)
		return expect(f, "TTBR0", control_state.ttbr0, boot->lower_root);
	return expect(f, "TTBR1", control_state.ttbr1, boot->root);
}

static enum verdict check_vectors(const struct hobnail_boot *boot, struct finding *f)
{
	enum { VECTORS_BYTES = 2048 };

	if (!is_aligned(control_state.vbar, VECTORS_BYTES) || !net_executes(boot, control_state.vbar) ||
	    !net_executes(boot, control_state.vbar + VECTORS_BYTES - 4))
		return broken(f, "VBAR = %#lx is no code of the loader", (unsigned long)control_state.vbar);
	return holds(f, "VBAR = %#lx", (unsigned long)control_state.vbar);
}

/* ---- Floating point ------------------------------------------------------------------------------------ */

static enum verdict check_fp_control(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t c = control_state.cpacr;

	(void)boot;
	if (plain_el2()) { /* CPTR_EL2: TFP traps floating point, TZ SVE */
		uint64_t mask = 1ull << 10 | 1ull << 8, want = 1ull << 8 | (fp_trapped() ? 1ull << 10 : 0);
		return expect(f, "CPTR_EL2.TFP and TZ", c & mask, want);
	}
	/* FPEN, then ZEN and SMEN, which trap SVE and SME */
	return expect(f, "FPEN, ZEN and SMEN", c & (3ull << 20 | 3ull << 16 | 3ull << 24), fp_trapped() ? 0 : 3ull << 20);
}

static enum verdict check_fp_works(const struct hobnail_boot *boot, struct finding *f)
{
	bool traps = PROBE(__asm__ volatile(".inst 0x9e6703e0")); /* fmov d0, xzr */

	(void)boot;
	if (traps != fp_trapped())
		return broken(f, "an instruction %s", traps ? "traps" : "does not trap");
	return holds(f, "an instruction %s", traps ? "traps" : "works");
}

/* ---- Timers -------------------------------------------------------------------------------------------- */

static enum verdict check_timers(const struct hobnail_boot *boot, struct finding *f)
{
	enum { ENABLE_AND_IMASK = 3 };
	const struct control_state *c = &control_state;

	(void)boot;
	if ((c->cntp | c->cntv | c->guest_cntp | c->guest_cntv) & ENABLE_AND_IMASK)
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
	__asm__ volatile("isb");
	uint64_t before = CPU_READ(cntpct_el0);
	__asm__ volatile("isb");
	uint64_t virtual = CPU_READ(cntvct_el0);
	__asm__ volatile("isb");
	uint64_t after = CPU_READ(cntpct_el0);
	if (virtual < before || virtual > after)
		return broken(f, "CNTVCT %lu is not between CNTPCT %lu and %lu", (unsigned long)virtual, (unsigned long)before,
		              (unsigned long)after);
	return HOLDS;
}

/* ---- What EL2 lets through ----------------------------------------------------------------------------- */

static bool has_performance_monitor(void)
{
	unsigned version = cpu_field(CPU_READ(id_aa64dfr0_el1), 8);

	return version != 0 && version != 15;
}

static bool has_gic_registers(void)
{
	return cpu_field(CPU_READ(id_aa64pfr0_el1), 24) != 0;
}

static enum verdict check_no_traps(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t line = (uint64_t)&entry_state;

	if (control_state.level == 2 || boot->firmware_level != 2)
		return not_applicable(f, "the kernel did not come down from EL2");
	if (PROBE((void)CPU_READ(cntpct_el0)) || PROBE((void)CPU_READ(cntp_ctl_el0)))
		return broken(f, "the physical timer traps");
	if (has_performance_monitor() && PROBE((void)CPU_READ(pmcr_el0)))
		return broken(f, "PMCR_EL0 traps");
	if (has_gic_registers() && PROBE((void)CPU_READ_ENCODED(ICC_SRE_EL1)))
		return broken(f, "ICC_SRE_EL1 traps");
	if (PROBE((void)CPU_READ(mdscr_el1)) || PROBE((void)CPU_READ(oslsr_el1)))
		return broken(f, "debug registers trap");
	if (PROBE((void)CPU_READ(actlr_el1)) || PROBE((void)CPU_READ(clidr_el1)) || PROBE((void)CPU_READ(id_aa64mmfr1_el1)))
		return broken(f, "identification registers trap");
	if (PROBE(CPU_WRITE(contextidr_el1, CPU_READ(contextidr_el1))) || PROBE(__asm__ volatile("tlbi vmalle1; dsb ish")))
		return broken(f, "translation control traps");
	if (PROBE(__asm__ volatile("dc civac, %0; dsb ish" : : "r"(line))))
		return broken(f, "cache maintenance traps");
	return HOLDS;
}

static bool has_pointer_authentication(void)
{
	uint64_t isar1 = CPU_READ(id_aa64isar1_el1);

	return cpu_field(isar1, 4) || cpu_field(isar1, 8) || cpu_field(CPU_READ_ENCODED(ID_AA64ISAR2_EL1), 12);
}

static enum verdict check_pointer_keys(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t low = 0x0123456789abcdef, high = 0xfedcba9876543210;
	uint64_t got_low = 0, got_high = 0;

	(void)boot;
	if (!has_pointer_authentication())
		return not_applicable(f, "the processor has none");
	bool traps = PROBE({
		CPU_WRITE_ENCODED(APIAKEYLO_EL1, low);
		CPU_WRITE_ENCODED(APIAKEYHI_EL1, high);
		got_low = CPU_READ_ENCODED(APIAKEYLO_EL1);
		got_high = CPU_READ_ENCODED(APIAKEYHI_EL1);
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
	return expect(f, "HCR_EL2", control_state.hcr & mask, HCR_RW | keys | (control_state.vhe ? HCR_E2H | HCR_TGE : 0));
}

static enum verdict check_el2_rest(const struct hobnail_boot *boot, struct finding *f)
{
	enum { HPMN = 31 };

	(void)boot;
	if (control_state.level != 2)
		return not_applicable(f, "the kernel runs at EL1");
	if (control_state.vttbr | control_state.hstr)
		return broken(f, "VTTBR_EL2 = %#lx, HSTR_EL2 = %#lx", (unsigned long)control_state.vttbr,
		              (unsigned long)control_state.hstr);
	if (!has_performance_monitor())
		return HOLDS;
	return expect(f, "MDCR_EL2.HPMN", control_state.mdcr & HPMN, CPU_READ(pmcr_el0) >> 11 & HPMN);
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
