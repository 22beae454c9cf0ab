/* registers.h — all registers of aarch64 that a process computes with. */
#ifndef USER_TESTS_REGISTERS_H
#define USER_TESTS_REGISTERS_H

#define REGISTERS_GENERAL 31 /* x0 to x30; x0 and x8 are used while it spins, and reloaded */
#define REGISTERS_VECTOR  32 /* q0 to q31                                               */
#define REGISTERS_CONTROL 0xc00000 /* FPCR: round towards zero (Arm ARM DDI 0487, "FPCR") */

#endif
