/* a highest paging mode below the lowest */
#include "enter.h"
#include "parts.h"

	tag 3
	request PAGING_MODE, 1
	.quad 0, 0, 1
