/* request.c — x86_64: nested tables have as many levels as this kernel's own. */
#include "guest.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(paging, HOBNAIL_REQUEST_PAGING | HOBNAIL_REQUIRED, 4);
