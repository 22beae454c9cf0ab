/* the stack is in the loader's memory */
#include "multiboot2.h"

__attribute__((used, aligned(16))) uint8_t broken_stack[32768];

DETOUR_WITHIN("lea (broken_stack + 32768 - 8)(%rip), %rsp")
