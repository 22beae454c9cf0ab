/* loader/arch/aarch64/mode.c, beside the other architecture's. */
#define arch_choose arch_choose_aarch64
#include "../../loader/arch/aarch64/mode.c"
