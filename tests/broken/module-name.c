/* breaks P36: a module has the name of another one, whose bytes pith knows
 * run: --module LICENSE */
#include "broken.h"

#include <string.h>

void sabotage_checked(struct boot *b)
{
	struct hobnail_module *module = broken_at(b, b->hobnail.record->modules.offset);

	memcpy((char *)broken_at(b, module->path.offset) + module->path.bytes - 4, ".pat", 4);
}
