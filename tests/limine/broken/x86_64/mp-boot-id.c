/* the boot processor's number is another one */
#include "limine.h"

BROKEN_ANSWER(WORD_MP, ((uint32_t *)answer)[3] ^= 1)
