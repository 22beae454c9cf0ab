/* the date is 1970 */
#include "limine.h"

BROKEN_ANSWER(WORD_DATE, answer[1] = 0)
