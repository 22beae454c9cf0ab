/* the entry point that is asked for is not in the image */
#include "enter.h"
#include "parts.h"

	tag 3
	request ENTRY_POINT
	.quad 0xffffffff90000000
