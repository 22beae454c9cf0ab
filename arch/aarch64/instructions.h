/* instructions.h — aarch64: one-instruction wrappers, for cpu.h: all that no host can execute. tests/arch/aarch64/ has
 * functions of the same names in its place. */
#ifndef ARCH_INSTRUCTIONS_H
#define ARCH_INSTRUCTIONS_H

#include <stdint.h>

/* A system register by name, one of those above, too. A write takes effect at the next cpu_instruction_barrier(). */
#define cpu_read(name) cpu_read_named(name)
#define cpu_read_named(name) ({ uint64_t read_; __asm__ volatile("mrs %0, " #name : "=r"(read_)); read_; })

/* RNDR, where there is FEAT_RNG. false: none is there now. */
static inline bool cpu_random(uint64_t *out)
{
	uint32_t good;

	__asm__ volatile("mrs %0, s3_3_c2_c4_0; cset %w1, ne" : "=r"(*out), "=r"(good) : : "cc");
	return good;
}
#define cpu_write(name, value) cpu_write_named(name, value)
#define cpu_write_named(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

static inline void cpu_instruction_barrier(void) { __asm__ volatile("isb" : : : "memory"); }
static inline void cpu_data_barrier(void) { __asm__ volatile("dsb sy" : : : "memory"); }
static inline void cpu_interrupts_off(void) { __asm__ volatile("msr daifset, #15" : : : "memory"); }
/* debug stays masked */
static inline void cpu_interrupts_on(void) { __asm__ volatile("msr daifclr, #7" : : : "memory"); }
static inline void cpu_errors_on(void) { __asm__ volatile("msr daifclr, #4" : : : "memory"); } /* SError */
static inline void cpu_errors_off(void) { __asm__ volatile("msr daifset, #4" : : : "memory"); }
static inline void cpu_wait_for_event(void) { __asm__ volatile("wfe" : : : "memory"); }
static inline void cpu_pause(void) { __asm__ volatile("yield" : : : "memory"); }
/* after all that was written */
static inline void cpu_send_event(void) { __asm__ volatile("dsb sy\n\tsev" : : : "memory"); }
static inline void cpu_wait_for_interrupt(void) { __asm__ volatile("wfi" : : : "memory"); }

/* What was written before is seen by others before what comes next; waited for. */
static inline void cpu_stores_barrier(void) { __asm__ volatile("dsb ishst" : : : "memory"); }

/* What was written into tables is seen by walks from here on, and by instructions that follow. */
static inline void cpu_tables_barrier(void) { __asm__ volatile("dsb ishst\n\tisb" : : : "memory"); }

/* Registers of devices: one access, of a form that a hypervisor can play. */
static inline uint32_t cpu_device_read(uintptr_t at)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(at) : "memory");
	return value;
}
static inline void cpu_device_write(uintptr_t at, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]" : : "rZ"(value), "r"(at) : "memory");
}

/* Operands of TLBI */
#define TLBI_ASID(asid) ((uint64_t)(asid) << TTBR_ASID_SHIFT)
#define TLBI_PAGE(va)   ((va) >> 12 & 0xfffffffffff)
/* On every processor, of every ASID; to be ended by cpu_flush_wait(). */
static inline void cpu_flush_page_all(uint64_t va)
{
	__asm__ volatile("tlbi vaae1is, %0" : : "r"(TLBI_PAGE(va)) : "memory");
}
static inline void cpu_flush_all(void) { __asm__ volatile("tlbi vmalle1is" : : : "memory"); }
static inline void cpu_flush_wait(void) { __asm__ volatile("dsb ish\n\tisb" : : : "memory"); }
/* On this one alone, waited for. */
static inline void cpu_flush_asid(uint64_t asid)
{
	__asm__ volatile("tlbi aside1, %0\n\tdsb nsh\n\tisb" : : "r"(TLBI_ASID(asid)) : "memory");
}
static inline void cpu_flush_here(void) { __asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory"); }

/* The translation of one page, on this processor: of EL1's regime; of EL2's, where E2H = 1 asks for an ASID: 0, or
 * global. */
static inline void cpu_flush_page(uintptr_t at)
{
	__asm__ volatile("tlbi vaae1, %0\n\tdsb nsh" : : "r"(TLBI_PAGE(at)) : "memory");
}
static inline void cpu_flush_page_el2(uintptr_t at)
{
	__asm__ volatile("tlbi vae2, %0\n\tdsb nsh" : : "r"(TLBI_PAGE(at)) : "memory");
}

/* By virtual address, to the point of coherency (PoC) or unification (PoU). */
static inline void cpu_clean_invalidate_to_poc(uintptr_t at)
{
	__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
}
static inline void cpu_clean_to_pou(uintptr_t at) { __asm__ volatile("dc cvau, %0" : : "r"(at) : "memory"); }
static inline void cpu_invalidate_instructions(void)
{
	__asm__ volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory");
}

/* cpu_smc(), cpu_hvc(): ask what runs below. Returns x0 (Arm DEN 0028, "SMC Calling Convention": x4 to x17 may be
 * lost). */
#define CPU_CALL_BELOW(instruction) \
	static inline uint64_t cpu_##instruction(uint64_t function, uint64_t first, uint64_t second, uint64_t third) \
	{ \
		register uint64_t x0 __asm__("x0") = function; \
		register uint64_t x1 __asm__("x1") = first; \
		register uint64_t x2 __asm__("x2") = second; \
		register uint64_t x3 __asm__("x3") = third; \
		__asm__ volatile(#instruction " #0" \
		                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) \
		                 : \
		                 : "memory", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", \
		                   "x15", "x16", "x17"); \
		return x0; \
	}
CPU_CALL_BELOW(smc)
CPU_CALL_BELOW(hvc)

/* Until the word is not 0, or an event comes. A store to it is one: the exclusive monitor that the load has set sees it
 * (Arm ARM, "Wait for Event mechanism and Send event"). */
static inline void cpu_wait_for_change(const uint64_t *word)
{
	uint64_t value;

	__asm__ volatile("ldaxr %0, %1\n\tcbnz %0, 1f\n\twfe\n1:" : "=&r"(value) : "Q"(*word) : "memory");
}

#endif
