/* the end marker stands before the start marker */
#include "enter.h"
#include "parts.h"

	end_marker
	tag 6
	request HHDM
	start_marker
