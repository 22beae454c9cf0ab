/* layout.h — numbers that C and assembly share. */
#ifndef LOADER_X86_64_LAYOUT_H
#define LOADER_X86_64_LAYOUT_H

/* The net's GDT. The order is one that kernels of the Limine protocol rely on. Others have 64-bit code at selector 8,
 * too, which docs/protocol.md names, section "Fault reports": it is in a kernel's own GDT as a rule. */
#define SELECTOR_CODE_8 0x08
#define SELECTOR_CODE32 0x18 /* behind null and two of 16 bits; for the change of paging levels */
#define SELECTOR_CODE   0x28 /* 64-bit code       */
#define SELECTOR_DATA   0x30
#define SELECTOR_TSS    0x38 /* two entries       */
#define GDT_BYTES       0x48

#define EXCEPTION_STUB_BYTES 9 /* two pushes and a jump */
#define INTERRUPT_STUB_BYTES 12 /* ... of numbers that do not fit a byte */

/* net.c: bytes of each stack in the net's TSS. It holds one frame; the report has a stack of its own */
#define FAULT_STACK_BYTES 960

/* cpus.c: struct trampoline, in the page where other processors begin, and struct handoff_cpu */
#define TRAMPOLINE        0x100
#define TRAMPOLINE_ROOT   (TRAMPOLINE + 0x00)
#define TRAMPOLINE_CR4    (TRAMPOLINE + 0x08)
#define TRAMPOLINE_TARGET (TRAMPOLINE + 0x10)
#define TRAMPOLINE_CPUS   (TRAMPOLINE + 0x18)
#define TRAMPOLINE_COUNT  (TRAMPOLINE + 0x20)
#define TRAMPOLINE_FAR_32 (TRAMPOLINE + 0x28)
#define TRAMPOLINE_FAR_64 (TRAMPOLINE + 0x30)
#define TRAMPOLINE_GDTR   (TRAMPOLINE + 0x38)
#define CPU_ID            0
#define CPU_AREA          16
#define CPU_AREA_BYTES    8192 /* tables of the processor, and a stack for its way into the kernel's space */
#define CPU_BYTES         56

#endif
