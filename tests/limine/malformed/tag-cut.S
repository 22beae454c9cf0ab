/* a tag without its third word, at the image's end */
#include "enter.h"
#include "parts.h"

	request HHDM
	.quad 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc
