/* two modules have changed places */
#include "multiboot2.h"

/* Both tags have the same size, rounded up. */
void sabotage_checked(struct boot *b)
{
	enum { TAG_BYTES = 24 };
	uint8_t *first = broken_tag(broken_information(b), MULTIBOOT2_MODULE, 0), other[TAG_BYTES];
	uint8_t *second = first + TAG_BYTES;

	memcpy(other, first, TAG_BYTES);
	memcpy(first, second, TAG_BYTES);
	memcpy(second, other, TAG_BYTES);
}
