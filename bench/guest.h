/* guest.h — what every measured program has: the counter, lines for bench/run, a way to end the machine.
 *
 *   Machine   QEMU's q35 and virt as `hobnail run` starts them: a 16550 at port 0x3f8, a PL011 at 0x09000000,
 *             isa-debug-exit at port 0xf4, semihosting
 *   Lines     "@key hex", sixteen digits; bench/run looks for nothing else
 *   Counter   under -icount shift=4 one instruction is 16 ns: 16 ticks of x86_64's TSC, one of aarch64's CNTVCT */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)

static inline uint64_t counter(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline void put(char c)
{
	uint8_t status;

	do
		__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)0x3fd));
	while (!(status & 1 << 5)); /* transmitter empty */
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)0x3f8));
}

__attribute__((noreturn)) static inline void stop(void)
{
	__asm__ volatile("outl %0, %1" : : "a"(0), "Nd"((uint16_t)0xf4));
	for (;;)
		__asm__ volatile("hlt");
}

#elif defined(__aarch64__)

/* The hobnail kernel sets this to where the record says that the device is mapped. */
static volatile uint32_t *uart = (volatile uint32_t *)0x09000000;

static inline uint64_t counter(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
	return value;
}

static inline void put(char c)
{
	while (uart[0x18 / 4] & 1 << 5) /* UARTFR.TXFF */
		continue;
	uart[0] = (uint8_t)c;
}

/* Arm, "Semihosting for AArch32 and AArch64", SYS_EXIT with ADP_Stopped_ApplicationExit, status 0. */
__attribute__((noreturn)) static inline void stop(void)
{
	uint64_t block[2] = { 0x20026, 0 };
	register uint64_t operation __asm__("x0") = 0x18;
	register void *argument __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
	for (;;)
		__asm__ volatile("wfi");
}

#endif

static inline void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

static inline void put_hex(uint64_t value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
}

static inline void say(const char *key, uint64_t value)
{
	put('@');
	put_text(key);
	put(' ');
	put_hex(value);
	put('\n');
}

/* bench/run begins every MiB of a module with "HOB" and its number. */
static inline int module_is_good(const void *at, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes >> 20; i++)
		if (*(const volatile uint64_t *)((uintptr_t)at + (uintptr_t)(i << 20)) != (0x484f420000000000u | i))
			return 0;
	return 1;
}

/* What a kernel says in the end. `at` is reached as it stands. */
__attribute__((noreturn)) static inline void say_module_and_stop(const void *at, uint64_t bytes)
{
	say("module", bytes);
	say("good", (uint64_t)module_is_good(at, bytes));
	stop();
}

/* A kernel file has 64 KiB: this is most of it. */
#define BALLAST __attribute__((used, section(".rodata.ballast"))) static const uint8_t ballast[56 << 10] = { 1 }

#endif
