/* the list of internal modules is not in the image */
#include "enter.h"
#include "parts.h"

	tag 3
	request MODULES, 1
	.quad 1, 0xffffffff90000000
