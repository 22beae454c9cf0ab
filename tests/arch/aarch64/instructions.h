/* instructions.h — in place of arch/aarch64/instructions.h where the loader's C is compiled for the host: the same
 * names, which machine.c plays. */
#ifndef ARCH_INSTRUCTIONS_H
#define ARCH_INSTRUCTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define cpu_read(name) cpu_read_named(name)
#define cpu_read_named(name) machine_read(#name)
#define cpu_write(name, value) cpu_write_named(name, value)
#define cpu_write_named(name, value) machine_write(#name, value)
uint64_t machine_read(const char *name);
void machine_write(const char *name, uint64_t value);

bool cpu_random(uint64_t *out);
void cpu_instruction_barrier(void);
void cpu_data_barrier(void);
void cpu_interrupts_off(void);
void cpu_wait_for_event(void);
void cpu_wait_for_interrupt(void);
void cpu_wait_for_change(const uint64_t *word);
void cpu_pause(void);
void cpu_send_event(void);
void cpu_flush_page(uintptr_t at);
void cpu_flush_page_el2(uintptr_t at);
void cpu_clean_invalidate_to_poc(uintptr_t at);
void cpu_clean_to_pou(uintptr_t at);
void cpu_invalidate_instructions(void);
uint64_t cpu_smc(uint64_t function, uint64_t first, uint64_t second, uint64_t third);
uint64_t cpu_hvc(uint64_t function, uint64_t first, uint64_t second, uint64_t third);

#endif
