/* a compressed internal module */
#include "enter.h"
#include "parts.h"

	tag 3
	request MODULES, 1
	.quad 1, list
list:	.quad here
here:	.quad path, text, 3
path:	.asciz "kernel.elf"
text:	.asciz ""
