/* The plain kernel asks for the protocol, and for all processors if they can be had. */
#include <hobnail/boot.h>

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(processors, HOBNAIL_REQUEST_PROCESSORS, 1);
