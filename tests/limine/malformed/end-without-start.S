/* an end marker, and no start marker */
#include "enter.h"
#include "parts.h"

	tag 6
	request HHDM
	end_marker
