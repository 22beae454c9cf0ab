/* descriptor.h — x86_64: what GDT, IDT and TSS look like. Constants are usable from assembly. */
#ifndef ARCH_DESCRIPTOR_H
#define ARCH_DESCRIPTOR_H

#include "../bit.h"

/* Intel SDM vol. 3A, "Exception and Interrupt Vectors" (table 6-1) */
#define VECTOR_DEBUG         1
#define VECTOR_NMI           2
#define VECTOR_BREAKPOINT    3
#define VECTOR_DOUBLE_FAULT  8
#define VECTOR_PAGE_FAULT    14
#define VECTOR_MACHINE_CHECK 18
#define VECTOR_EXCEPTIONS    32 /* the first that is none */
#define VECTORS              256

/* Does the processor push an error code for this exception? */
#define VECTOR_HAS_ERROR(v) \
	((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)

/* Intel SDM vol. 3A, "Segment Descriptors" (§3.4.5), "TSS Descriptor in 64-bit mode": byte 5, with the present bit */
#define DESCRIPTOR_TSS      0x89
#define DESCRIPTOR_TSS_BUSY 0x8b
#define DESCRIPTOR_GATE     0x8e /* interrupt gate */
#define DESCRIPTOR_PRESENT  0x80
#define DESCRIPTOR_USER     0x60 /* privilege level 3 */

/* Whole descriptors: flat, accessed */
#define SEGMENT_CODE_64 0x00af9b000000ffff
#define SEGMENT_DATA    0x00cf93000000ffff
#define SEGMENT_CODE_32 0x00cf9b000000ffff
#define SEGMENT_CODE_16 0x00009b000000ffff /* 64 KiB */
#define SEGMENT_DATA_16 0x000093000000ffff
#define SEGMENT_USER    (BIT(45) | BIT(46)) /* privilege level 3 */

#ifdef __ASSEMBLER__

/* Entry points of the vectors from 0 on, `bytes` apart. Each goes on at `common`, with its error code, 0 where the
 * processor pushes none, and its number on the stack. */
.macro vector_stubs count, bytes, common
	.set vector, 0
1:	.rept \count
	.if !VECTOR_HAS_ERROR(vector)
	pushq $0
	.endif
	pushq $vector
	jmp \common
	.set vector, vector + 1
	.org 1b + vector * \bytes, 0x90
	.endr
.endm

#else
#include <stdint.h>

#include "cpu.h"

/* Operand of lgdt, lidt and their stores. At even addresses: constant ones hold a pointer that is relocated. */
struct __attribute__((packed, aligned(2))) descriptor_table {
	uint16_t limit;
	uint64_t base;
};

/* Intel SDM vol. 3A, "64-Bit Mode IDT" (§6.14.1) */
struct descriptor_gate {
	uint16_t offset_0;
	uint16_t selector;
	uint8_t stack; /* interrupt stack table entry, 1-7; 0: stay */
	uint8_t type;
	uint16_t offset_16;
	uint32_t offset_32;
	uint32_t zero;
};
_Static_assert(sizeof(struct descriptor_gate) == 16, "gate");

/* Intel SDM vol. 3A, "64-Bit TSS Format" */
struct __attribute__((packed)) descriptor_tss {
	uint32_t zero_0;
	uint64_t rsp[3];
	uint64_t zero_1;
	uint64_t ist[7];
	uint64_t zero_2;
	uint16_t zero_3;
	uint16_t io_map;
};
_Static_assert(sizeof(struct descriptor_tss) == 104, "tss");

static inline struct descriptor_gate descriptor_gate(uint64_t handler, uint16_t selector, uint8_t stack)
{
	return (struct descriptor_gate){
		.offset_0 = (uint16_t)handler, .offset_16 = (uint16_t)(handler >> 16),
		.offset_32 = (uint32_t)(handler >> 32),
		.selector = selector, .stack = stack, .type = DESCRIPTOR_GATE,
	};
}

/* The two entries of a GDT that describe a TSS at `base`. */
static inline void descriptor_tss_entries(uint64_t entries[2], uint64_t base)
{
	entries[0] = (sizeof(struct descriptor_tss) - 1) | (base & 0xffffff) << 16 | (uint64_t)DESCRIPTOR_TSS << 40 |
	             (base >> 24 & 0xff) << 56;
	entries[1] = base >> 32;
}

/* Take these tables, with no LDT, FS or GS (whose bases are 0 then), and the selectors of code, data and TSS. TSS 0:
 * TR stays as it is. */
static inline void descriptor_tables_load(const struct descriptor_table *gdt, const struct descriptor_table *idt,
                                          uint64_t code, uint16_t data, uint16_t tss)
{
	cpu_load_tables(gdt, idt, code, data, tss);
}

static inline uint64_t descriptor_gate_target(const struct descriptor_gate *g)
{
	return g->offset_0 | (uint64_t)g->offset_16 << 16 | (uint64_t)g->offset_32 << 32;
}

#endif
#endif
