/* breaks P35: two modules lie in the same place
 * run: --module LICENSE --module Makefile */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_module *modules = broken_at(b, b->hobnail.record->modules.offset);

	modules[1].phys = modules[0].phys;
	modules[1].bytes = modules[0].bytes;
}
