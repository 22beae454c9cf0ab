/* breaks P64: RCX, where the Microsoft convention has the argument, is zero */
#include "../broken.h"
#include "machine.h"

DETOUR("mov $0, %ecx")
