/* a stack size request without its size: its first words are the image's last */
#include "enter.h"
#include "parts.h"

	tag 3
	request HHDM
	request STACK_SIZE
