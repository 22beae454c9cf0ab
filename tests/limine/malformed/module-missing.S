/* a required internal module that does not exist */
#include "enter.h"
#include "parts.h"

	tag 3
	request MODULES, 1
	.quad 1, list
list:	.quad here
here:	.quad path, text, 1
path:	.asciz "not-there.bin"
text:	.asciz ""
