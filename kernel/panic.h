/* panic.h — the end of the kernel after an error of its own. */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

/* Prints the sentence, the processor and the call chain, and ends the machine. */
_Noreturn void panic(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* An assertion that is checked in every build. */
#define must(condition) ((condition) ? (void)0 : panic("this must hold: %s (%s:%d)", #condition, __FILE__, __LINE__))

#endif
