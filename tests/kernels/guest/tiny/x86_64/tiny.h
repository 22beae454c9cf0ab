/* tiny.h — x86_64: the tiny guest's machine. */
#ifndef TINY_H
#define TINY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

void tiny_main(const void *description);

/* TI PC16550D data sheet, "Line Status Register": THRE */
static inline void tiny_put(char c)
{
	while (!(cpu_in8(0x3f8 + 5) & 0x20))
		;
	cpu_out8(0x3f8, (uint8_t)c);
}

static inline uint64_t tiny_call(uint64_t function)
{
	__asm__ volatile("vmmcall" : "+a"(function) : : "memory");
	return function;
}

/* The word behind "tiny=". Linux, Documentation/x86/boot.rst: cmd_line_ptr */
static inline const char *tiny_cmdline(const void *zero_page)
{
	const char *at = (const char *)(uintptr_t)*(const uint32_t *)((const uint8_t *)zero_page + 0x228);

	while (at[0] != 't' || at[1] != 'i' || at[2] != 'n' || at[3] != 'y' || at[4] != '=')
		at++;
	return at + 5;
}

/* There is no SVM, and an unknown call is answered. Intel SDM vol. 2A, "CPUID": leaf 1 ECX[26], XSAVE, and ECX[27],
 * which shows the guest's CR4.OSXSAVE. */
static inline bool tiny_judges(void)
{
	bool shown = cpu_id(1, 0).c & BIT(27);

	if (shown || cpu_id(0x80000001, 0).c & BIT(2) || cpu_id(0x8000000a, 0).d || tiny_call(1) != UINT64_MAX)
		return false;
	if (!(cpu_id(1, 0).c & BIT(26)))
		return true;
	cpu_write_cr4(cpu_read_cr4() | CR4_OSXSAVE);
	return cpu_id(1, 0).c & BIT(27);
}

/* halt: for ever. state: VM_HSAVE_PA, where VMRUN saves the hypervisor's state. svm: VMRUN. The exceptions of these two
 * have no handler. */
static inline void tiny_end(const char *how)
{
	if (how[0] == 'h')
		cpu_wait_for_interrupt();
	if (how[0] == 's' && how[1] == 't')
		cpu_write_msr(0xc0010117, 0);
	if (how[0] == 's' && how[1] == 'v')
		__asm__ volatile("vmrun %%rax" : : "a"(0) : "memory");
}

#endif
