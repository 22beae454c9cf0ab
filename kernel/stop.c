#include "stop.h"

#include "arch.h"
#include "console.h"

static uint64_t stopper; /* hardware id + 1 of the processor that ends the machine; 0: none */

static uint64_t name(void)
{
	return arch_hardware_id() + 1;
}

void stop_others(void)
{
	uint64_t nobody = 0;

	if (__atomic_compare_exchange_n(&stopper, &nobody, name(), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		arch_stop_others();
		console_break();
	} else if (nobody != name()) {
		arch_halt();
	}
}

bool stop_is_ours(void)
{
	uint64_t by = __atomic_load_n(&stopper, __ATOMIC_ACQUIRE);

	return by && by == name();
}

bool stop_is_wanted(void)
{
	uint64_t by = __atomic_load_n(&stopper, __ATOMIC_ACQUIRE);

	return by && by != name();
}
