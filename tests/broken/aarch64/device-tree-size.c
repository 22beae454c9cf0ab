/* breaks P25: \`device_tree_bytes\` is not the size of the device tree
 * run: --machine virt,acpi=off */
#include "../broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->device_tree_bytes -= 4;
}
