/* el2.c — opens EL2 for a kernel at EL1, whatever the firmware left: EL2 neither traps nor misleads it.
 *
 * Each register is written only where an identification register says that it is there: without it, the access
 * would be undefined. EL3 has to let EL2 use such registers: under a firmware that does not, other systems could not
 * start either. */
#include "el2.h"

#include "arch.h"
#include "cpu.h"
#include "image.h"

static bool has(uint64_t id, unsigned field, unsigned at_least)
{
	return cpu_id_field(id, field) >= at_least;
}

uint64_t el2_hcr(void)
{
	uint64_t pfr0 = cpu_read(id_aa64pfr0_el1), pfr1 = cpu_read(id_aa64pfr1_el1), value = HCR_RW | HCR_API | HCR_APK;

	if (has(pfr0, ID_AA64PFR0_RAS, 2) || (has(pfr0, ID_AA64PFR0_RAS, 1) && has(pfr1, ID_AA64PFR1_RAS_FRAC, 1)))
		value |= HCR_FIEN;
	if (has(pfr0, ID_AA64PFR0_CSV2, 2) || has(pfr1, ID_AA64PFR1_CSV2_FRAC, 2))
		value |= HCR_ENSCXT;
	if (has(pfr1, ID_AA64PFR1_MTE, 2))
		value |= HCR_ATA;
	return value;
}

/* With E2H = 1 the names of EL1 registers mean EL2's. HCR_EL2 itself proves nothing: under nested virtualization it
 * may read as written without having had an effect. */
bool el2_has_host(void)
{
	cpu_write(far_el1, 1);
	cpu_instruction_barrier();
	cpu_write(far_el2, 2);
	cpu_instruction_barrier();
	return cpu_read(far_el1) == 2;
}

/* switch.S */
uint64_t try_without_host(uint64_t hcr);

bool el2_keeps_host(void)
{
	/* instructions are fetched with the data cache off */
	arch_clean((uintptr_t)image_text, (uint64_t)(image_text_end - image_text));
	return try_without_host(el2_hcr()) == 2;
}

/* SVE and SME vector lengths: as long as the processor has. The registers trap until CPTR lets them through. */
static void open_vector_lengths(void)
{
	uint64_t smfr0 = cpu_read(ID_AA64SMFR0_EL1);

	if (el2_has_host())
		cpu_write(cptr_el2, CPACR_ZEN | CPACR_FPEN | CPACR_SMEN);
	else
		cpu_write(cptr_el2, cpu_has_sme() ? CPTR_EL2_RES1 & ~(uint64_t)CPTR_EL2_TSM : CPTR_EL2_RES1);
	cpu_instruction_barrier();
	if (has(cpu_read(id_aa64pfr0_el1), ID_AA64PFR0_SVE, 1))
		cpu_write(ZCR_EL2, 0xf);
	if (cpu_has_sme()) {
		cpu_write(SMCR_EL2, 0xf | (smfr0 & ID_AA64SMFR0_FA64 ? SMCR_FA64 : 0) |
		                    (has(smfr0, ID_AA64SMFR0_SMEVER, 1) ? SMCR_EZT0 : 0));
		cpu_write(SMPRIMAP_EL2, 0);
	}
}

/* MDCR_EL2: all counters are EL1's, nothing traps, profiling buffers belong to EL1. */
static void open_debug(void)
{
	uint64_t dfr0 = cpu_read(id_aa64dfr0_el1), value = 0;

	if (cpu_has_pmu())
		value |= PMCR_N(cpu_read(pmcr_el0)); /* HPMN */
	if (has(dfr0, ID_AA64DFR0_PMSVER, 1))
		value |= MDCR_E2PB;
	if (has(dfr0, ID_AA64DFR0_TRBE, 1))
		value |= MDCR_E2TB;
	cpu_write(mdcr_el2, value);
}

static bool has_pauth_lr(void)
{
	uint64_t isar1 = cpu_read(id_aa64isar1_el1);

	return has(isar1, ID_AA64ISAR1_APA, ID_PAUTH_LR) || has(isar1, ID_AA64ISAR1_API, ID_PAUTH_LR) ||
	       has(cpu_read(ID_AA64ISAR2_EL1), ID_AA64ISAR2_APA3, ID_PAUTH_LR);
}

/* HCRX_EL2: these bits take a feature away when they are 0. The others trap or override when they are 1. */
static uint64_t hcrx(void)
{
	uint64_t isar1 = cpu_read(id_aa64isar1_el1), isar2 = cpu_read(ID_AA64ISAR2_EL1);
	uint64_t mmfr3 = cpu_read(ID_AA64MMFR3_EL1), pfr1 = cpu_read(id_aa64pfr1_el1);

	return (has(isar1, ID_AA64ISAR1_LS64, 1) ? HCRX_ENALS : 0) |
	       (has(isar1, ID_AA64ISAR1_LS64, 2) ? HCRX_ENASR : 0) |
	       (has(isar1, ID_AA64ISAR1_LS64, 3) ? HCRX_ENAS0 : 0) |
	       (has(isar2, ID_AA64ISAR2_MOPS, 1) ? HCRX_MSCEN : 0) |
	       (has(isar2, ID_AA64ISAR2_SYSREG128, 1) ? HCRX_ENIDCP128 : 0) |
	       (has(mmfr3, ID_AA64MMFR3_TCRX, 1) ? HCRX_TCR2EN : 0) |
	       (has(mmfr3, ID_AA64MMFR3_SCTLRX, 1) ? HCRX_SCTLR2EN : 0) |
	       (has(mmfr3, ID_AA64MMFR3_D128, 1) ? HCRX_D128EN : 0) |
	       (has(cpu_read(ID_AA64MMFR4_EL1), ID_AA64MMFR4_SRMASK, 1) ? HCRX_SRMASKEN : 0) |
	       (has(pfr1, ID_AA64PFR1_GCS, 1) ? HCRX_GCSEN : 0) |
	       (has(cpu_read(ID_AA64PFR2_EL1), ID_AA64PFR2_FPMR, 1) ? HCRX_ENFPM : 0) |
	       (has_pauth_lr() ? HCRX_PACMEN : 0);
}

static void open_fine_grained(void)
{
	uint64_t mmfr0 = cpu_read(id_aa64mmfr0_el1);

	if (has(mmfr0, ID_AA64MMFR0_FGT, 1)) {
		cpu_write(HFGRTR_EL2, HFGR_OPEN);
		cpu_write(HFGWTR_EL2, HFGR_OPEN);
		cpu_write(HFGITR_EL2, HFGITR_OPEN);
		cpu_write(HDFGRTR_EL2, HDFGRTR_OPEN);
		cpu_write(HDFGWTR_EL2, HDFGWTR_OPEN);
		if (has(cpu_read(id_aa64pfr0_el1), ID_AA64PFR0_AMU, 1))
			cpu_write(HAFGRTR_EL2, 0);
	}
	if (has(mmfr0, ID_AA64MMFR0_FGT, 2)) {
		cpu_write(HFGRTR2_EL2, HFGRTR2_OPEN);
		cpu_write(HFGWTR2_EL2, HFGWTR2_OPEN);
		cpu_write(HFGITR2_EL2, HFGITR2_OPEN);
		cpu_write(HDFGRTR2_EL2, HDFGRTR2_OPEN);
		cpu_write(HDFGWTR2_EL2, HDFGWTR2_OPEN);
	}
}

/* Memory partitioning: the partition stays the one that EL2 had. */
static void open_partitioning(void)
{
	if (!has(cpu_read(id_aa64pfr0_el1), ID_AA64PFR0_MPAM, 1) &&
	    !has(cpu_read(id_aa64pfr1_el1), ID_AA64PFR1_MPAM_FRAC, 1))
		return;
	cpu_write(MPAM2_EL2, (cpu_read(MPAM2_EL2) & ~MPAM2_TRAPS) | (cpu_has_sme() ? MPAM2_ENMPAMSM : 0));
	if (cpu_read(MPAMIDR_EL1) & MPAMIDR_HAS_HCR)
		cpu_write(MPAMHCR_EL2, 0);
}

/* GICv3 and later: system registers for EL1, no virtual interrupts. */
static void open_interrupt_controller(void)
{
	if (!cpu_has_gic_registers())
		return;
	cpu_write(ICC_SRE_EL2, cpu_read(ICC_SRE_EL2) | ICC_SRE_SRE | ICC_SRE_ENABLE);
	cpu_instruction_barrier();
	if (cpu_read(ICC_SRE_EL2) & ICC_SRE_SRE)
		cpu_write(ICH_HCR_EL2, 0);
}

void el2_open(void)
{
	uint64_t mmfr1 = cpu_read(id_aa64mmfr1_el1);

	cpu_write(vttbr_el2, 0);
	cpu_write(hstr_el2, 0);
	cpu_write(cntvoff_el2, 0);
	cpu_write(cnthp_ctl_el2, 0);
	if (has(mmfr1, ID_AA64MMFR1_VH, 1))
		cpu_write(CNTHV_CTL_EL2, 0);
	cpu_write(vpidr_el2, cpu_read(midr_el1));
	cpu_write(vmpidr_el2, cpu_read(mpidr_el1));
	open_vector_lengths();
	open_debug();
	if (has(mmfr1, ID_AA64MMFR1_HCX, 1))
		cpu_write(HCRX_EL2, hcrx());
	open_fine_grained();
	open_partitioning();
	open_interrupt_controller();
	cpu_instruction_barrier();
}
