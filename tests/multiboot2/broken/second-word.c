/* the information's second word is not 0 */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	broken_information(b)[4] = 1;
}
