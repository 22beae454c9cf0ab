/* a module lies in another one, which begins alike */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_MODULE, ({
	uint32_t bytes = read_le32(tag + TAG_SECOND) - read_le32(tag + TAG_FIRST);
	uint32_t other = read_le32(broken_tag(broken_information(b), MULTIBOOT2_MODULE, 1) + TAG_FIRST);
	broken_write(tag + TAG_FIRST, other);
	broken_write(tag + TAG_SECOND, other + bytes);
}))
