/* enter.c — from the firmware's world to the net, and from the net to the kernel. */
#include "cpu.h"
#include "handoff.h"
#include "image.h"
#include "layout.h"
#include "sabotage.h"

/* Read with translation off: cleaned to the point of coherency first. Offsets are in layout.h. */
struct switch_state {
	uint64_t route;
	uint64_t hcr, cnthctl, cptr, vbar_el2; /* routes from EL2 */
	uint64_t mair, tcr, ttbr0, ttbr1, sctlr, vbar, cpacr; /* of the level that we go to */
	uint64_t stack, target;
} __attribute__((aligned(128)));
_Static_assert(offsetof(struct switch_state, mair) == SWITCH_MAIR && offsetof(struct switch_state, sctlr) == SWITCH_SCTLR &&
               offsetof(struct switch_state, target) == SWITCH_TARGET, "layout.h");

void switch_world(struct switch_state *s) __attribute__((noreturn));
typedef void enter(paddr lower_root, paddr root, uint64_t stack, uint64_t entry, uint64_t record, uint64_t one_range)
	__attribute__((noreturn));
enter enter_kernel, enter_physical;
extern const char net_vectors[], park_vectors[];

static struct switch_state state;

/* ---- Register values ----------------------------------------------------------------------------------- */

/* ID_AA64MMFR0_EL1.PARange as TCR wants it: at most 48 bits without LPA2. */
static uint64_t physical_size(void)
{
	return min_u64(id_field(read_sysreg(id_aa64mmfr0_el1), 0), 5);
}

/* Two ranges of 48 bits, 4 KiB granule, walks cacheable and inner shareable: TCR_EL1. */
static uint64_t tcr_two_ranges(void)
{
	const uint64_t t0sz = 16, irgn0 = 1 << 8, orgn0 = 1 << 10, sh0 = 3 << 12;
	const uint64_t t1sz = 16 << 16, irgn1 = 1 << 24, orgn1 = 1 << 26, sh1 = 3u << 28, tg1_4k = 2ull << 30;

	return t0sz | irgn0 | orgn0 | sh0 | t1sz | irgn1 | orgn1 | sh1 | tg1_4k | physical_size() << 32;
}

/* One range: TCR_EL2 with E2H = 0. Bits 31 and 23 are RES1. */
static uint64_t tcr_one_range(void)
{
	return 16 | 1 << 8 | 1 << 10 | 3 << 12 | physical_size() << 16 | 1ull << 31 | 1 << 23;
}

static uint64_t route_of(const struct arch_mode *mode, const struct arch_facts *facts)
{
	if (facts->firmware_level == 1)
		return ROUTE_EL1;
	return mode->level == HOBNAIL_LEVEL_EL1 ? ROUTE_EL2_TO_EL1 : mode->level == HOBNAIL_LEVEL_EL2 ? ROUTE_EL2 : ROUTE_EL2_VHE;
}

static bool has_sme(void)
{
	return id_field(read_sysreg(id_aa64pfr1_el1), 24) != 0;
}

/* CPTR_EL2 in the form that HCR_EL2.E2H will give it; with E2H = 1 it is CPACR_EL1's. SVE and SME trap by CPACR where
 * there is one, so that a kernel at EL1 can allow them itself; FP as asked. */
static uint64_t cptr(const struct arch_mode *mode, uint64_t route)
{
	if (route == ROUTE_EL2_VHE)
		return mode->fp_trap ? 0 : CPACR_FPEN;
	uint64_t value = has_sme() ? CPTR_EL2_RES1 & ~(uint64_t)CPTR_EL2_TSM : CPTR_EL2_RES1;
	return route == ROUTE_EL2 ? value | 1 << 8 | CPTR_EL2_TSM | (mode->fp_trap ? CPTR_EL2_TFP : 0) : value;
}

static void fill_state(struct switch_state *s, const struct handoff *h)
{
	uint64_t route = route_of(&h->mode, &h->facts);
	uint64_t caches = SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA;

	*s = (struct switch_state){
		.route = route,
		.hcr = HCR_RW | HCR_API | HCR_APK | (route == ROUTE_EL2_VHE ? HCR_E2H | HCR_TGE : 0),
		/* CNTHCTL_EL2: EL1 may read counters and use timers; the bits move with E2H */
		.cnthctl = route == ROUTE_EL2_VHE ? 3 << 10 : 3,
		.cptr = cptr(&h->mode, route),
		.vbar_el2 = (uint64_t)(park_vectors - image_base) + h->net_phys,
		.mair = MAIR_VALUE,
		.tcr = route == ROUTE_EL2 ? tcr_one_range() : tcr_two_ranges(),
		.ttbr0 = h->transition,
		.ttbr1 = h->root ? h->root : h->transition,
		.sctlr = route == ROUTE_EL2 ? SCTLR_EL2_RES1 | caches : SCTLR_EL1_RES1 | caches | SCTLR_SA0,
		.vbar = handoff_net_address(h, net_vectors, (uintptr_t)image_base),
		.cpacr = h->mode.fp_trap ? 0 : CPACR_FPEN,
		.stack = h->stack_top,
		.target = handoff_net_address(h, (const void *)(uintptr_t)handoff_main, (uintptr_t)image_base),
	};
}

/* ---- EL2: what could trap or mislead a kernel at EL1, whatever the firmware left ------------------------ */

/* SVE and SME vector lengths: as long as the processor has. The registers trap until CPTR lets them through. */
static void open_vector_lengths(void)
{
	if (read_sysreg(hcr_el2) & HCR_E2H)
		write_sysreg(cptr_el2, 3 << 16 | CPACR_FPEN | 3 << 24);
	else
		write_sysreg(cptr_el2, has_sme() ? CPTR_EL2_RES1 & ~(uint64_t)CPTR_EL2_TSM : CPTR_EL2_RES1);
	instruction_barrier();
	if (id_field(read_sysreg(id_aa64pfr0_el1), 32))
		write_sysreg(S3_4_C1_C2_0, 0xf); /* ZCR_EL2.LEN */
	if (has_sme()) {
		write_sysreg(S3_4_C1_C2_6, 0xf | (read_sysreg(S3_4_C1_C2_6) & 1ull << 31)); /* SMCR_EL2.LEN, FA64 kept */
		write_sysreg(S3_4_C1_C2_5, 0); /* SMPRIMAP_EL2 */
	}
}

/* MDCR_EL2: all counters are EL1's, nothing traps, profiling buffers belong to EL1. */
static void open_debug(void)
{
	uint64_t features = read_sysreg(id_aa64dfr0_el1), value = 0;
	unsigned pmu = id_field(features, 8);

	if (pmu && pmu != 15)
		value |= read_sysreg(pmcr_el0) >> 11 & 31; /* HPMN = PMCR_EL0.N */
	if (id_field(features, 32))
		value |= 3 << 12; /* E2PB: SPE */
	if (id_field(features, 44))
		value |= 3 << 24; /* E2TB: TRBE */
	write_sysreg(mdcr_el2, value);
}

/* HFG*_EL2: no traps. Two of HFGRTR/HFGWTR's bits trap when they are 0: nSMPRI_EL1 and nTPIDR2_EL0. */
static void open_fine_grained(void)
{
	uint64_t features = read_sysreg(id_aa64mmfr0_el1), sme = has_sme() ? 3ull << 54 : 0;

	if (id_field(read_sysreg(id_aa64mmfr1_el1), 40))
		write_sysreg(S3_4_C1_C2_2, 0); /* HCRX_EL2 */
	if (!id_field(features, 56))
		return;
	write_sysreg(S3_4_C1_C1_4, sme); /* HFGRTR_EL2  */
	write_sysreg(S3_4_C1_C1_5, sme); /* HFGWTR_EL2  */
	write_sysreg(S3_4_C1_C1_6, 0);   /* HFGITR_EL2  */
	write_sysreg(S3_4_C3_C1_4, 0);   /* HDFGRTR_EL2 */
	write_sysreg(S3_4_C3_C1_5, 0);   /* HDFGWTR_EL2 */
	if (id_field(read_sysreg(id_aa64pfr0_el1), 44))
		write_sysreg(S3_4_C3_C1_6, 0); /* HAFGRTR_EL2, with AMU */
}

/* GICv3 and later: system registers for EL1, no virtual interrupts. */
static void open_interrupt_controller(void)
{
	if (!id_field(read_sysreg(id_aa64pfr0_el1), 24))
		return;
	write_sysreg(S3_4_C12_C9_5, read_sysreg(S3_4_C12_C9_5) | 1 | 1 << 3); /* ICC_SRE_EL2: SRE, Enable */
	instruction_barrier();
	if (read_sysreg(S3_4_C12_C9_5) & 1)
		write_sysreg(S3_4_C12_C11_0, 0); /* ICH_HCR_EL2 */
}

static void prepare_el2(void)
{
	write_sysreg(vttbr_el2, 0);
	write_sysreg(hstr_el2, 0);
	write_sysreg(cntvoff_el2, 0);
	write_sysreg(cnthp_ctl_el2, 0);
	write_sysreg(vpidr_el2, read_sysreg(midr_el1));
	write_sysreg(vmpidr_el2, read_sysreg(mpidr_el1));
	open_vector_lengths();
	open_debug();
	open_fine_grained();
	open_interrupt_controller();
	instruction_barrier();
}

/* ---- The switch ---------------------------------------------------------------------------------------- */

void arch_switch(struct handoff *h)
{
	interrupts_off();
	if (h->facts.firmware_level == 2)
		prepare_el2();
	fill_state(&state, h);
	arch_clean((uintptr_t)&state, sizeof state);
	arch_clean((uintptr_t)image_text, (uint64_t)(image_text_end - image_text));
	switch_world(&state);
}

void arch_quiet(struct handoff *h)
{
	(void)h;
	write_sysreg(cntp_ctl_el0, 0); /* EL2's own timers with E2H = 1 */
	write_sysreg(cntv_ctl_el0, 0);
	if (h->mode.level == HOBNAIL_LEVEL_EL1)
		write_sysreg(cntkctl_el1, 0);
	instruction_barrier();
}

void arch_enter(struct handoff *h)
{
	enter *go = h->mode.mmu_off ? enter_physical : enter_kernel;

	if (!h->mode.fp_trap) {
		write_sysreg(S3_3_C4_C4_0, 0); /* FPCR: round to nearest, nothing traps */
		write_sysreg(S3_3_C4_C4_1, 0); /* FPSR */
	}
	write_sysreg(mdscr_el1, 0); /* no single step, no breakpoints of a debugger before us */
	write_sysreg(contextidr_el1, 0);
	write_sysreg(tpidr_el1, 0);
	write_sysreg(tpidr_el0, 0);
	write_sysreg(tpidrro_el0, 0);
	sabotage_entry(h);
	go(h->lower_root, h->root, h->kernel_stack, h->entry, h->record, h->mode.level == HOBNAIL_LEVEL_EL2);
}
