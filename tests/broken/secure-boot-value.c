/* breaks P15: \`secure_boot\` has a value that does not exist */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->secure_boot = 7;
}
