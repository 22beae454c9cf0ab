/* paging mode 9, and no other */
#include "enter.h"
#include "parts.h"

	tag 3
	request PAGING_MODE, 1
	.quad 9, 9, 9
