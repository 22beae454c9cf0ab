/* texts.h — the texts that tools/pack packed: three for each code of err.h (name, sentence, advice), then those of say.h. */
#ifndef CORE_TEXTS_H
#define CORE_TEXTS_H

#include "base.h"

enum { TEXTS_NAME, TEXTS_SENTENCE, TEXTS_ADVICE, TEXTS_PER_CODE };

/* Write text number `index`, NUL-terminated and cut to `size` bytes; the empty text when there is none of that number.
 * Returns the bytes written without the NUL. The first call opens them all, which takes milliseconds, and must have come back before
 * another processor calls. */
size_t texts_read(unsigned index, char *out, size_t size);

#endif
