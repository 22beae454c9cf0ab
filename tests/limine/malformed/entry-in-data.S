/* the entry point that is asked for is not executable */
#include "enter.h"
#include "parts.h"

	tag 3
here:	request ENTRY_POINT
	.quad here
