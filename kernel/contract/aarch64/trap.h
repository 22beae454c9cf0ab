/* trap.h — shared by vectors.S and trap.c; and probes of instructions that may trap. */
#ifndef KERNEL_ARCH_TRAP_H
#define KERNEL_ARCH_TRAP_H

#define TRAP_FRAME_BYTES 176 /* x0 - x18, x29, x30; C preserves the others */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

void trap_handle(const void *frame, uint64_t vector);

/* Between these a synchronous exception is recorded, and its instruction skipped. */
void trap_probe_begin(void);
bool trap_probe_end(void); /* did it trap? */

/* For vectors: during a probe, records this synchronous exception, advances *pc past its instruction and returns
 * true. */
bool trap_probe_caught(uint64_t *pc);

#define TRAP_PROBE(statement) \
	({ trap_probe_begin(); statement; trap_probe_end(); })

#endif
#endif
