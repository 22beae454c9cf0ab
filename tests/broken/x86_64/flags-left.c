/* breaks P67: a flag is set */
#include "../broken.h"
#include "machine.h"

DETOUR("stc")
