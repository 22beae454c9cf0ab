/* breaks P33: \`entry_virt\` is not where the kernel is entered
 * once */
#include "broken.h"

ONLY_SPACE

void sabotage_space(struct boot *b)
{
	b->record->entry_virt += 4;
}
