/* cpu.h — instructions of aarch64 that C does not have. */
#ifndef TESTS_LIMINE_CPU_H
#define TESTS_LIMINE_CPU_H

#include <stdint.h>

#define cpu_read(name) ({ uint64_t value; __asm__ volatile("mrs %0, " #name : "=r"(value)); value; })
#define cpu_write(name, number) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(number)) : "memory")

static inline void cpu_barrier(void)
{
	__asm__ volatile("isb" : : : "memory");
}

#endif
