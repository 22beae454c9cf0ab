/* call.h — system calls of Linux on aarch64: include/uapi/asm-generic/unistd.h. */
#ifndef TESTS_LINUX_CALL_H
#define TESTS_LINUX_CALL_H

enum { CALL_MKDIRAT = 34, CALL_MOUNT = 40, CALL_OPENAT = 56, CALL_READ = 63, CALL_WRITE = 64, CALL_REBOOT = 142 };

static inline long call(long number, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
}

#endif
