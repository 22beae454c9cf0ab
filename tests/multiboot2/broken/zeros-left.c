/* memory that is not in the file is not zero */
#include "multiboot2.h"

BROKEN_SEGMENT(JUDGE_DATA, bytes[s->memory_bytes - 4096] = 1)
