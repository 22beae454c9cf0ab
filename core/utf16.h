/* utf16.h — UTF-8 to UTF-16 and back, checked. Pure. */
#ifndef CORE_UTF16_H
#define CORE_UTF16_H

#include "err.h"

/* Convert `bytes` of UTF-8 into at most capacity units of UTF-16 including a final 0. *units (if not NULL) is what was
 * written without the 0.   ERR_TEXT  malformed, overlong, surrogate, or a NUL inside     ERR_FULL  does not fit */
enum err utf16_from_utf8(const char *text, size_t bytes, uint16_t *out, size_t capacity, size_t *units, struct problem *p);

/* Convert UTF-16 (up to `units`, ending early at a 0) into UTF-8 with a final NUL. Unpaired surrogates become U+FFFD
 * (firmware strings are not ours to refuse).   ERR_FULL  does not fit */
enum err utf8_from_utf16(const uint16_t *text, size_t units, char *out, size_t capacity, size_t *bytes, struct problem *p);

#endif
