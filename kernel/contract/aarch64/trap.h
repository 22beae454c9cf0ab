/* trap.h — what vectors.S and trap.c share, and trying what may trap. */
#ifndef KERNEL_ARCH_TRAP_H
#define KERNEL_ARCH_TRAP_H

#define TRAP_FRAME_BYTES 176 /* x0 - x18, x29, x30; the rest C keeps */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

void trap_handle(const void *frame, uint64_t vector);

/* Between these a synchronous exception skips its instruction and is remembered. */
void trap_probe_begin(void);
bool trap_probe_end(void); /* did it trap? */

/* For vectors: is this synchronous exception what is being tried? Then it is remembered, and *pc is where to go on. */
bool trap_probe_caught(uint64_t *pc);

#define TRAP_PROBE(statement) \
	({ trap_probe_begin(); statement; trap_probe_end(); })

#endif
#endif
