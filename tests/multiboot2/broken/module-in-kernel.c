/* a module lies in the kernel's memory */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_MODULE, ({
	uint32_t bytes = read_le32(tag + TAG_SECOND) - read_le32(tag + TAG_FIRST);
	uint32_t kernel = (uint32_t)b->attempt.kernel.layout.segments[JUDGE_DATA].place;
	broken_write(tag + TAG_FIRST, kernel);
	broken_write(tag + TAG_SECOND, kernel + bytes);
}))
