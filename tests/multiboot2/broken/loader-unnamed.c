/* the loader's name is empty */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_LOADER_NAME, ({
	tag[TAG_FIRST] = 0;
	broken_shorten(tag, TAG_FIRST + 1);
}))
