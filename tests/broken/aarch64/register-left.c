/* breaks P83: a general register is not zero */
#include "../broken.h"
#include "machine.h"

NO_SPACE NO_MAP

DETOUR("mov x19, #1")
