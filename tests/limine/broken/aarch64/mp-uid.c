/* a processor has another one's ACPI number */
#include "limine.h"

BROKEN_ANSWER(WORD_MP, ({
	const uint64_t *infos = broken_target(b, answer[4]);
	*(uint32_t *)broken_target(b, infos[0]) ^= 64;
}))
