/* breaks P33: \`entry_virt\` is not where the kernel is entered */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->entry_virt += 4;
}
