/* base revision 0: the list leads to something that is no request */
#include "enter.h"
#include "parts.h"

here:	.quad 1, 2, 3, 4, 5, 6

	.section .limine_reqs, "aw"
	.quad here, 0
