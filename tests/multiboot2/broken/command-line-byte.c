/* a letter of the command line is another */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_COMMAND_LINE, tag[TAG_FIRST + 3] = 'q')
