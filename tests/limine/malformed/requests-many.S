/* 300 requests, each with another unknown identifier */
#include "enter.h"
#include "parts.h"

	tag 3
	.set number, 1
	.rept 300
	request 0x5a5a5a5a5a5a5a5a, number
	.set number, number + 1
	.endr
