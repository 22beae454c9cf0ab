/* utf8.h — a check for well-formed UTF-8. */
#ifndef KERNEL_UTF8_H
#define KERNEL_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/* Is it well-formed UTF-8 (Unicode Standard, "Well-Formed UTF-8 Byte Sequences") without a NUL? Empty text is. */
bool utf8_valid(const char *text, uint64_t bytes);

#endif
