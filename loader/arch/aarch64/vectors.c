/* vectors.c — the exception vectors of the net, and those of an EL2 that has been left.
 *
 * A table is 2 KiB, nearly all of it padding: the image only has room for the tables, which are made in the net's
 * copy. */
#include "enter.h"

#include "cpu.h"
#include "image.h"

#include <string.h>

/* fault_entry.S: the last word of a vector is the address it goes to. switch.S: EL2's code for a call, and for all
 * else. */
extern const char net_vector[], net_vector_end[], fault_common[];
extern const char park_call[], park_wait[], park_end[];

void vectors_make(const struct handoff *h)
{
	uint64_t target = image_net_address(h, fault_common);
	size_t bytes = (size_t)(net_vector_end - net_vector);
	char *net = (char *)enter_physical_of(h, net_vectors, image_base);
	char *park = (char *)enter_physical_of(h, park_vectors, image_base);

	for (unsigned i = 0; i < VECTORS; i++) {
		const char *parked = i == VECTOR_LOWER_SYNC ? park_call : park_wait;
		memcpy(net + i * VECTOR_BYTES, net_vector, bytes);
		memcpy(net + i * VECTOR_BYTES + bytes - sizeof target, &target, sizeof target);
		memcpy(park + i * VECTOR_BYTES, parked, (size_t)(park_end - parked));
	}
	arch_sync_code((uintptr_t)net, VECTORS * VECTOR_BYTES);
	arch_sync_code((uintptr_t)park, VECTORS * VECTOR_BYTES);
}
