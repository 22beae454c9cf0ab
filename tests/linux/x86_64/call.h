/* call.h — system calls of Linux on x86_64: arch/x86/entry/syscalls/syscall_64.tbl. */
#ifndef TESTS_LINUX_CALL_H
#define TESTS_LINUX_CALL_H

enum { CALL_READ = 0, CALL_WRITE = 1, CALL_MOUNT = 165, CALL_REBOOT = 169, CALL_OPENAT = 257, CALL_MKDIRAT = 258 };

static inline long call(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
	                 : "rcx", "r11", "memory");
	return result;
}

#endif
