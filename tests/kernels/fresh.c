/* fresh.c — prints what must not be the same in two boots, in order that tests/warm-check compares them: the random
 * numbers that the loader hands over, and the time. */
#include "kernel.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	uint64_t seed[2];

	voice_open(boot);
	if (!(boot->valid & HOBNAIL_HAS_ENTROPY) || !(boot->valid & HOBNAIL_HAS_BOOT_TIME))
		give_up("no random numbers, or no time");
	__builtin_memcpy(seed, boot->entropy, sizeof seed);
	say("entropy %016llx%016llx", (unsigned long long)seed[0], (unsigned long long)seed[1]);
	say("time %llu", (unsigned long long)boot->boot_time);
	say("waiting");
	wait_for_ever();
}
