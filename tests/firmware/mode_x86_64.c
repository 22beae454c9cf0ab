/* loader/arch/x86_64/mode.c, beside the other architecture's. */
#define arch_choose arch_choose_x86_64
#include "../../loader/arch/x86_64/mode.c"
