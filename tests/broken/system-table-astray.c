/* breaks P26: \`uefi_system_table\` does not point at the system table */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->uefi_system_table += 8;
}
