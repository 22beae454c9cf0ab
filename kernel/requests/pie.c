/* Position-independent, with a stack of the smallest size. */
#include <hobnail/boot.h>

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(stack, HOBNAIL_REQUEST_STACK, 4096);
