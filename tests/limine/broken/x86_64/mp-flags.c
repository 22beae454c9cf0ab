/* flags of the processors' answer are another mode's */
#include "limine.h"

BROKEN_ANSWER(WORD_MP, ((uint32_t *)answer)[2] ^= 1)
