/* request.c — aarch64: the loader shall leave this kernel at EL2. guest.elf runs there without VHE, at its physical
 * address; guest-vhe.elf with it, in the upper half. */
#include "guest.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
#ifdef VHE
HOBNAIL_REQUEST(level, HOBNAIL_REQUEST_LEVEL | HOBNAIL_REQUIRED, HOBNAIL_LEVEL_EL2_VHE);
#else
HOBNAIL_REQUEST(level, HOBNAIL_REQUEST_LEVEL | HOBNAIL_REQUIRED, HOBNAIL_LEVEL_EL2);
#endif
