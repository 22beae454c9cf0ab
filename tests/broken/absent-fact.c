/* breaks P6: \`valid\` has no bit for SMBIOS, and \`smbios\` is not zero */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->valid &= ~HOBNAIL_HAS_SMBIOS;
}
