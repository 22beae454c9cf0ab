/* an answer has a revision that nobody knows */
#include "limine.h"

BROKEN_ANSWER(WORD_DATE, answer[0] = 5)
