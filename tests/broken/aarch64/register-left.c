/* breaks P83: a general register is not zero */
#include "../broken.h"
#include "machine.h"

DETOUR("mov x19, #1")
