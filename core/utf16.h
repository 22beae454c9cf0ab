/* utf16.h — UTF-8 to UTF-16 and back, checked. Pure.
 *
 *   Buffers   the caller's; after an error their contents are unspecified, the counts are untouched */
#ifndef CORE_UTF16_H
#define CORE_UTF16_H

#include "err.h"

/* Read one code point. Returns its bytes (1 to 4), or 0 when the text is empty or does not begin with a well-formed
 * character: cut short, overlong, a surrogate, above U+10FFFF. *code (if not NULL) is written only on success. */
size_t utf8_next(const char *text, size_t bytes, uint32_t *code);

/* Convert `bytes` of UTF-8 into at most capacity units of UTF-16 including a final 0. *units (if not NULL) is the
 * number written, without the 0.
 *   ERR_TEXT  malformed, overlong, surrogate, or a NUL inside: offset = its byte
 *   ERR_FULL  does not fit: value[0] = capacity */
enum err utf16_from_utf8(const char *text, size_t bytes, uint16_t *out, size_t capacity, size_t *units,
                         struct problem *p);

/* Convert UTF-16 (up to `units`, ending early at a 0) into UTF-8 with a final NUL. Unpaired surrogates become U+FFFD
 * (firmware strings are not ours to refuse). *bytes (if not NULL) is the number written, without the NUL.
 *   ERR_FULL  does not fit: value[0] = capacity */
enum err utf8_from_utf16(const uint16_t *text, size_t units, char *out, size_t capacity, size_t *bytes,
                         struct problem *p);

#endif
