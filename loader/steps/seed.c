/* seed.c — a seed for the program's random numbers, from the firmware's generator and the seed that is there.
 *
 * Boot Loader Interface, "LoaderSystemToken"; Linux, drivers/firmware/efi/libstub/random.c. */
#include "blake2b.h"
#include "boot.h"
#include "log.h"

#include <string.h>

enum { SEED_BYTES = 32, EARLIER_MOST = 512 };

/* LINUX_EFI_RANDOM_SEED_TABLE: its size, then the bytes. */
struct seed {
	uint32_t bytes;
	uint8_t at[SEED_BYTES];
};

/* The generator's bytes, then those of an earlier seed: neither alone decides. */
static void mix(const struct seed *earlier, const uint8_t fresh[SEED_BYTES], uint8_t out[SEED_BYTES])
{
	uint8_t all[SEED_BYTES + EARLIER_MOST], hash[BLAKE2B_BYTES];
	uint32_t bytes = earlier ? (uint32_t)min_u64(read_le32(earlier), EARLIER_MOST) : 0;

	memcpy(all, fresh, SEED_BYTES);
	if (bytes)
		memcpy(all + SEED_BYTES, earlier->at, bytes);
	blake2b(all, SEED_BYTES + bytes, hash);
	memcpy(out, hash, SEED_BYTES);
	memset(all, 0, sizeof all);
	memset(hash, 0, sizeof hash);
}

/* The boot goes on without one: Linux has other sources. */
void seed_offer(struct boot *b)
{
	uint8_t fresh[SEED_BYTES];
	struct page_wish wish = { .bytes = sizeof(struct seed), .type = HOBNAIL_MEMORY_ACPI_RECLAIM, .table = true };
	paddr at;

	if (!firmware_random(&b->fw, fresh, sizeof fresh) || firmware_take(&b->fw, &wish, &at, NULL))
		return;
	struct seed *seed = memory_at(at);
	seed->bytes = SEED_BYTES;
	mix(firmware_offered(&b->fw, FIRMWARE_RANDOM_SEED), fresh, seed->at);
	memset(fresh, 0, sizeof fresh);
	b->program.has_seed = !firmware_offer(&b->fw, FIRMWARE_RANDOM_SEED, at, NULL);
	if (!b->program.has_seed)
		log_line("the firmware takes no seed for random numbers");
}
