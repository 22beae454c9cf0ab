/* the SMBIOS entry point's address is another */
#include "limine.h"

BROKEN_ANSWER(WORD_SMBIOS, answer[answer[2] ? 2 : 1] += 16)
