/* an internal module whose string is NULL */
#include "enter.h"
#include "parts.h"

	tag 3
	request MODULES, 1
	.quad 1, list
list:	.quad here
here:	.quad path, 0, 1
path:	.asciz "kernel.elf"
