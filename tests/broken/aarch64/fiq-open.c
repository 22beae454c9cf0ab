/* breaks P86: PSTATE.F is clear */
#include "../broken.h"
#include "machine.h"

NO_SPACE NO_MAP

DETOUR("bic x1, x1, #0x40")
