/* instructions.h — x86_64: one-instruction wrappers, for cpu.h: all that is a kernel's to execute. */
#ifndef ARCH_INSTRUCTIONS_H
#define ARCH_INSTRUCTIONS_H

#include <stdint.h>

static inline uint64_t cpu_read_cr0(void) { uint64_t v; __asm__ volatile("mov %%cr0, %0" : "=r"(v)); return v; }
static inline uint64_t cpu_read_cr2(void) { uint64_t v; __asm__ volatile("mov %%cr2, %0" : "=r"(v)); return v; }
static inline uint64_t cpu_read_cr3(void) { uint64_t v; __asm__ volatile("mov %%cr3, %0" : "=r"(v)); return v; }
static inline uint64_t cpu_read_cr4(void) { uint64_t v; __asm__ volatile("mov %%cr4, %0" : "=r"(v)); return v; }
static inline uint64_t cpu_read_cr8(void) { uint64_t v; __asm__ volatile("mov %%cr8, %0" : "=r"(v)); return v; }
static inline uint64_t cpu_read_dr7(void) { uint64_t v; __asm__ volatile("mov %%dr7, %0" : "=r"(v)); return v; }
static inline void cpu_write_cr0(uint64_t v) { __asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
static inline void cpu_write_cr3(uint64_t v) { __asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }
static inline void cpu_write_cr4(uint64_t v) { __asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }
static inline void cpu_write_cr8(uint64_t v) { __asm__ volatile("mov %0, %%cr8" : : "r"(v) : "memory"); }
static inline void cpu_write_dr6(uint64_t v) { __asm__ volatile("mov %0, %%dr6" : : "r"(v)); }
static inline void cpu_write_dr0(uint64_t v) { __asm__ volatile("mov %0, %%dr0" : : "r"(v)); }
static inline void cpu_write_dr7(uint64_t v) { __asm__ volatile("mov %0, %%dr7" : : "r"(v)); }

static inline uint64_t cpu_read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void cpu_write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* With CR4.OSXSAVE. */
static inline uint64_t cpu_read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t cpu_read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* false: none is there now. */
static inline bool cpu_seed(uint64_t *out)
{
	bool good;

	__asm__ volatile("rdseed %0" : "=r"(*out), "=@ccc"(good));
	return good;
}

static inline bool cpu_random(uint64_t *out)
{
	bool good;

	__asm__ volatile("rdrand %0" : "=r"(*out), "=@ccc"(good));
	return good;
}

struct cpu_id {
	uint32_t a, b, c, d;
};

static inline struct cpu_id cpu_id(uint32_t leaf, uint32_t subleaf)
{
	struct cpu_id r;

	__asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline uint8_t cpu_in8(uint16_t port)
{
	uint8_t v;
	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
static inline uint16_t cpu_in16(uint16_t port)
{
	uint16_t v;
	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
static inline uint32_t cpu_in32(uint16_t port)
{
	uint32_t v;
	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
static inline void cpu_out8(uint16_t port, uint8_t v) { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
static inline void cpu_out16(uint16_t port, uint16_t v) { __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port)); }
static inline void cpu_out32(uint16_t port, uint32_t v) { __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port)); }

static inline void cpu_interrupts_off(void) { __asm__ volatile("cli" : : : "memory"); }
static inline void cpu_interrupts_on(void) { __asm__ volatile("sti" : : : "memory"); }
static inline void cpu_pause(void) { __asm__ volatile("pause" : : : "memory"); }
/* those that wait */
static inline void cpu_interrupts_taken(void) { __asm__ volatile("sti; nop; nop; cli" : : : "memory"); }
/* for what MSRs do outside */
static inline void cpu_all_barrier(void) { __asm__ volatile("mfence; lfence" : : : "memory"); }
static inline void cpu_write_back_caches(void) { __asm__ volatile("wbinvd" : : : "memory"); }
static inline void cpu_store_barrier(void) { __asm__ volatile("sfence" : : : "memory"); }
static inline void cpu_wait_for_interrupt(void) { __asm__ volatile("hlt" : : : "memory"); }
static inline void cpu_invalidate_page(const void *at) { __asm__ volatile("invlpg (%0)" : : "r"(at) : "memory"); }

/* Registers of devices. */
static inline uint32_t cpu_device_read(uintptr_t at) { return *(volatile uint32_t *)at; }
static inline void cpu_device_write(uintptr_t at, uint32_t value) { *(volatile uint32_t *)at = value; }

/* x87 as after FNINIT, and MXCSR. */
static inline void cpu_load_fp(uint32_t mxcsr) { __asm__ volatile("fninit\n\tldmxcsr %0" : : "m"(mxcsr)); }

struct descriptor_table; /* descriptor.h */
static inline void cpu_load_tables(const struct descriptor_table *gdt, const struct descriptor_table *idt,
                                   uint64_t code, uint16_t data, uint16_t tss)
{
	__asm__ volatile("lgdt %0\n\t"
	                 "push %2\n\t"
	                 "lea 1f(%%rip), %%rax\n\t"
	                 "push %%rax\n\t"
	                 "lretq\n"
	                 "1:\tmov %3, %%ds\n\t"
	                 "mov %3, %%es\n\t"
	                 "mov %3, %%ss\n\t"
	                 "mov %4, %%fs\n\t"
	                 "mov %4, %%gs\n\t"
	                 "lldt %w4\n\t"
	                 "test %w5, %w5\n\t"
	                 "jz 2f\n\t"
	                 "ltr %w5\n"
	                 "2:\t"
	                 "lidt %1"
	                 : : "m"(*(const uint8_t (*)[10])gdt), "m"(*(const uint8_t (*)[10])idt), "er"(code),
	                     "r"((uint32_t)data), "r"(0), "r"((uint32_t)tss)
	                 : "rax", "memory");
}

static inline void cpu_store_gdt(struct descriptor_table *out)
{
	__asm__ volatile("sgdt %0" : "=m"(*(uint8_t (*)[10])out));
}

static inline void cpu_store_idt(struct descriptor_table *out)
{
	__asm__ volatile("sidt %0" : "=m"(*(uint8_t (*)[10])out));
}

/* Another place of the same GDT, and flat data segments in FS and GS. */
static inline void cpu_move_gdt(const struct descriptor_table *gdt, uint16_t data)
{
	__asm__ volatile("lgdt %0\n\t"
	                 "mov %1, %%fs\n\t"
	                 "mov %1, %%gs"
	                 : : "m"(*(const uint8_t (*)[10])gdt), "r"((uint32_t)data) : "memory");
}

/* Another space and stack; `argument` is the first of a function at `target`. */
static inline void cpu_jump(uint64_t root, uint64_t stack, uint64_t target, void *argument) __attribute__((noreturn));
static inline void cpu_jump(uint64_t root, uint64_t stack, uint64_t target, void *argument)
{
	__asm__ volatile("mov %0, %%cr3\n\t"
	                 "mov %1, %%rsp\n\t"
	                 "jmp *%2"
	                 : : "r"(root), "r"(stack), "r"(target), "D"(argument) : "memory");
	__builtin_unreachable();
}

#endif
