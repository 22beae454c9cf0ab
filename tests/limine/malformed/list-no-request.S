/* base revision 0: the list leads to something that is no request, and to one */
#include "enter.h"
#include "parts.h"

here:	.quad 1, 2, 3, 4, 5, 6
there:	request HHDM

	.section .limine_reqs, "aw"
	.quad here, there, 0
