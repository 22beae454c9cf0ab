/* the names of sections are not in memory */
#include "multiboot2.h"

/* System V gABI, "Section Header": sh_addr of files of 32 and of 64 bits. */
BROKEN_TAG(MULTIBOOT2_ELF_SECTIONS, ({
	uint32_t bytes = read_le32(tag + TAG_SECOND);
	uint8_t *names = tag + 20 + read_le32(tag + TAG_THIRD) * bytes;
	broken_write(names + (bytes == 64 ? 16 : 12), 0);
}))
