/* there is a tag 9 for a file that has no sections */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	broken_append(b, MULTIBOOT2_ELF_SECTIONS, 20);
}
