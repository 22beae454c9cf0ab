/* panic.h — what cannot be, and the end. */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

/* Report the sentence, which processor said it and how it came there; end the machine. */
_Noreturn void panic(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* What must be true, in every build. */
#define must(condition) ((condition) ? (void)0 : panic("this must hold: %s (%s:%d)", #condition, __FILE__, __LINE__))

#endif
