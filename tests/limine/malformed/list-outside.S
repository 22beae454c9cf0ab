/* base revision 0: the list's second pointer leads out of the image */
#include "enter.h"
#include "parts.h"

here:	request HHDM

	.section .limine_reqs, "aw"
	.quad here, 0xffffffff90000000, 0
