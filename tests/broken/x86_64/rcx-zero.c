/* breaks P64: RCX, where the Microsoft convention has the argument, is zero */
#include "../broken.h"
#include "machine.h"

NO_SPACE NO_MAP

DETOUR("mov $0, %ecx")
