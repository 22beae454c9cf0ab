/* base revision 7 */
#include "enter.h"
#include "parts.h"

	start_marker
	tag 7
	request HHDM
	end_marker
