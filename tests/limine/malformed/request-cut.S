/* the last request has room for its identifier, and not for its response */
#include "enter.h"
#include "parts.h"

	tag 3
	request HHDM
	.quad 0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, MEMORY_MAP, 0
