/* layout.h — numbers that C and assembly share. */
#ifndef LOADER_X86_64_LAYOUT_H
#define LOADER_X86_64_LAYOUT_H

/* The net's GDT */
#define SELECTOR_CODE   0x08 /* 64-bit code       */
#define SELECTOR_DATA   0x10
#define SELECTOR_CODE32 0x18 /* for the change of paging levels */
#define SELECTOR_TSS    0x20 /* two entries       */
#define GDT_BYTES       0x30

#define EXCEPTION_STUB_BYTES 9 /* two pushes and a jump */
#define INTERRUPT_STUB_BYTES 12 /* ... of numbers that do not fit a byte */

/* net.c: each stack of the net's TSS: holds one frame, the report has a stack of its own */
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
#define CPU_STACK         8
#define CPU_BYTES         48

#endif
