/* machine.h — what programs need to know of x86_64. */
#ifndef USER_MACHINE_H
#define USER_MACHINE_H

#include <stdint.h>

/* include/pith/syscall.h. What the kernel reads and writes for it is memory. */
static inline int64_t machine_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	int64_t result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
	                 : "rcx", "r11", "memory");
	return result;
}

/* A program's first instructions: the stack is aligned as a call needs it (System V ABI, "The Stack Frame"), and the frame
 * pointer is zero where stacks end. */
#define MACHINE_ENTRY \
	"	xorl %ebp, %ebp\n" \
	"	andq $-16, %rsp\n" \
	"	call program_start\n"

/* An instruction that there will never be (Intel SDM vol. 2, "UD"). */
static inline void machine_illegal(void)
{
	__asm__ volatile("ud2");
}

/* The instruction that returns from a function, as a number. */
#define MACHINE_RETURN 0xc3u

#endif
