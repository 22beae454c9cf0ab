/* the device tree does not begin with its magic */
#include "limine.h"

BROKEN_ANSWER(WORD_DEVICE_TREE, *(uint32_t *)broken_target(b, answer[1]) ^= 1)
