/* trap.h — what vectors.S and trap.c share. */
#ifndef KERNEL_ARCH_TRAP_H
#define KERNEL_ARCH_TRAP_H

#define TRAP_FRAME_BYTES 176 /* x0 - x18, x29, x30; the rest C keeps */

#ifndef __ASSEMBLER__

#include <stdint.h>

void trap_handle(const void *frame, uint64_t vector);

#endif
#endif
