/* fault.h — what a processor says about an exception, and what that means in words. Pure: the loader's net, the tests and
 * host programs use the same source.
 *
 *   Memory   nothing is allocated; text goes to the caller's buffer, NUL-terminated and cut to its size */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

/* fault.vector of a kernel that returned from its entry point: no exception at all. For assembly, too. */
#define FAULT_RETURNED 256

#ifndef __ASSEMBLER__
#include "base.h"

enum { FAULT_MAX_GENERAL = 31, FAULT_MAX_CONTROL = 6 };

/* The processor's registers when it happened. */
struct fault {
	uint32_t arch;        /* HOBNAIL_ARCH_*                                                             */
	uint32_t vector;      /* x86_64: exception; aarch64: 0-15, in the vector table; or FAULT_RETURNED   */
	uint64_t hardware_id; /* of the processor, as struct hobnail_cpu has it                             */
	uint64_t syndrome;    /* x86_64: error code, 0 where there is none; aarch64: ESR                    */
	uint64_t address;     /* CR2, FAR: means something for some exceptions only                         */
	uint64_t pc;          /* 0 for FAULT_RETURNED                                                       */
	uint64_t sp;
	uint64_t flags;       /* RFLAGS, SPSR                                                               */
	uint64_t general[FAULT_MAX_GENERAL]; /* x86_64: rax rbx rcx rdx rsi rdi rbp r8-r15; aarch64: x0-x30 */
	uint64_t control[FAULT_MAX_CONTROL]; /* x86_64: cr0 cr3 cr4 efer cs ss; aarch64: sctlr tcr ttbr0 ttbr1 mair hcr_el2 */
};

#endif
#endif
