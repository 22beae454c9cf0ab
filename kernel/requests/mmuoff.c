/* aarch64: enter at the physical address, translation off. */
#include <hobnail/boot.h>

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(mmu_off, HOBNAIL_REQUEST_MMU_OFF | HOBNAIL_REQUIRED, 1);
HOBNAIL_REQUEST(processors, HOBNAIL_REQUEST_PROCESSORS, 1);
