/* call.h — x86_64: system calls of Linux. Numbers: Linux, arch/x86/entry/syscalls/syscall_64.tbl. */
#ifndef TESTS_LINUX_CALL_H
#define TESTS_LINUX_CALL_H

enum { CALL_WRITE = 1, CALL_REBOOT = 169 };

static inline long call(long number, long first, long second, long third)
{
	long result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(first), "S"(second), "d"(third)
	                 : "rcx", "r11", "memory");
	return result;
}

#endif
