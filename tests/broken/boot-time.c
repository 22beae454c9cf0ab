/* breaks P11: the boot time is a second after 1970 */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->boot_time = 1;
}
