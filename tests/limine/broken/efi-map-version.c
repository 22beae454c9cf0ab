/* the EFI map's descriptors have another version */
#include "limine.h"

static paddr efi_map;

/* Its size and version are known after the exit. */
void sabotage_space(struct boot *b)
{
	struct problem p;
	const uint64_t *request = broken_request(b, WORD_EFI_MAP);

	efi_map = request[WORD_RESPONSE] - b->attempt.space.plan.direct_map;
	handoff_touch(b->attempt.handoff, align_down(efi_map, PAGE_BYTES), 2 * PAGE_BYTES, false, true, &p);
}

void sabotage_entry(struct handoff *h)
{
	(void)h;
	((uint64_t *)memory_at(efi_map))[4] = 2;
}
