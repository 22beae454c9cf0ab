/* the last letter of the command line is missing */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_COMMAND_LINE, ({
	uint32_t bytes = read_le32(tag + TAG_SIZE);
	tag[bytes - 2] = 0;
	broken_shorten(tag, bytes - 1);
}))
