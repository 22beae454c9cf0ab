/* the system table's address is another */
#include "limine.h"

BROKEN_ANSWER(WORD_SYSTEM_TABLE, answer[1] += 8)
