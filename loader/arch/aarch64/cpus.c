/* cpus.c — the other processors: by PSCI, or from a spin table.
 *
 * They begin in the net's text at its physical address (secondary.S), with translation and caches off. All memory
 * that they read in this state lies in the net, and is cleaned before they start (arch_facts.starts_uncached). They
 * write to their own area only, which nobody else has in a cache. Then each goes the boot processor's way, from the
 * level at which it came up. */
#include "after/cpus.h"

#include "boot.h"
#include "cpu.h"
#include "enter.h"
#include "image.h"
#include "log.h"

/* A page of the net for each processor. Its end is the processor's stack, until the boot stack can be reached. */
struct area {
	struct switch_state state;
	uint64_t came_up_at; /* the level, if the way to the kernel does not begin there; else 0 */
};

const uint32_t arch_cpu_bytes = SECONDARY_AREA_BYTES;
const char arch_cpu_id[] = "MPIDR", arch_cpu_start[] = "its start";

/* Read by secondary.S. */
struct secondaries {
	paddr list; /* of struct handoff_cpu */
	uint64_t count;
	paddr areas;
} secondaries;
_Static_assert(offsetof(struct secondaries, list) == SECONDARIES_LIST &&
                       offsetof(struct secondaries, count) == SECONDARIES_COUNT &&
                       offsetof(struct secondaries, areas) == SECONDARIES_AREAS &&
                       sizeof(struct handoff_cpu) == HANDOFF_CPU_BYTES &&
                       offsetof(struct handoff_cpu, hardware_id) == 0,
               "layout.h");

extern const char secondary_entry[];
void secondary_early(unsigned index, struct area *area) __attribute__((noreturn));
void leave_translation(uintptr_t top, uint64_t line, uint64_t one_range); /* secondary.S */

/* ---- Starting ------------------------------------------------------------------------------------------ */

/* Arm DEN 0022, "Power State Coordination Interface", "CPU_ON" and "Return error codes". */
#define PSCI_CPU_ON 0xc4000003

static const char *psci_error(int32_t code)
{
	static const char names[][20] = { "not supported", "invalid parameters", "denied", "already on", "on pending",
	                                  "internal failure", "not present", "disabled", "invalid address" };

	return code < 0 && code >= -(int32_t)COUNT_OF(names) ? names[-code - 1] : "an unknown error";
}

/* Devicetree Specification, "cpu-release-addr"; Linux, Documentation/arm64/booting.rst: the processor reads it with
 * the cache off. */
static void write_release(paddr at, paddr entry)
{
	*(volatile uint64_t *)at = entry;
	arch_clean(at, sizeof entry);
}

/* false: it cannot be started. */
static bool start_processor(const struct handoff *h, const struct handoff_cpu *c, paddr entry)
{
	if (c->release) {
		write_release(c->release, entry);
		return true;
	}
	if (h->psci == HOBNAIL_PSCI_NONE) {
		cpus_say(c, "has no spin table, and there is no PSCI");
		return false;
	}
	/* No context: the processor finds itself by its MPIDR, as from a spin table. */
	int32_t code = (int32_t)(h->psci == HOBNAIL_PSCI_HVC ? cpu_hvc : cpu_smc)(PSCI_CPU_ON, c->hardware_id,
	                                                                          entry, 0);
	if (code)
		cpus_say(c, "cannot be started: PSCI CPU_ON says %s (%d)", psci_error(code), code);
	return !code;
}

/* The rate of the generic counter where firmware has not said it (Arm ARM, "The system counter": 1 GHz from Armv8.6
 * on). */
enum { FASTEST_HZ = 1000000000 };

static void wait_for_answers(const struct handoff *h, unsigned wanted)
{
	uint64_t hz = arch_counter_hz(), patience = (hz ? hz : FASTEST_HZ) / 1000 * CPUS_PATIENCE_MS,
		 since = arch_counter();

	for (unsigned known = 0, now; (now = cpus_answered(h)) < wanted && arch_counter() - since < patience;
	     known = now) {
		if (now != known)
			since = arch_counter();
		cpu_pause();
	}
}

void arch_cpus_start(struct handoff *h)
{
	paddr entry = enter_physical_of(h, secondary_entry, image_base);
	unsigned started = 0;

	secondaries = (struct secondaries){ h->cpus_phys, h->cpu_count,
	                                    h->cpus_phys + (h->cpus->area - (uintptr_t)h->cpus) };
	arch_clean((uintptr_t)&secondaries, sizeof secondaries);
	for (unsigned i = 0; i < h->cpu_count; i++) {
		bool good = start_processor(h, &h->cpus[i], entry);
		started += good;
		if (!good)
			h->cpus[i].state = HANDOFF_CPU_SILENT;
	}
	cpu_send_event();
	wait_for_answers(h, started);
}

/* The processor looks at its entry before its caches are on: so all changes go to memory. */
void arch_cpu_stop(struct handoff *h, struct handoff_cpu *c)
{
	const struct area *area = (const struct area *)c->area;

	(void)h;
	if (c->release)
		write_release(c->release, 0);
	arch_clean((uintptr_t)c, sizeof *c);
	arch_clean((uintptr_t)area, sizeof *area);
	if (area->came_up_at)
		cpus_say(c, "came up at EL%u, from where it cannot get to the kernel's level",
		         (unsigned)area->came_up_at);
}

/* ---- On the processor that is started ------------------------------------------------------------------ */

/* CPU_ON enters the highest level that is not secure ("CPU_ON", "Initial core configuration"); the code of a spin
 * table may enter either level. A kernel at EL1 can be reached from both: EL2 then belongs to the boot processor's
 * firmware, or to the vectors that the loader left there. */
static bool can_come_from(const struct handoff *h, unsigned level)
{
	return level == 2 || (level == 1 && h->mode.level == HOBNAIL_LEVEL_EL1);
}

static struct handoff_cpu *self(void)
{
	for (unsigned i = 0; i < handoff.cpu_count; i++)
		if (handoff.cpus[i].hardware_id == cpu_affinity())
			return &handoff.cpus[i];
	return NULL;
}

/* In the net, on its boot stack. */
static void secondary_main(void)
{
	arch_quiet(&handoff);
	enter_registers(&handoff);
	enter_tables(&handoff);
	cpus_park(self());
}

/* At physical addresses, on the area's stack. Accesses have to be aligned, and none may be exclusive. */
void secondary_early(unsigned index, struct area *area)
{
	const struct handoff *h = &handoff;
	const struct handoff_cpu *c = (const struct handoff_cpu *)h->cpus_phys + index;

	if (c->state != HANDOFF_CPU_STARTING)
		arch_halt();
	if (!can_come_from(h, cpu_level())) {
		area->came_up_at = cpu_level();
		arch_halt();
	}
	enter_fill(&area->state, h, cpu_level(), c->stack,
	           image_net_address(h, (const void *)(uintptr_t)secondary_main));
	switch_world(&area->state);
}

/* ---- Parked -------------------------------------------------------------------------------------------- */

/* Runs before the first look at the mailbox, which may find an entry. The contents of the stack go to memory. */
void arch_parked(const struct handoff_cpu *c)
{
	if (handoff.mode.mmu_off)
		leave_translation(c->stack, cpu_data_line_bytes(), handoff.mode.level == HOBNAIL_LEVEL_EL2);
}

void arch_wait(const uint64_t *word)
{
	if (handoff.mode.mmu_off)
		cpu_wait_for_event();
	else
		cpu_wait_for_change(word);
}

void arch_release(struct handoff *h, struct handoff_cpu *c, const struct handoff_release *r)
{
	if (r->root)
		enter_change_root(h, r->root);
	enter_leave(h, c->stack, r->entry, r->argument);
}
