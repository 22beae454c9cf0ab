/* machine.h — registers that broken loaders set: all of their own, whatever the loader's wrappers become. */
#ifndef TESTS_BROKEN_AARCH64_MACHINE_H
#define TESTS_BROKEN_AARCH64_MACHINE_H

#include <stdint.h>

#define READ_REGISTER(name) ({ uint64_t value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)); value_; })
#define WRITE_REGISTER(name, value) __asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((uint64_t)(value)) : "memory")

/* Enter the kernel by way of `code`, which may change the saved PSTATE in x1. The net is mapped in the kernel's
 * space. */
#define DETOUR(code) \
	uint64_t entry_target; \
	extern const char detour[]; \
	__asm__(".pushsection .text\n" \
	        "detour:\n\t" \
	        "adrp x1, entry_target\n\t" \
	        "ldr x1, [x1, :lo12:entry_target]\n\t" \
	        "msr elr_el1, x1\n\t" \
	        "mrs x1, spsr_el1\n\t" \
	        code "\n\t" \
	        "msr spsr_el1, x1\n\t" \
	        "mov x1, xzr\n\t" \
	        "eret\n" \
	        ".popsection"); \
	void sabotage_entry(struct handoff *h) \
	{ \
		entry_target = h->entry; \
		h->entry = (uintptr_t)detour; \
	}

#endif
