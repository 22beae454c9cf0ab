/* two base revision tags */
#include "enter.h"
#include "parts.h"

	start_marker
	tag 6
	tag 5
	request HHDM
	end_marker
