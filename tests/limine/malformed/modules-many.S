/* more internal modules than the image has bytes */
#include "enter.h"
#include "parts.h"

	tag 3
	request MODULES, 1
	.quad 0x7fffffffffffffff, list
list:	.quad 0
