/* state.h — a processor of aarch64 as it was entered. Offsets for entry.S are checked in machine.c. */
#ifndef TESTS_LIMINE_STATE_H
#define TESTS_LIMINE_STATE_H

#define STATE_SP      248
#define STATE_NZCV    256
#define STATE_DAIF    264
#define STATE_SPSEL   272
#define STATE_ENTERED 280
#define STATE_STACK   288
#define STACK_BYTES   16384

#define ENTERED_BY_HEADER    1
#define ENTERED_BY_REQUEST   2
#define ENTERED_BY_PROCESSOR 3

#ifndef __ASSEMBLER__
#include "protocol.h"

typedef struct mp_info_aarch64 mp_info;
typedef struct answer_mp_aarch64 answer_mp;

struct state {
	uint64_t x[31];
	uint64_t sp, nzcv, daif, spsel, entered;
	uint8_t stack[STACK_BYTES] __attribute__((aligned(16)));

	/* Read in C. */
	uint64_t argument; /* X0 as it must be */
	uint64_t level, sctlr, tcr, mair, cpacr, ttbr0, ttbr1, mpidr;
	uint64_t hcr, cnthctl, hstr; /* at EL2 */
	uint64_t pstate;             /* PAN, UAO, DIT, SSBS and TCO */
	volatile uint32_t ready;
};
#endif
#endif
