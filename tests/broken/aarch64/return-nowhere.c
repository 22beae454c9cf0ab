/* breaks P84: x30 leads to no code of the loader */
#include "../broken.h"
#include "machine.h"

DETOUR("mov x30, xzr")
