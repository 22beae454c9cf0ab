/* base revision 0: the list leads to a request that is not aligned to 8 bytes, and to one that is */
#include "enter.h"
#include "parts.h"

there:	request HHDM
	.long 0
here:	request HHDM

	.section .limine_reqs, "aw"
	.quad here, there, 0
