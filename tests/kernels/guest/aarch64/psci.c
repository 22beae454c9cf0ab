/* psci.c — aarch64: calls of the guest, by HVC or SMC. The firmware is asked only for what leaves the machine's one
 * processor with the guest. */
#include "el2.h"

/* Arm DEN 0022, "Power State Coordination Interface": function numbers, the last as SMC64, and results */
enum {
	PSCI_VERSION = 0x84000000,
	PSCI_MIGRATE_INFO_TYPE = 0x84000006,
	PSCI_SYSTEM_OFF = 0x84000008,
	PSCI_SYSTEM_RESET = 0x84000009,
	PSCI_FEATURES = 0x8400000a,
	PSCI_AFFINITY_INFO = 0xc4000004,
	PSCI_CPU_ON = 0xc4000003,
};
#define PSCI_NOT_SUPPORTED (-1ull)
#define PSCI_DENIED        (-3ull)
#define PSCI_VERSION_0_2   2

static uint64_t forward(const struct guest *g, const struct registers *r)
{
	if (g->boot->psci == HOBNAIL_PSCI_SMC)
		return cpu_smc(r->x[0], r->x[1], r->x[2], r->x[3]);
	return (uint32_t)r->x[0] == PSCI_VERSION ? PSCI_VERSION_0_2 : PSCI_NOT_SUPPORTED;
}

static void end_machine(const struct guest *g, const struct registers *r, const char *how)
{
	say("the guest %s the machine", how);
	forward(g, r);
	wait_for_ever(); /* without PSCI below */
}

/* CPU_ON is refused: the firmware would begin that processor at EL2, with the guest's code and outside of stage 2.
 * Arm DEN 0028, "Unknown Function Identifier": unknown functions are answered by -1. */
void psci_answer(const struct guest *g, struct registers *r)
{
	switch ((uint32_t)r->x[0]) {
	case PSCI_VERSION:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_FEATURES:
	case PSCI_AFFINITY_INFO:
		r->x[0] = forward(g, r);
		return;
	case PSCI_SYSTEM_OFF:
		end_machine(g, r, "turns off");
		return;
	case PSCI_SYSTEM_RESET:
		end_machine(g, r, "resets");
		return;
	case PSCI_CPU_ON:
		r->x[0] = PSCI_DENIED;
		return;
	case GUEST_CALL_OWN_MEMORY:
		r->x[0] = phys_of(g->boot, guest_vectors);
		return;
	case GUEST_CALL_RECORD:
		r->x[0] = g->boot->phys;
		return;
	default:
		r->x[0] = PSCI_NOT_SUPPORTED;
	}
}
