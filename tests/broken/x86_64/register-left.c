/* breaks P66: a general register is not zero */
#include "../broken.h"
#include "machine.h"

DETOUR("mov $1, %r12d")
