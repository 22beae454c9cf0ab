/* breaks P67: a flag is set */
#include "../broken.h"
#include "machine.h"

NO_SPACE NO_MAP

DETOUR("stc")
