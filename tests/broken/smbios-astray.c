/* breaks P24: \`smbios\` does not point at an entry point
 * once */
#include "broken.h"

ONLY_SPACE

void sabotage_space(struct boot *b)
{
	b->record->smbios += 1;
}
