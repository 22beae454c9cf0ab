/* a base revision of 64 bits */
#include "enter.h"
#include "parts.h"

	tag 0xffffffffffffffff
	request HHDM
