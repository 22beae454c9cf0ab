/* The plain kernel asks for nothing but the protocol. */
#include <hobnail/boot.h>

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
