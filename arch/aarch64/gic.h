/* gic.h — aarch64: registers of the Generic Interrupt Controller.
 * Source: Arm IHI 0048, "GIC Architecture Specification, version 2.0"; Arm IHI 0069, "... version 3 and version 4"; by
 * register name. */
#ifndef ARCH_GIC_H
#define ARCH_GIC_H

#include "../bit.h"

/* Interrupt numbers: SGIs, which processors send each other, 0 to 15; PPIs, each processor's own, 16 to 31. */
enum {
	GIC_OWN = 32,        /* below: SGIs and PPIs                                                     */
	GIC_SPECIAL = 1020,  /* to 1023: no interrupt for us                                             */
	GIC_TIMER_EL2 = 26,  /* Arm DEN 0094, "Base System Architecture", PPI assignments: EL2 physical  */
	GIC_TIMER_VIRTUAL = 27, /* ... EL1 virtual                                                       */
};

/* The distributor. The first register of each kind is, for interrupts below 32, each processor's own; in version 3 it
 * is in the redistributor's second frame, at the same place. */
enum {
	GICD_CTLR = 0x000,
	GICD_IGROUPR = 0x080,    /* a bit for each interrupt            */
	GICD_ISENABLER = 0x100,  /* likewise; 1 enables                 */
	GICD_ICENABLER = 0x180,  /* 1 disables                          */
	GICD_IPRIORITYR = 0x400, /* a byte each; less is more urgent    */
	GICD_ITARGETSR = 0x800,  /* v2: a byte each, a bit for each CPU interface; of SGIs: the one that reads */
	GICD_SGIR = 0xf00,       /* v2 */
	GICD_BYTES = 0x10000,
};

#define GICD_CTLR_ENABLE    BIT(0) /* v2; v3: group 1 where there is one security state for us, as the next */
#define GICD_CTLR_ENABLE_1A BIT(1) /* v3: group 1         */
#define GICD_CTLR_ARE       BIT(4) /* v3: by affinity     */
#define GICD_CTLR_RWP       BIT(31) /* v3: a write is under way */
#define GICD_SGIR_TARGETS   16     /* shift: a bit for each CPU interface */
#define GICD_SGIR_OTHERS    BIT(24) /* all but the one that writes */

/* The CPU interface of version 2 */
enum {
	GICC_CTLR = 0x00,
	GICC_PMR = 0x04,
	GICC_BPR = 0x08,
	GICC_IAR = 0x0c,
	GICC_EOIR = 0x10,
	GICC_BYTES = 0x1000,
};

#define GICC_CTLR_ENABLE BIT(0)
#define GICC_IAR_ID      0x3ff

/* A redistributor of version 3: two frames, four with virtual LPIs; the second has a distributor's first registers. */
enum {
	GICR_TYPER = 0x08,
	GICR_WAKER = 0x14,
	GICR_FRAME_BYTES = 0x10000,
};

#define GICR_TYPER_VLPIS    BIT(1)
#define GICR_TYPER_LAST     BIT(4) /* of its region */
#define GICR_TYPER_AFFINITY(typer) ((typer) >> 32) /* Aff3 to Aff0, a byte each */
#define GICR_WAKER_SLEEP    BIT(1)
#define GICR_WAKER_ASLEEP   BIT(2)

/* ICC_SGI1R_EL1 */
#define ICC_SGI1R_TARGET(aff0) BIT((aff0) & 15)
#define ICC_SGI1R_AFF1(aff1)   ((uint64_t)(aff1) << 16)
#define ICC_SGI1R_ID(id)       ((uint64_t)(id) << 24)
#define ICC_SGI1R_AFF2(aff2)   ((uint64_t)(aff2) << 32)
#define ICC_SGI1R_OTHERS       BIT(40)
#define ICC_SGI1R_RANGE(aff0)  ((uint64_t)((aff0) >> 4) << 44)
#define ICC_SGI1R_AFF3(aff3)   ((uint64_t)(aff3) << 48)

#endif
