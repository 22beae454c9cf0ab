/* the last module is not counted */
#include "limine.h"

BROKEN_ANSWER(WORD_MODULES, answer[1]--)
