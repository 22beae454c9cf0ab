/* the boot processor has a goto_address */
#include "limine.h"

BROKEN_ANSWER(WORD_MP, ({
	const uint64_t *infos = broken_target(b, answer[4]);
	((uint64_t *)broken_target(b, infos[0]))[3] = 16; /* the first entry is its */
}))
