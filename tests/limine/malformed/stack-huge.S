/* a stack of 1 EiB */
#include "enter.h"
#include "parts.h"

	tag 3
	request STACK_SIZE
	.quad 0x1000000000000000
