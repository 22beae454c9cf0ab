/* breaks P66: a general register is not zero */
#include "../broken.h"
#include "machine.h"

NO_SPACE NO_MAP

DETOUR("mov $1, %r12d")
