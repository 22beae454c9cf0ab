/* breaks P67: interrupts are not masked */
#include "../broken.h"
#include "machine.h"

NO_SPACE NO_MAP

DETOUR("sti")
