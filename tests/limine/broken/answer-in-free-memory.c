/* an answer is in usable memory */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	uint64_t *request = broken_request(b, WORD_DATE), *answer = broken_answer(b, WORD_DATE);
	uint64_t *other = memory_at(broken_free_block(b));

	other[0] = answer[0];
	other[1] = answer[1];
	request[WORD_RESPONSE] = b->attempt.space.plan.direct_map + broken_free_block(b);
}
