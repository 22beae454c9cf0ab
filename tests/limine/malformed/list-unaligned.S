/* base revision 0: the list leads to a request that is not aligned to 8 bytes */
#include "enter.h"
#include "parts.h"

	.long 0
here:	request HHDM

	.section .limine_reqs, "aw"
	.quad here, 0
