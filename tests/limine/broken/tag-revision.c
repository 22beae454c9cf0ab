/* the tag names another base revision */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	broken_tag(b)[1] = 4;
}
