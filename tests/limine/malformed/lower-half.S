/* a static kernel below the top 2 GiB */
#include "enter.h"
#include "parts.h"

	tag 3
	request HHDM
