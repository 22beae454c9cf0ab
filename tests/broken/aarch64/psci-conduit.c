/* breaks P62: PSCI does not answer by this conduit */
#include "../broken.h"

void sabotage_checked(struct boot *b)
{
	b->hobnail.record->psci = b->hobnail.record->psci == HOBNAIL_PSCI_HVC ? HOBNAIL_PSCI_SMC : HOBNAIL_PSCI_HVC;
}
