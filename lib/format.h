/* format.h — formatted text into a buffer, for loader and kernel.
 *
 *   %s %c %%         text; %.*s and %.8s limit it; %-8s and %8s pad it
 *   %d %i %u %x      int; with l, ll, z, j: 64 bits; %08x pads with zeros (to 36 at most); %#x writes 0x, before 0 too;
 *                    precision means nothing
 *   %p               0x and 16 digits
 * Nothing else: no floating point, no %n. Anything unknown is copied as it stands. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes at most size bytes including the final NUL (none if size is 0). Returns the number of bytes written without
 * the NUL: unlike snprintf's result it is at most size - 1, so it can be added to an offset. */
size_t format(char *out, size_t size, const char *text, ...) __attribute__((format(printf, 3, 4)));
size_t format_v(char *out, size_t size, const char *text, va_list arguments) __attribute__((format(printf, 3, 0)));

#endif
