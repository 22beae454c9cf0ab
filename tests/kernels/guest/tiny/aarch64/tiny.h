/* tiny.h — aarch64: the tiny guest's machine, with the MMU off. */
#ifndef TINY_H
#define TINY_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"

void tiny_main(const void *description);

/* QEMU's virt machine. Arm PL011 TRM (DDI 0183), "Flag register, UARTFR": TXFF */
static inline void tiny_put(char c)
{
	volatile uint32_t *uart = (volatile uint32_t *)0x09000000;

	while (uart[6] & 0x20)
		;
	uart[0] = (uint8_t)c;
}

static inline uint64_t tiny_call(uint64_t function) { return cpu_hvc(function, 0, 0, 0); }

/* The word behind "tiny=" in the device tree. */
static inline const char *tiny_cmdline(const void *tree)
{
	const char *at = tree;

	while (at[0] != 't' || at[1] != 'i' || at[2] != 'n' || at[3] != 'y' || at[4] != '=')
		at++;
	return at + 5;
}

/* EL2, SVE and whatever is newer read as missing; stage 2 has 40 bits. Arm DEN 0022: PSCI answers by both ways, and
 * CPU_ON (0xc4000003) is denied. Arm DEN 0028: -1 is "not supported". */
static inline bool tiny_judges(void)
{
	uint64_t features = cpu_read(id_aa64pfr0_el1);

	return cpu_level() == 1 && (features & 0xffff) == 0x11 && cpu_id_field(features, ID_AA64PFR0_SVE) == 0 &&
	       (cpu_read(id_aa64mmfr0_el1) & 15) == 2 && cpu_read(ID_AA64MMFR4_EL1) == 0 &&
	       cpu_smc(0x84000000, 0, 0, 0) >= 2 && cpu_hvc(0x84000000, 0, 0, 0) >= 2 &&
	       (int64_t)cpu_smc(0xc4000003, 1, 0, 0) == -3 && (int64_t)cpu_hvc(0x80000000, 0, 0, 0) == -1;
}

/* off: PSCI's SYSTEM_OFF. */
static inline void tiny_end(const char *how)
{
	if (how[0] == 'o')
		cpu_smc(0x84000008, 0, 0, 0);
}

#endif
