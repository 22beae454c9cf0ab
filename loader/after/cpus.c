#include "after/cpus.h"

#include "after/serial.h"
#include "boot.h"
#include "format.h"
#include "log.h"
#include "protocol/protocol.h"
#include "sabotage.h"

void cpus_say(const struct handoff_cpu *c, const char *what, ...)
{
	char text[200];
	va_list arguments;
	size_t used = format(text, sizeof text, "CPU %u (%s %llu) ", c->index, arch_cpu_id,
	                     (unsigned long long)c->hardware_id);

	va_start(arguments, what);
	used += format_v(text + used, sizeof text - used, what, arguments);
	va_end(arguments);
	log_line("%s", text);
	serial_write("\nhobnail: ", 10);
	serial_write(text, used);
	serial_write("\n", 1);
}

/* A processor may answer while it is being given up: the first to change its state decides. */
static bool change_state(struct handoff_cpu *c, uint32_t to)
{
	uint32_t from = HANDOFF_CPU_STARTING;

	return __atomic_compare_exchange_n(&c->state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

unsigned cpus_answered(const struct handoff *h)
{
	unsigned count = 0;

	for (unsigned i = 0; i < h->cpu_count; i++)
		count += __atomic_load_n(&h->cpus[i].state, __ATOMIC_ACQUIRE) == HANDOFF_CPU_PARKED;
	return count;
}

bool cpus_start(struct handoff *h)
{
	const struct protocol *protocol = protocols[h->protocol];

	if (!h->cpu_count)
		return false;
	arch_cpus_start(h);
	for (unsigned i = 0; i < h->cpu_count; i++) {
		/* one has faulted: its report ends the boot, and must not be disturbed */
		if (__atomic_load_n(&h->stopped, __ATOMIC_ACQUIRE))
			arch_halt();
		struct handoff_cpu *c = &h->cpus[i];
		if (change_state(c, HANDOFF_CPU_SILENT)) {
			arch_cpu_stop(h, c);
			cpus_say(c, "did not answer %s in %u ms", arch_cpu_start, CPUS_PATIENCE_MS);
		}
		protocol->answered(h, c);
	}
	protocol->settled(h);
	return true;
}

void cpus_park(struct handoff_cpu *c)
{
	struct handoff *h = &handoff;

	sabotage_answer(h, c);
	if (change_state(c, HANDOFF_CPU_PARKED)) {
		arch_parked(c);
		protocols[h->protocol]->parked(h, c);
	}
	arch_halt();
}

void cpus_enter_kernel(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	sabotage_release(h, c, r);
	arch_release(h, c, r);
}
