/* el2.h — aarch64: parts of the hypervisor that call each other, and bits that only a hypervisor needs.
 * Source: Arm Architecture Reference Manual, DDI 0487, by register name. */
#ifndef GUEST_EL2_H
#define GUEST_EL2_H

#include "cpu.h"

/* HCR_EL2 */
#define HCR_TID3 BIT(18) /* identification registers trap */
#define HCR_TSC  BIT(19) /* SMC traps                     */

/* VTCR_EL2: 4 KiB granule */
#define VTCR_T0SZ(bits)  (64 - (bits))
#define VTCR_SL0_LEVEL_1 BIT(6)
#define VTCR_IRGN0_WB    BIT(8)
#define VTCR_ORGN0_WB    BIT(10)
#define VTCR_SH0_INNER   (3 * BIT(12))
#define VTCR_PS_40       (2 * BIT(16))
#define VTCR_RES1        BIT(31)
#define VTTBR_VMID(n)    ((n) * BIT(48))

/* ESR_ELx.EC of exceptions from a lower level, and their ISS */
#define CLASS_SMC      0x17
#define CLASS_REGISTER 0x18 /* MSR, MRS */
#define CLASS_FETCH    0x20 /* instruction abort */
#define CLASS_DATA     0x24 /* data abort */
#define DATA_WRITE     BIT(6)
#define HPFAR_PAGE(hpfar) (((hpfar) & 0xffffffffff0) << 8)
#define INSTRUCTION_BYTES 4

#ifndef __ASSEMBLER__
#include "guest.h"

/* The guest's general registers; the rest of its state stays in the processor. */
struct registers {
	uint64_t x[31];
};

/* run.S: enter the guest at ELR_EL2 and return when it comes back to EL2. */
void guest_enter(struct registers *);
extern const char guest_vectors[];

/* psci.c: a call by HVC or SMC. */
void psci_answer(const struct guest *g, struct registers *r);

/* features.c: the guest reads an identification register. false: the trapped instruction is another. */
bool features_answer(uint64_t syndrome, struct registers *r);

/* tree.c: the machine's device tree, edited for the guest, in the guest's memory. Returns the guest's address. */
uint64_t tree_write(struct guest *g, const struct file *machine, struct span initrd);

#endif
#endif
