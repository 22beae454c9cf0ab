/* there is a tag 5 */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	broken_append(b, MULTIBOOT2_BIOS_DEVICE, 20);
}
