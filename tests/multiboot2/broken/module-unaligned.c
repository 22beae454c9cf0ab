/* a module does not begin at a page */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_MODULE, ({
	uint32_t from = read_le32(tag + TAG_FIRST), to = read_le32(tag + TAG_SECOND);
	memmove(memory_at(from + 64), memory_at(from), to - from);
	broken_write(tag + TAG_FIRST, from + 64);
	broken_write(tag + TAG_SECOND, to + 64);
}))
