/* call.h — aarch64: system calls of Linux. Numbers: Linux, include/uapi/asm-generic/unistd.h. */
#ifndef TESTS_LINUX_CALL_H
#define TESTS_LINUX_CALL_H

enum { CALL_WRITE = 64, CALL_REBOOT = 142 };

static inline long call(long number, long first, long second, long third)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = first;
	register long x1 __asm__("x1") = second;
	register long x2 __asm__("x2") = third;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}

#endif
