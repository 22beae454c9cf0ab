/* the boot processor's number is another one */
#include "limine.h"

BROKEN_ANSWER(WORD_MP, answer[2] ^= 1)
