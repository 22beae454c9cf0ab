/* bit.h — BIT(n) for C and assembly. */
#ifndef ARCH_BIT_H
#define ARCH_BIT_H

#ifdef __ASSEMBLER__
#define BIT(n) (1 << (n))
#else
#define BIT(n) (1ull << (n))
#endif

#endif
