/* the last digit of a module's text is missing */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_MODULE, ({
	uint32_t bytes = read_le32(tag + TAG_SIZE);
	tag[bytes - 2] = 0;
	broken_shorten(tag, bytes - 1);
}))
