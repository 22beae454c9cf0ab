/* breaks P67: interrupts are not masked */
#include "../broken.h"
#include "machine.h"

DETOUR("sti")
