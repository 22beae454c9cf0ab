/* breaks P86: PSTATE.F is clear */
#include "../broken.h"
#include "machine.h"

DETOUR("bic x1, x1, #0x40")
