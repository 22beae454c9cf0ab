/* instructions.h — in place of arch/x86_64/instructions.h where the loader's C is compiled for the host: the same
 * names, which machine.c plays. */
#ifndef ARCH_INSTRUCTIONS_H
#define ARCH_INSTRUCTIONS_H

#include <stdbool.h>
#include <stdint.h>

uint64_t cpu_read_cr0(void);
uint64_t cpu_read_cr2(void);
uint64_t cpu_read_cr3(void);
uint64_t cpu_read_cr4(void);
void cpu_write_cr0(uint64_t v);
void cpu_write_cr3(uint64_t v);
void cpu_write_cr4(uint64_t v);
void cpu_write_cr8(uint64_t v);
void cpu_write_dr6(uint64_t v);
void cpu_write_dr7(uint64_t v);
uint64_t cpu_read_msr(uint32_t msr);
void cpu_write_msr(uint32_t msr, uint64_t value);
uint64_t cpu_read_tsc(void);
uint64_t cpu_read_xcr0(void);
bool cpu_seed(uint64_t *out);
bool cpu_random(uint64_t *out);

struct cpu_id {
	uint32_t a, b, c, d;
};
struct cpu_id cpu_id(uint32_t leaf, uint32_t subleaf);

uint8_t cpu_in8(uint16_t port);
uint16_t cpu_in16(uint16_t port);
uint32_t cpu_in32(uint16_t port);
void cpu_out8(uint16_t port, uint8_t v);
void cpu_out16(uint16_t port, uint16_t v);
void cpu_out32(uint16_t port, uint32_t v);

void cpu_interrupts_off(void);
void cpu_interrupts_taken(void);
void cpu_pause(void);
void cpu_all_barrier(void);
void cpu_write_back_caches(void);
void cpu_store_barrier(void);
void cpu_wait_for_interrupt(void);
void cpu_invalidate_page(const void *at);
uint32_t cpu_device_read(uintptr_t at);
void cpu_device_write(uintptr_t at, uint32_t value);
void cpu_load_fp(uint32_t mxcsr);

struct descriptor_table;
void cpu_load_tables(const struct descriptor_table *gdt, const struct descriptor_table *idt, uint64_t code,
                     uint16_t data, uint16_t tss);
void cpu_store_gdt(struct descriptor_table *out);
void cpu_store_idt(struct descriptor_table *out);
void cpu_move_gdt(const struct descriptor_table *gdt, uint16_t data);
void cpu_jump(uint64_t root, uint64_t stack, uint64_t target, void *argument) __attribute__((noreturn));

#endif
