/* breaks P64: RCX, where the Microsoft convention has the argument, is zero */
#include "../broken.h"
#include "machine.h"

ONLY_DETOUR

DETOUR("mov $0, %ecx")
