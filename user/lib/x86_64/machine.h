/* machine.h — the x86_64 part of the programs' library. */
#ifndef USER_MACHINE_H
#define USER_MACHINE_H

#include <stdint.h>

/* A system call: include/pith/syscall.h. "memory" is clobbered, because the kernel reads and writes the program's
 * memory. */
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

/* A program's first instructions. They align the stack for the call (System V ABI, "The Stack Frame"), and set the
 * frame pointer to zero, the end of the call chain. */
#define MACHINE_ENTRY \
	"	xorl %ebp, %ebp\n" \
	"	andq $-16, %rsp\n" \
	"	call program_start\n"

/* A guaranteed undefined instruction (Intel SDM vol. 2, "UD"). */
static inline void machine_illegal(void)
{
	__asm__ volatile("ud2");
}

/* The instruction that returns from a function, as a number. */
#define MACHINE_RETURN 0xc3u

#endif
