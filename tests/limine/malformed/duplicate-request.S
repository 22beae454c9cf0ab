/* two requests with one identifier */
#include "enter.h"
#include "parts.h"

	start_marker
	tag 6
	request MEMORY_MAP
	request HHDM
	request MEMORY_MAP
	end_marker
