/* layout.h — offsets and constants shared by C and assembly. */
#ifndef KERNEL_ARCH_LAYOUT_H
#define KERNEL_ARCH_LAYOUT_H

/* Offsets into arch_types.h's structures.
 *
 * struct arch_frame: x0 to x30 come first */
#define FRAME_SP    248
#define FRAME_PC    256
#define FRAME_BYTES 272

/* struct arch_context: x19 to x29 and the program counter come first */
#define CONTEXT_SP   96
#define CONTEXT_FPCR 112
#define CONTEXT_FP   128

/* VM_STACK_BIT of vm.h */
#define KERNEL_STACK_BIT 14

/* struct arch_cpu, and so struct cpu */
#define CPU_FAULT_STACK 8

#endif
