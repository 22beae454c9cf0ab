/* breaks P67: a flag is set */
#include "../broken.h"
#include "machine.h"

ONLY_DETOUR

DETOUR("stc")
