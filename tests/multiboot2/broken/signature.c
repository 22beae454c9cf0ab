/* EAX is of Multiboot 1 */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	b->attempt.handoff->signature = 0x2badb002;
}
