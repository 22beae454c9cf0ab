/* the last processor is not counted */
#include "limine.h"

BROKEN_ANSWER(WORD_MP, answer[3]--)
