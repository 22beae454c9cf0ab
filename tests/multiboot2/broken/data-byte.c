/* a byte of initialised data is another */
#include "multiboot2.h"

BROKEN_SEGMENT(JUDGE_DATA, ((void)s, bytes[0] ^= 1))
