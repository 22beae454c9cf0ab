/* the tag keeps its third word */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	broken_tag(b)[2] = 6;
}
