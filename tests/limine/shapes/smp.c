/* smp.c — sends all processors on their way at once, and counts those that come. */
#include "shape.h"
#include "types.h"

REVISION_AND_MARKERS(6);
ASK(mp, ID_MP);

static uint64_t came, sum;

static void arrive(mp_info *info)
{
	__atomic_add_fetch(&sum, info->argument, __ATOMIC_RELAXED);
	__atomic_add_fetch(&came, 1, __ATOMIC_RELEASE);
	rest();
}

void kernel_entry(void)
{
	const answer_mp *a = (const void *)mp.response;
	uint64_t others = 0, want = 0;

	if (!a)
		end(1);
	for (uint64_t i = 0; i < a->count; i++) {
		mp_info *info = ((mp_info **)a->pointers)[i];
		if (info->id == a->boot_id)
			continue;
		others++;
		info->argument = i + 1;
		want += i + 1;
		__atomic_store_n(&info->start, (uint64_t)arrive, __ATOMIC_RELEASE);
	}
	for (uint64_t i = 0; i < 4000000000 && __atomic_load_n(&came, __ATOMIC_ACQUIRE) < others; i++)
		;
	say("smp: processors");
	named("listed", a->count);
	named("came", came + 1);
	say("\n");
	end(came == others && sum == want ? 0 : 1);
}
