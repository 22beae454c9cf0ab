/* cpu.h — aarch64: system-register bits and one-instruction wrappers. Constants are usable from assembly. What a
 * register must hold is not said here: that is docs/protocol.md's to promise, the loader's to set and pith's to check.
 * Source: Arm Architecture Reference Manual, DDI 0487, "AArch64 System Register Descriptions" (D17), by register
 * name. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "../bit.h"

/* SCTLR_ELx */
#define SCTLR_M    BIT(0)  /* translation                           */
#define SCTLR_A    BIT(1)  /* alignment checks                      */
#define SCTLR_C    BIT(2)  /* data cache                            */
#define SCTLR_SA   BIT(3)  /* stack alignment                       */
#define SCTLR_SA0  BIT(4)  /* ... at EL0                            */
#define SCTLR_ITD  BIT(7)  /* EL0 in AArch32: IT is restricted      */
#define SCTLR_SED  BIT(8)  /* ..., and there is no SETEND           */
#define SCTLR_UMA  BIT(9)  /* EL0 changes its interrupt masks       */
#define SCTLR_I    BIT(12) /* instruction cache                     */
#define SCTLR_ENDB BIT(13) /* pointer authentication, data, key B   */
#define SCTLR_DZE  BIT(14) /* EL0 zeroes cache lines (DC ZVA)       */
#define SCTLR_UCT  BIT(15) /* EL0 reads CTR_EL0                     */
#define SCTLR_NTWI BIT(16) /* EL0 may wait for interrupts           */
#define SCTLR_NTWE BIT(18) /* ... and for events                    */
#define SCTLR_WXN  BIT(19) /* what is writable does not execute     */
#define SCTLR_SPAN BIT(23) /* 0: exceptions set PSTATE.PAN          */
#define SCTLR_EE   BIT(25) /* big-endian                            */
#define SCTLR_UCI  BIT(26) /* EL0 maintains caches                  */
#define SCTLR_ENDA BIT(27)
#define SCTLR_ENIB BIT(30) /* ... instructions                      */
#define SCTLR_ENIA BIT(31)
/* RES1 of the base architecture: EL1 LSMAOE, nTLSMD, SPAN, EIS, TSCXT, EOS; EL2 bits 29, 28, 23, 22, 18, 16, 11, 5,
 * 4 */
#define SCTLR_EL1_RES1 0x30d00800
#define SCTLR_EL2_RES1 0x30c50830

/* TCR_ELx: the lower range of both forms, then what differs */
#define TCR_T0SZ(n)  (n)             /* range of 64 - n bits                   */
#define TCR_EPD0     BIT(7)          /* two ranges: no walks for the lower one */
#define TCR_IRGN0_WB BIT(8)          /* walks: inner write-back, allocating    */
#define TCR_ORGN0_WB BIT(10)         /* ... outer                              */
#define TCR_SH0_INNER (3 * BIT(12))  /* ... inner shareable; TG0 = 0 is 4 KiB  */
#define TCR_SH0_NOT_OUTER BIT(12)    /* 0 in both bits' lower one: outer shareable */
#define TCR_SH1_NOT_OUTER BIT(28)
#define TCR_T1SZ(n)  ((n) * BIT(16))
#define TCR_IRGN1_WB BIT(24)
#define TCR_ORGN1_WB BIT(26)
#define TCR_SH1_INNER (3 * BIT(28))
#define TCR_TG1_4K   BIT(31)
#define TCR_IPS(n)   ((n) * BIT(32)) /* as ID_AA64MMFR0_EL1.PARange            */
#define TCR_EL2_PS(n) ((n) * BIT(16)) /* TCR_EL2 with E2H = 0                  */
#define TCR_EL2_RES1 (BIT(31) | BIT(23))
#define TCR_TSZ      63              /* T0SZ; T1SZ is 16 bits above            */
#define TCR_TG0      (3 * BIT(14))   /* 0: 4 KiB                               */
#define TCR_EPD1     BIT(23)
#define TCR_TG1      (3 * BIT(30))   /* 2: 4 KiB                               */
#define TCR_IPS_SHIFT 32
#define TCR_AS       BIT(36)         /* ASIDs have 16 bits                     */
#define TCR_HA       BIT(39)         /* the access flag is set by hardware     */
#define TCR_TBI0     BIT(37)         /* the top byte of an address is a tag    */
#define TCR_TBI1     BIT(38)
#define TCR_HPD0     BIT(41)         /* tables' entries take no rights away    */
#define TCR_HPD1     BIT(42)
#define TCR_DS       BIT(59)         /* 52-bit addresses, another format       */
#define TCR_SH0      (2 * BIT(12))   /* clear: not shareable (1 is reserved)   */
#define TCR_SH1      (2 * BIT(28))
#define TCR_EL2_PS_SHIFT 16
#define TCR_EL2_TBI  BIT(20)
#define TCR_EL2_HA   BIT(21)
#define TCR_EL2_HPD  BIT(24)
#define TCR_EL2_DS   BIT(32)

/* TTBRn_ELx: the ASID is above, CnP below. In the operand of TLBI it is at the same place. */
#define TTBR_ADDRESS 0x0000fffffffff000
#define TTBR_ASID_SHIFT 48

/* HCR_EL2 */
#define HCR_VM  BIT(0)   /* stage 2                                            */
#define HCR_SWIO BIT(1)  /* set and way operations                             */
#define HCR_FMO BIT(3)   /* FIQ, IRQ and SError come to EL2                    */
#define HCR_IMO BIT(4)
#define HCR_AMO BIT(5)
#define HCR_TGE BIT(27)
#define HCR_HCD BIT(29)  /* no HVC                                             */
#define HCR_RW  BIT(31)  /* EL1 is AArch64                                     */
#define HCR_E2H BIT(34)
#define HCR_APK BIT(40)  /* pointer-authentication keys do not trap            */
#define HCR_API BIT(41)  /* pointer-authentication instructions do not trap    */
#define HCR_FIEN   BIT(47) /* RAS fault injection does not trap                */
#define HCR_ENSCXT BIT(53) /* SCXTNUM_EL0, SCXTNUM_EL1 do not trap             */
#define HCR_ATA    BIT(56) /* memory tags                                      */

/* HCRX_EL2: 0 takes the feature from EL1 and EL0 */
#define HCRX_ENAS0    BIT(0)  /* ST64BV0                     */
#define HCRX_ENALS    BIT(1)  /* LD64B, ST64B                */
#define HCRX_ENASR    BIT(2)  /* ST64BV                      */
#define HCRX_MSCEN    BIT(11) /* memory copy and set         */
#define HCRX_TCR2EN   BIT(14)
#define HCRX_SCTLR2EN BIT(15)
#define HCRX_D128EN   BIT(17) /* 128-bit descriptors         */
#define HCRX_ENIDCP128 BIT(21) /* 128-bit system registers   */
#define HCRX_GCSEN    BIT(22) /* guarded control stacks      */
#define HCRX_ENFPM    BIT(23) /* FPMR                        */
#define HCRX_PACMEN   BIT(24) /* PACM                        */
#define HCRX_SRMASKEN BIT(26) /* masks of system registers   */

/* SPSR_ELx, PSTATE */
#define SPSR_F BIT(6)
#define SPSR_I BIT(7)
#define SPSR_A BIT(8)
#define SPSR_D BIT(9)
#define SPSR_DAIF (SPSR_D | SPSR_A | SPSR_I | SPSR_F)
#define PSTATE_PAN_BIT BIT(22) /* privileged code reads and writes no user pages */
#define SPSR_EL1H 0x5
#define SPSR_EL2H 0x9

/* CPACR_EL1, and CPTR_EL2 where E2H = 1; 3 lets all through */
#define CPACR_ZEN  (3 * BIT(16)) /* SVE            */
#define CPACR_FPEN (3 * BIT(20)) /* floating point */
#define CPACR_SMEN (3 * BIT(24)) /* SME            */

/* CPTR_EL2 where E2H = 0; 1 traps */
#define CPTR_EL2_RES1 0x32ff /* SVE, SME and FP do not trap here; bit 12 is RES1 without SME */
#define CPTR_EL2_TZ   BIT(8)  /* SVE            */
#define CPTR_EL2_TFP  BIT(10) /* floating point */
#define CPTR_EL2_TSM  BIT(12) /* SME            */

/* MDCR_EL2, PMCR_EL0 */
#define MDCR_HPMN 31 /* event counters that are EL1's    */
#define MDCR_E2PB (3 * BIT(12)) /* profiling buffer: EL1 */
#define MDCR_E2TB (3 * BIT(24)) /* trace buffer: EL1     */
#define PMCR_N(value) ((value) >> 11 & 31)

/* CNTHCTL_EL2: EL1 may read the physical counter and use the physical timer. The bits move with E2H. */
#define CNTHCTL_EL1_ALL     3
#define CNTHCTL_EL1_ALL_E2H (3 * BIT(10))

/* CNTKCTL_EL1, and CNTHCTL_EL2 where E2H = 1: what EL0 may use of counters and timers, and the event stream */
#define CNTKCTL_EL0 (BIT(0) | BIT(1) | BIT(8) | BIT(9))
#define CNTKCTL_EVNTEN BIT(2)

/* MDSCR_EL1 */
#define MDSCR_TDCC BIT(12) /* EL0 has no debug channel */

/* CNTP_CTL_EL0 and its like */
#define CNT_ENABLE BIT(0)
#define CNT_IMASK  BIT(1)
#define CNT_ISTATUS BIT(2) /* it has come */

/* Fine-grained traps. A bit whose name begins with n traps when it is 0, and is RES0 where its feature is missing; all
 * others trap when they are 1. So each of these opens everything that its register controls. */
#define HFGR_OPEN     (0xfff * BIT(52) | BIT(50))  /* HFGRTR_EL2, HFGWTR_EL2: nGCS_EL0 ... nAMAIR2_EL1, nACCDATA_EL1 */
#define HFGITR_OPEN   (31 * BIT(55))               /* nBRBINJ, nBRBIALL, nGCSPUSHM_EL1, nGCSSTR_EL1, nGCSEPP */
#define HDFGRTR_OPEN  (15 * BIT(59))               /* nBRBIDR, nBRBCTL, nBRBDATA, nPMSNEVFR_EL1 */
#define HDFGWTR_OPEN  (7 * BIT(60))                /* ... but nBRBIDR */
#define HFGRTR2_OPEN  0x7fff                       /* nPFAR_EL1 ... nACTLRALIAS_EL1 */
#define HFGWTR2_OPEN  (HFGRTR2_OPEN & ~BIT(1))     /* ... but nERXGSR_EL1 */
#define HFGITR2_OPEN  BIT(1)                       /* nDCCIVAPS */
#define HDFGRTR2_OPEN (0x1ffffff & ~BIT(21))       /* nPMECR_EL1 ... nPMBMAR_EL1 */
#define HDFGWTR2_OPEN (0x1ffffff & ~(BIT(6) | BIT(17) | BIT(18))) /* without nPMSSDATA, nSPMID, nSPMDEVAFF_EL1 */

/* SMCR_EL2 */
#define SMCR_EZT0 BIT(30) /* ZT0                          */
#define SMCR_FA64 BIT(31) /* all of A64 in streaming mode */

/* MPAM2_EL2, MPAMIDR_EL1 (Arm DDI 0598, "Memory System Resource Partitioning and Monitoring") */
#define MPAM2_TRAPS   (3 * BIT(48) | BIT(58)) /* TRAPMPAM1EL1, TRAPMPAM0EL1, TIDR */
#define MPAM2_ENMPAMSM BIT(50)                /* MPAMSM_EL1 does not trap         */
#define MPAMIDR_HAS_HCR BIT(17)

/* ICC_SRE_ELx: system registers of the GIC; at EL2: for EL1, too */
#define ICC_SRE_SRE    BIT(0)
#define ICC_SRE_ENABLE BIT(3)

/* ESR_ELx.EC */
#define ESR_CLASS_SHIFT 26
#define ESR_CLASS(esr) ((esr) >> ESR_CLASS_SHIFT & 63)
#define ESR_CLASS_SVC 0x15
#define ESR_CLASS_HVC 0x16
#define ESR_CLASS_DATA 0x25 /* data abort, from the same level */
#define ESR_STATUS(esr) ((esr) & 63) /* of an abort: DFSC */
#define ESR_STATUS_TABLES 0x10 /* below: what the page tables say, or lack */

/* "Exception vectors": a table, which is aligned to its size; a synchronous exception from a lower level in AArch64
 * state */
#define VECTORS           16
#define VECTOR_BYTES      128
#define VECTOR_LOWER_SYNC 8

/* MPIDR_EL1: Aff3, Aff2 - Aff0 */
#define MPIDR_AFFINITY 0xff00ffffff

/* Where identification registers have their fields, four bits each. */
#define ID_AA64DFR0_PMUVER    8
#define ID_AA64DFR0_PMSVER    32 /* statistical profiling */
#define ID_AA64DFR0_TRBE      44 /* trace buffer          */
#define ID_AA64ISAR1_APA      4  /* pointer authentication, QARMA5        */
#define ID_AA64ISAR1_API      8  /* ..., the implementation's own         */
#define ID_AA64ISAR1_LS64     60 /* 1 LD64B, 2 also ST64BV, 3 also ST64BV0 */
#define ID_AA64ISAR2_APA3     12 /* ..., QARMA3                           */
#define ID_AA64ISAR2_MOPS     16 /* memory copy and set                   */
#define ID_AA64ISAR2_SYSREG128 32
#define ID_PAUTH_LR           6  /* APA, API or APA3: PACM, too           */
#define ID_AA64MMFR0_PARANGE  0
#define ID_AA64MMFR0_ASIDBITS 4  /* 2: ASIDs have 16 bits */
#define ID_AA64MMFR0_TGRAN4   28 /* 4 KiB granule: 0; 1: with 52-bit addresses, too; 15: none */
#define ID_AA64MMFR0_FGT      56 /* fine-grained traps; 2: the second set */
#define ID_AA64MMFR1_VH       8  /* HCR_EL2.E2H           */
#define ID_AA64MMFR1_PAN      20 /* PSTATE.PAN            */
#define ID_AA64MMFR1_HCX      40 /* HCRX_EL2              */
#define ID_AA64MMFR2_UAO      4  /* PSTATE.UAO            */
#define ID_AA64MMFR3_TCRX     0  /* TCR2_ELx              */
#define ID_AA64MMFR3_SCTLRX   4  /* SCTLR2_ELx            */
#define ID_AA64MMFR3_D128     32
#define ID_AA64MMFR4_E2H0     24 /* 8 and more: HCR_EL2.E2H is fixed to 1 */
#define ID_AA64MMFR4_SRMASK   44
#define ID_AA64PFR0_GIC       24 /* GIC system registers  */
#define ID_AA64PFR0_RAS       28 /* 2: with fault injection */
#define ID_AA64PFR0_SVE       32
#define ID_AA64PFR0_MPAM      40
#define ID_AA64PFR0_AMU       44
#define ID_AA64PFR0_CSV2      56 /* 2: SCXTNUM_ELx        */
#define ID_AA64PFR1_MTE       8  /* 2: tags in memory     */
#define ID_AA64PFR1_RAS_FRAC  12 /* 1: fault injection, too */
#define ID_AA64PFR1_MPAM_FRAC 16
#define ID_AA64PFR1_SME       24
#define ID_AA64PFR1_CSV2_FRAC 32 /* 2: SCXTNUM_ELx, too   */
#define ID_AA64PFR1_GCS       44
#define ID_AA64PFR2_FPMR      32
#define ID_AA64SMFR0_SMEVER   56 /* 1: SME2, with ZT0     */
#define ID_AA64SMFR0_FA64     BIT(63)

/* Registers that the assembler knows only with extensions, by their encoding. */
#define APIAKEYHI_EL1    S3_0_C2_C1_1
#define APIAKEYLO_EL1    S3_0_C2_C1_0
#define CNTHV_CTL_EL2    S3_4_C14_C3_1
#define CNTP_CTL_EL02    S3_5_C14_C2_1
#define CNTV_CTL_EL02    S3_5_C14_C3_1
#define FPCR             S3_3_C4_C4_0
#define FPSR             S3_3_C4_C4_1
#define GCR_EL1          S3_0_C1_C0_6
#define GCSCRE0_EL1      S3_0_C2_C5_2
#define GCSCR_EL1        S3_0_C2_C5_0
#define GCSCR_EL2        S3_4_C2_C5_0
#define HAFGRTR_EL2      S3_4_C3_C1_6
#define HCRX_EL2         S3_4_C1_C2_2
#define HDFGRTR2_EL2     S3_4_C3_C1_0
#define HDFGRTR_EL2      S3_4_C3_C1_4
#define HDFGWTR2_EL2     S3_4_C3_C1_1
#define HDFGWTR_EL2      S3_4_C3_C1_5
#define HFGITR2_EL2      S3_4_C3_C1_7
#define HFGITR_EL2       S3_4_C1_C1_6
#define HFGRTR2_EL2      S3_4_C3_C1_2
#define HFGRTR_EL2       S3_4_C1_C1_4
#define HFGWTR2_EL2      S3_4_C3_C1_3
#define HFGWTR_EL2       S3_4_C1_C1_5
#define ICC_BPR1_EL1     S3_0_C12_C12_3
#define ICC_CTLR_EL1     S3_0_C12_C12_4
#define ICC_EOIR1_EL1    S3_0_C12_C12_1
#define ICC_IAR1_EL1     S3_0_C12_C12_0
#define ICC_IGRPEN1_EL1  S3_0_C12_C12_7
#define ICC_PMR_EL1      S3_0_C4_C6_0
#define ICC_SGI1R_EL1    S3_0_C12_C11_5
#define ICC_SRE_EL1      S3_0_C12_C12_5
#define ICC_SRE_EL2      S3_4_C12_C9_5
#define ICH_HCR_EL2      S3_4_C12_C11_0
#define ID_AA64ISAR2_EL1 S3_0_C0_C6_2
#define ID_AA64MMFR2_EL1 S3_0_C0_C7_2
#define ID_AA64MMFR3_EL1 S3_0_C0_C7_3
#define ID_AA64MMFR4_EL1 S3_0_C0_C7_4
#define ID_AA64PFR2_EL1  S3_0_C0_C4_2
#define ID_AA64SMFR0_EL1 S3_0_C0_C4_5
#define MPAM2_EL2        S3_4_C10_C5_0
#define MPAMHCR_EL2      S3_4_C10_C4_0
#define MPAMIDR_EL1      S3_0_C10_C4_4
#define PSTATE_PAN       S3_0_C4_C2_3
#define PSTATE_UAO       S3_0_C4_C2_4
#define SCTLR2_EL1       S3_0_C1_C0_3
#define SCTLR2_EL2       S3_4_C1_C0_3
#define SCXTNUM_EL1      S3_0_C13_C0_7
#define SMCR_EL2         S3_4_C1_C2_6
#define SMPRIMAP_EL2     S3_4_C1_C2_5
#define TCR2_EL1         S3_0_C2_C0_3
#define TCR2_EL2         S3_4_C2_C0_3
#define ZCR_EL2          S3_4_C1_C2_0

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#include <instructions.h> /* found by the path, never beside this file: host tests have their own */

/* ---- A few instructions -------------------------------------------------------------------------------- */

/* A four-bit field of an identification register. */
static inline unsigned cpu_id_field(uint64_t value, unsigned shift)
{
	return (unsigned)(value >> shift & 15);
}

/* The width of physical addresses that ID_AA64MMFR0_EL1.PARange and TCR's IPS and PS name. */
static inline unsigned cpu_range_bits(unsigned range)
{
	return range < 4 ? (0x2a282420u >> 8 * range & 0xff) : range == 4 ? 44 : range == 5 ? 48 : 52;
}

/* 1, 2 or 3 */
static inline unsigned cpu_level(void)
{
	return (unsigned)(cpu_read(CurrentEL) >> 2 & 3);
}

/* Affinity: what ACPI, the device tree and PSCI call this processor. */
static inline uint64_t cpu_affinity(void)
{
	return cpu_read(mpidr_el1) & MPIDR_AFFINITY;
}

/* The physical counter at EL2. At EL1 under a hypervisor it may not be ours to read: the virtual one. */
static inline uint64_t cpu_counter(void)
{
	cpu_instruction_barrier();
	return cpu_level() == 2 ? cpu_read(cntpct_el0) : cpu_read(cntvct_el0);
}

/* Event counters as the architecture has them; 15 means the implementation's own. */
static inline bool cpu_has_pmu(void)
{
	unsigned version = cpu_id_field(cpu_read(id_aa64dfr0_el1), ID_AA64DFR0_PMUVER);

	return version != 0 && version != 15;
}

static inline bool cpu_has_sme(void)
{
	return cpu_id_field(cpu_read(id_aa64pfr1_el1), ID_AA64PFR1_SME) != 0;
}

static inline bool cpu_has_gic_registers(void)
{
	return cpu_id_field(cpu_read(id_aa64pfr0_el1), ID_AA64PFR0_GIC) != 0;
}

/* PSTATE.PAN: may privileged code not use user mode's pages? */
static inline bool cpu_user_is_barred(void)
{
	return cpu_id_field(cpu_read(id_aa64mmfr1_el1), ID_AA64MMFR1_PAN) && cpu_read(PSTATE_PAN);
}

/* The smallest data cache line, bytes. CTR_EL0.DminLine counts words as a power of two. */
static inline uint64_t cpu_data_line_bytes(void)
{
	return 4ull << (cpu_read(ctr_el0) >> 16 & 15);
}

#endif
#endif
