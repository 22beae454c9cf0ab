/* the request to keep IOMMUs has no answer */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	broken_request(b, WORD_KEEP_IOMMU)[WORD_RESPONSE] = 0;
}
