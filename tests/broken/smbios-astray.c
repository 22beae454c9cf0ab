/* breaks P24: \`smbios\` does not point at an entry point */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->smbios += 1;
}
