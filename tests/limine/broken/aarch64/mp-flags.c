/* flags of the processors' answer are another mode's */
#include "limine.h"

BROKEN_ANSWER(WORD_MP, answer[1] = 1)
