/* registers.h — all registers of x86_64 that a process computes with. */
#ifndef USER_TESTS_REGISTERS_H
#define USER_TESTS_REGISTERS_H

#define REGISTERS_GENERAL 15 /* rax, rbx, rcx, rdx, rsi, rdi, rbp, r8 to r15 */
#define REGISTERS_VECTOR  16 /* xmm0 to xmm15                                */
/* MXCSR: all exceptions masked, round towards zero (Intel SDM vol. 1, "MXCSR Control and Status Register") */
#define REGISTERS_CONTROL 0x7f80

#endif
