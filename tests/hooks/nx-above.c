/* Execution is forbidden in the top-level entries above the kernel: NX, or PXNTable (XNTable with one range). */
#include "damage.h"

void sabotage_space(struct boot *b)
{
	const struct pt_format *f = b->attempt.mode.layout->format;
	unsigned bit = arch_id == HOBNAIL_ARCH_X86_64 ? 63 : f == &pt_aarch64 ? 59 : 60;

	*damaged_entry(b, b->attempt.kernel.entry, f->levels - 1) |= 1ull << bit;
}
