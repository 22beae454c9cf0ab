/* there is a tag 18 although boot services are not alive */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	broken_append(b, MULTIBOOT2_SERVICES_ALIVE, 8);
}
