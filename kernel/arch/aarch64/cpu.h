/* cpu.h — single instructions that C cannot say. */
#ifndef KERNEL_ARCH_CPU_H
#define KERNEL_ARCH_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define CPU_READ(name) \
	({ uint64_t read_; __asm__ volatile("mrs %0, " #name : "=r"(read_)); read_; })
#define CPU_WRITE(name, value) \
	do { uint64_t write_ = (value); __asm__ volatile("msr " #name ", %0\n\tisb" : : "r"(write_) : "memory"); } while (0)

/* Registers that the assembler knows only with extensions, by their encoding (Arm ARM DDI 0487, "System register
 * encodings"). */
#define CNTP_CTL_EL02   S3_5_C14_C2_1
#define CNTV_CTL_EL02   S3_5_C14_C3_1
#define APIAKEYLO_EL1   S3_0_C2_C1_0
#define APIAKEYHI_EL1   S3_0_C2_C1_1
#define ICC_SRE_EL1     S3_0_C12_C12_5
#define ID_AA64ISAR2_EL1 S3_0_C0_C6_2
#define CPU_READ_ENCODED(name) CPU_READ_EXPANDED(name)
#define CPU_READ_EXPANDED(name) CPU_READ(name)
#define CPU_WRITE_ENCODED(name, value) CPU_WRITE_EXPANDED(name, value)
#define CPU_WRITE_EXPANDED(name, value) CPU_WRITE(name, value)

static inline unsigned cpu_level(void)
{
	return CPU_READ(CurrentEL) >> 2 & 3;
}

/* One 4-bit field of an identification register. */
static inline unsigned cpu_field(uint64_t id, unsigned shift)
{
	return id >> shift & 15;
}

/* Execute something that may trap. Between these, a synchronous exception skips its instruction and is remembered. */
void probe_begin(void);
bool probe_end(void); /* did it trap? */

#define PROBE(statement) \
	({ probe_begin(); statement; probe_end(); })

#endif
