/* As low, linked at 1 MiB, where some firmware has its stack: it is staged. */
#include <hobnail/boot.h>

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(processors, HOBNAIL_REQUEST_PROCESSORS, 1);
