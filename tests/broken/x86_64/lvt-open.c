/* breaks P82: a source of the local APIC is not masked */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	enum { LVT_ERROR = 0x370, VECTOR = 0xf0 };

	(void)h;
	local_apic_write(LVT_ERROR, VECTOR);
}
