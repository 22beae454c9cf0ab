/* state.h — the processor's state at entry, as entry.S saved it and arch_state_read() completed it. For assembly,
 * too. */
#ifndef KERNEL_ARCH_STATE_H
#define KERNEL_ARCH_STATE_H

/* Byte offsets into struct entry_state. */
#define ENTRY_RAX 0
#define ENTRY_RBX 8
#define ENTRY_RCX 16
#define ENTRY_RDX 24
#define ENTRY_RSI 32
#define ENTRY_RDI 40
#define ENTRY_RBP 48
#define ENTRY_RSP 56
#define ENTRY_R8  64
#define ENTRY_RFLAGS 128

#ifndef __ASSEMBLER__

#include "contract/contract.h"
#include "descriptor.h"

struct entry_state {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
	uint64_t r[8]; /* r8 .. r15 */
	uint64_t rflags;
};
_Static_assert(offsetof(struct entry_state, rsp) == ENTRY_RSP, "entry.S");
_Static_assert(offsetof(struct entry_state, r) == ENTRY_R8, "entry.S");
_Static_assert(offsetof(struct entry_state, rflags) == ENTRY_RFLAGS, "entry.S");

extern struct entry_state entry_state;

/* Registers that C code does not change. */
struct control_state {
	uint64_t cr0, cr3, cr4, cr8, efer, pat, dr7;
	uint64_t fs_base, gs_base, kernel_gs_base;
	uint16_t cs, ds, es, fs, gs, ss, ldtr, tr;
	struct descriptor_table gdt, idt;
	uint16_t x87_control, x87_status, x87_tags; /* only if CR0.TS is clear */
	uint32_t mxcsr;
};

extern struct control_state control_state;

/* interrupts.c: the promises about interrupt controllers. */
enum verdict check_8259(const struct hobnail_boot *boot, struct finding *f);
enum verdict check_ioapics(const struct hobnail_boot *boot, struct finding *f);
enum verdict check_local_apic(const struct hobnail_boot *boot, struct finding *f);

#endif
#endif
