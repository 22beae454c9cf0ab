/* the entry point that is asked for is NULL */
#include "enter.h"
#include "parts.h"

	tag 3
	request ENTRY_POINT
	.quad 0
