/* a start marker, and no end marker */
#include "enter.h"
#include "parts.h"

	start_marker
	tag 6
	request HHDM
