/* the TPM's log has another format than its answer names */
#include "limine.h"

BROKEN_ANSWER(WORD_TPM_LOG, (answer[1] = 3 - answer[1]))
