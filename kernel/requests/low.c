/* Linked at a low address: it goes to its p_paddr, the rest of the lower half stays empty. */
#include <hobnail/boot.h>

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(processors, HOBNAIL_REQUEST_PROCESSORS, 1);
