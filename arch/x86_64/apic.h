/* apic.h — interrupt controllers of the PC: both 8259s, I/O APICs, the local APIC. Constants are usable from
 * assembly. */
#ifndef ARCH_APIC_H
#define ARCH_APIC_H

#include "cpu.h"

/* Intel 8259A data sheet, "Operation Command Words": OCW1, at the odd port, is the mask. */
#define PIC_1_MASK 0x21
#define PIC_2_MASK 0xa1

/* ... OCW2 and OCW3, at the even port */
#define PIC_1_COMMAND 0x20
#define PIC_2_COMMAND 0xa0
#define PIC_EOI       0x20
#define PIC_READ_ISR  0x0b /* the next reads are of the inputs in service */
#define PIC_CASCADE   BIT(2) /* of the first chip: the second one's */

/* Intel 82093AA data sheet, "Register Description": byte offsets, and indexes behind them */
#define IOAPIC_SELECT      0x00
#define IOAPIC_WINDOW      0x10
#define IOAPIC_BYTES       0x20
#define IOAPIC_VERSION     0x01 /* bits 23:16: last redirection entry */
#define IOAPIC_REDIRECTION 0x10 /* two registers an entry             */

/* ... of the lower register of an entry: bits 10:8 */
#define IOAPIC_DELIVERY(entry) ((entry) >> 8 & 7)
#define IOAPIC_DELIVERY_INIT   5
#define IOAPIC_DELIVERY_SMI    2 /* to System Management Mode: the firmware's, at any time */

/* Intel SDM vol. 4, "IA32_APIC_BASE"; vol. 3A, "Local APIC Status and Location" */
#define APIC_BASE_X2APIC  BIT(10)
#define APIC_BASE_ENABLE  BIT(11)
#define APIC_BASE_ADDRESS 0x000ffffffffff000

/* Intel SDM vol. 3A, "Local APIC Register Address Map": byte offsets */
#define APIC_VERSION     0x30  /* bits 23:16: last local vector table entry; AMD: bit 31: extended space */
#define APIC_PRIORITY    0x80
#define APIC_EOI         0xb0
#define APIC_ISR         0x100 /* 8 registers, 0x10 apart */
#define APIC_IRR         0x200
#define APIC_TIMER       0x320 /* local vector; one shot with all but vector and mask clear */
#define APIC_LINT0       0x350 /* local vector of the first pin: the 8259s', on PCs */
#define APIC_LINT1       0x360 /* local vector of the second pin: NMI, on PCs (MultiProcessor
                                * Specification, "Virtual Wire Mode") */
#define APIC_TIMER_COUNT 0x380 /* writing it starts the timer, 0 stops it    */
#define APIC_TIMER_LEFT  0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define APIC_SPURIOUS    0xf0
#define APIC_ENABLE      BIT(8) /* ... of that register, with its vector      */
#define APIC_ICR         0x300 /* lower half: writing it sends */
#define APIC_ICR_HIGH    0x310 /* bits 31:24: physical destination; x2APIC: both halves are one register */

/* Intel SDM vol. 3A, "Interrupt Command Register (ICR)": delivery mode and level; vector of the page where a processor
 * starts */
#define APIC_INIT          0x4500
#define APIC_STARTUP(page) (0x4600 | (page) >> 12)
#define APIC_FIXED(vector) (0x4000 | (vector))
#define APIC_NMI           0x4400
#define APIC_ICR_PENDING   BIT(12)
#define APIC_DELIVER_NMI   0x400 /* of a local vector, too */

/* Intel SDM vol. 3A, "Local Vector Table": of the pins */
#define APIC_LOW   BIT(13)
#define APIC_LEVEL BIT(15)

/* ... "Divide Configuration Register" */
#define APIC_DIVIDE_BY_16 3

/* Intel SDM vol. 3A, "Local Vector Table": offset and name, in the order in which APIC_VERSION counts them */
#define APIC_LVT(X) \
	X(0x320, "timer") X(0x350, "LINT0") X(0x360, "LINT1") X(0x370, "error") X(0x340, "performance") \
	X(0x330, "thermal") X(0x2f0, "CMCI")

/* AMD64 APM vol. 2, "Extended APIC Feature Register", "Extended Interrupt Local Vector Table Registers" */
#define APIC_EXTENDED_FEATURES 0x400 /* bits 23:16: number of the entries */
#define APIC_EXTENDED_LVT      0x500 /* 0x10 apart                        */

/* Of the lower half of a local vector: bits 10:8, an interrupt whose number the 8259 says */
#define APIC_IS_EXTINT(vector) (((vector) & 0x700) == 0x700)

/* The mask of a local vector and of the lower register of a redirection entry alike. */
#define APIC_MASKED BIT(16)

/* IA-PC HPET Specification 1.0a, "Register Definitions": byte offsets */
#define HPET_BYTES        0x500 /* with 32 timers                                    */
#define HPET_CAPABILITIES 0x000 /* bits 12:8: last timer                             */
#define HPET_TIMER(n)     (0x100 + 0x20 * (n)) /* configuration and capabilities     */
#define HPET_INT_ENB      BIT(2)               /* ... this timer raises interrupts   */

#ifndef __ASSEMBLER__

/* A register of the local APIC whose page is mapped, uncached, at `page`; 0: by MSR, in x2APIC mode. */
static inline uint32_t apic_read(uintptr_t page, unsigned reg)
{
	return page ? cpu_device_read(page + reg) : (uint32_t)cpu_read_msr(MSR_X2APIC + reg / 16);
}

static inline void apic_write(uintptr_t page, unsigned reg, uint32_t value)
{
	if (page)
		cpu_device_write(page + reg, value);
	else
		cpu_write_msr(MSR_X2APIC + reg / 16, value);
}

/* Send one of the commands above to the processor with this id (below 255 but in x2APIC mode). The wait is bounded.
 * Intel SDM vol. 3A, "MSR Access in x2APIC Mode": its writes wait for nothing before them. */
static inline void apic_send(uintptr_t page, uint32_t id, uint32_t command)
{
	if (!page) {
		cpu_all_barrier();
		cpu_write_msr(MSR_X2APIC + APIC_ICR / 16, (uint64_t)id << 32 | command);
		return;
	}
	apic_write(page, APIC_ICR_HIGH, id << 24);
	apic_write(page, APIC_ICR, command);
	for (unsigned i = 0; i < 100000 && apic_read(page, APIC_ICR) & APIC_ICR_PENDING; i++)
		cpu_pause();
}

static inline unsigned apic_last_lvt(uintptr_t page)
{
	return apic_read(page, APIC_VERSION) >> 16 & 0xff;
}

/* AMD's extended local vectors; elsewhere 0. */
static inline unsigned apic_extended_lvts(uintptr_t page)
{
	return apic_read(page, APIC_VERSION) >> 31 ? apic_read(page, APIC_EXTENDED_FEATURES) >> 16 & 0xff : 0;
}

/* A register of the I/O APIC at `base`, mapped uncached. */
static inline uint32_t ioapic_read(uintptr_t base, unsigned index)
{
	cpu_device_write(base + IOAPIC_SELECT, index);
	return cpu_device_read(base + IOAPIC_WINDOW);
}

static inline void ioapic_write(uintptr_t base, unsigned index, uint32_t value)
{
	cpu_device_write(base + IOAPIC_SELECT, index);
	cpu_device_write(base + IOAPIC_WINDOW, value);
}

static inline unsigned ioapic_last_input(uintptr_t base)
{
	return ioapic_read(base, IOAPIC_VERSION) >> 16 & 0xff;
}

#endif
#endif
