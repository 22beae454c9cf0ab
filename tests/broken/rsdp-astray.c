/* breaks P23: \`acpi_rsdp\` does not point at the RSDP */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->acpi_rsdp += 4;
}
