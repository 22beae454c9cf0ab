/* base revision 0: no NULL ends the list */
#include "enter.h"
#include "parts.h"

here:	request HHDM

	.section .limine_reqs, "aw"
	.quad here
