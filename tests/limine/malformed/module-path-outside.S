/* an internal module's path is not in the image */
#include "enter.h"
#include "parts.h"

	tag 3
	request MODULES, 1
	.quad 1, list
list:	.quad here
here:	.quad 0xffffffff90000000, text, 0
text:	.asciz ""
