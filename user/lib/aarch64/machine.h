/* machine.h — the aarch64 part of the programs' library. */
#ifndef USER_MACHINE_H
#define USER_MACHINE_H

#include <stdint.h>

/* A system call: include/pith/syscall.h. "memory" is clobbered, because the kernel reads and writes the program's
 * memory. */
static inline int64_t machine_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	register uint64_t x8 __asm__("x8") = number;
	register uint64_t x0 __asm__("x0") = a;
	register uint64_t x1 __asm__("x1") = b;
	register uint64_t x2 __asm__("x2") = c;
	register uint64_t x3 __asm__("x3") = d;
	register uint64_t x4 __asm__("x4") = e;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return (int64_t)x0;
}

/* A program's first instructions: a zero frame pointer and return address end the call chain. */
#define MACHINE_ENTRY \
	"	mov x29, #0\n" \
	"	mov x30, #0\n" \
	"	bl program_start\n"

/* A guaranteed undefined instruction (Arm ARM DDI 0487, "UDF"). */
static inline void machine_illegal(void)
{
	__asm__ volatile("udf #0");
}

/* The instruction that returns from a function, as a number. */
#define MACHINE_RETURN 0xd65f03c0u

#endif
