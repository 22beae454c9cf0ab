/* enter.c — from the firmware's world to the net, and from the net to the kernel. */
#include "enter.h"

#include "after/main.h"
#include "cpu.h"
#include "el2.h"
#include "image.h"
#include "sabotage.h"

/* switch.S */
void change_lower(paddr root);
void change_upper(paddr between, paddr root);
void change_only(paddr between, paddr root);
typedef void leave(uint64_t stack, uint64_t entry, uint64_t argument, uint64_t one_range, uint64_t bare)
	__attribute__((noreturn));
leave leave_mapped, leave_physical;

/* ---- Register values ----------------------------------------------------------------------------------- */

/* ID_AA64MMFR0_EL1.PARange as TCR wants it: at most 48 bits without LPA2, and 52 with it. */
static uint64_t physical_size(bool wide)
{
	return min_u64(cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_PARANGE), wide ? 6 : 5);
}

/* 4 KiB granule, walks write-back and inner shareable; with DS that is the memory's shareability, too */
static const uint64_t lower_range = TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER;
static const uint64_t upper_range = TCR_IRGN1_WB | TCR_ORGN1_WB | TCR_SH1_INNER | TCR_TG1_4K;

/* 48 bits, or 52 */
static uint64_t tcr_sizes(bool wide)
{
	return wide ? TCR_T0SZ(12) | TCR_T1SZ(12) | TCR_DS : TCR_T0SZ(16) | TCR_T1SZ(16);
}

/* TCR_EL1, and TCR_EL2 with E2H = 1 */
static uint64_t tcr_two_ranges(const struct arch_mode *mode)
{
	bool wide = mode->paging_levels == 5;
	/* bare: as PARange is; more than 48 bits count as 48 with this granule and without DS */
	uint64_t size = mode->state & STATE_BARE_CONTROL
	                        ? cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_PARANGE)
	                        : physical_size(wide);
	uint64_t value = lower_range | upper_range | tcr_sizes(wide) | TCR_IPS(size);

	return mode->state & STATE_OUTER_WALKS ? value & ~(TCR_SH0_NOT_OUTER | TCR_SH1_NOT_OUTER) : value;
}

/* HCR_EL2 for the route. A bare one has what EL2 with VHE needs, and SWIO, which is RES1 in later processors. */
static uint64_t hcr(const struct arch_mode *mode, uint64_t route)
{
	if (route != ROUTE_EL2_VHE)
		return el2_hcr();
	return (mode->state & STATE_BARE_CONTROL ? HCR_RW | HCR_SWIO : el2_hcr()) | HCR_E2H | HCR_TGE;
}

static uint64_t cnthctl(const struct arch_mode *mode, uint64_t route)
{
	return route == ROUTE_EL2_VHE && !(mode->state & STATE_BARE_CONTROL) ? CNTHCTL_EL1_ALL_E2H : CNTHCTL_EL1_ALL;
}

/* TCR_EL2 with E2H = 0 */
static uint64_t tcr_one_range(void)
{
	return TCR_T0SZ(16) | lower_range | TCR_EL2_PS(physical_size(false)) | TCR_EL2_RES1;
}

static uint64_t route_of(const struct arch_mode *mode, unsigned level)
{
	if (level == 1)
		return ROUTE_EL1;
	return mode->level == HOBNAIL_LEVEL_EL1   ? ROUTE_EL2_TO_EL1
	       : mode->level == HOBNAIL_LEVEL_EL2 ? ROUTE_EL2
	                                          : ROUTE_EL2_VHE;
}

/* Registers that may change the meaning of descriptors: they have to be 0 before translation is on. */
static uint64_t extensions(void)
{
	uint64_t mmfr3 = cpu_read(ID_AA64MMFR3_EL1);

	return (cpu_id_field(mmfr3, ID_AA64MMFR3_TCRX) ? BIT(SWITCH_HAS_TCR2) : 0) |
	       (cpu_id_field(mmfr3, ID_AA64MMFR3_SCTLRX) ? BIT(SWITCH_HAS_SCTLR2) : 0) |
	       (cpu_id_field(cpu_read(id_aa64pfr1_el1), ID_AA64PFR1_GCS) ? BIT(SWITCH_HAS_GCS) : 0);
}

/* CPTR_EL2 in the format that the new E2H selects; with E2H = 1 that is the format of CPACR_EL1. Where CPACR_EL1
 * applies, SVE and SME trap by it, so that a kernel at EL1 can allow them itself. FP traps as asked. */
static uint64_t cptr(const struct arch_mode *mode, uint64_t route)
{
	if (route == ROUTE_EL2_VHE)
		return mode->fp_trap ? 0 : CPACR_FPEN;
	uint64_t value = cpu_has_sme() ? CPTR_EL2_RES1 & ~(uint64_t)CPTR_EL2_TSM : CPTR_EL2_RES1;
	return route == ROUTE_EL2 ? value | CPTR_EL2_TZ | CPTR_EL2_TSM | (mode->fp_trap ? CPTR_EL2_TFP : 0) : value;
}

void enter_fill(struct switch_state *s, const struct handoff *h, unsigned level, uint64_t stack, uint64_t target)
{
	uint64_t route = route_of(&h->mode, level);
	uint64_t caches = SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA;

	if (h->mode.state & STATE_BARE_CONTROL)
		caches |= SCTLR_ITD | SCTLR_SED;
	if (level == 2)
		el2_open();
	*s = (struct switch_state){
		.route = route,
		.hcr = hcr(&h->mode, route),
		.cnthctl = cnthctl(&h->mode, route),
		.cptr = cptr(&h->mode, route),
		.vbar_el2 = enter_physical_of(h, park_vectors, image_base),
		.mair = h->mode.memory_types,
		.tcr = route == ROUTE_EL2 ? tcr_one_range() : tcr_two_ranges(&h->mode),
		.ttbr0 = h->transition,
		.ttbr1 = h->root ? h->root : h->transition,
		.sctlr = route == ROUTE_EL2 ? SCTLR_EL2_RES1 | caches : SCTLR_EL1_RES1 | caches | SCTLR_SA0,
		.vbar = image_net_address(h, net_vectors),
		.cpacr = h->mode.fp_trap ? 0 : CPACR_FPEN,
		.stack = stack,
		.target = target,
		.extensions = extensions(),
	};
}

/* ---- The switch ---------------------------------------------------------------------------------------- */

static struct switch_state state;

/* Two roots may translate one address with pages of different sizes. So a third root comes between them, which maps
 * the net alone: that is the same in both. Arm ARM, "Using break-before-make when updating translation table
 * entries". */
static uint64_t between[PAGE_BYTES / sizeof(uint64_t)] __attribute__((aligned(PAGE_BYTES)));

/* Fill it in the net's copy. The firmware's tables, live until the switch, identity-map all memory. */
static void fill_between(const struct handoff *h)
{
	unsigned net = pt_root_index(h->mode.layout->format, h->net_virt);

	((uint64_t *)enter_physical_of(h, between, image_base))[net] = ((const uint64_t *)h->root)[net];
}

void arch_interrupts_off(void)
{
	cpu_interrupts_off();
}

void arch_switch(struct handoff *h)
{
	enter_fill(&state, h, h->facts.firmware_level, h->stack_top,
	           image_net_address(h, (const void *)(uintptr_t)handoff_main));
	vectors_make(h);
	if (!h->mode.mmu_off)
		fill_between(h);
	if (state.route == ROUTE_EL2_TO_EL1)
		arch_clean(h->net_phys, image_bytes()); /* EL2's vectors run with its caches off */
	arch_clean((uintptr_t)&state, sizeof state);
	arch_clean((uintptr_t)image_text, (uint64_t)(image_text_end - image_text));
	switch_world(&state);
}

/* ---- The end, for each processor ----------------------------------------------------------------------- */

void arch_quiet(struct handoff *h)
{
	cpu_write(cntp_ctl_el0, 0); /* EL2's own timers with E2H = 1 */
	cpu_write(cntv_ctl_el0, 0);
	if (h->mode.level == HOBNAIL_LEVEL_EL2_VHE) {
		cpu_write(CNTP_CTL_EL02, 0);
		cpu_write(CNTV_CTL_EL02, 0);
	}
	if (h->mode.level == HOBNAIL_LEVEL_EL1)
		cpu_write(cntkctl_el1, 0);
	cpu_instruction_barrier();
}

static bool one_range(const struct handoff *h)
{
	return h->mode.level == HOBNAIL_LEVEL_EL2;
}

void enter_registers(const struct handoff *h)
{
	if (!h->mode.fp_trap) {
		cpu_write(FPCR, 0); /* round to nearest, nothing traps */
		cpu_write(FPSR, 0);
	}
	cpu_write(mdscr_el1, 0); /* no single step, no breakpoints of a debugger before us */
	cpu_write(contextidr_el1, 0);
	cpu_write(tpidr_el1, 0);
	cpu_write(tpidr_el0, 0);
	cpu_write(tpidrro_el0, 0);
}

void enter_tables(const struct handoff *h)
{
	if (one_range(h))
		enter_change_root(h, h->root);
	else if (!h->mode.mmu_off)
		change_lower(h->lower_root);
}

void enter_change_root(const struct handoff *h, paddr root)
{
	if (h->mode.mmu_off)
		return;
	(one_range(h) ? change_only : change_upper)(enter_physical_of(h, between, image_base), root);
}

void enter_leave(const struct handoff *h, uint64_t stack, uint64_t entry, uint64_t argument)
{
	(h->mode.mmu_off ? leave_physical : leave_mapped)(stack, entry, argument, one_range(h),
	                                                 h->mode.state & STATE_SP_EL0);
}

void arch_enter(struct handoff *h)
{
	enter_registers(h);
	sabotage_entry(h);
	enter_tables(h);
	enter_leave(h, h->kernel_stack, h->entry, h->argument);
}
