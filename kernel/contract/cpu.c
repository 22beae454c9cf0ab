/* cpu.c — docs/protocol.md, "Processors" and "Interrupts". */
#include "contract/entry.h"
#include "contract.h"
#include "cpus.h"
#include "string.h"

static const struct hobnail_cpu *cpu(const struct hobnail_boot *boot, uint32_t i)
{
	return hobnail_entry(boot, &boot->cpus, i);
}

static enum verdict check_boot_cpu(const struct hobnail_boot *boot, struct finding *f)
{
	const struct hobnail_cpu *self = NULL;

	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		if (!(cpu(boot, i)->flags & HOBNAIL_CPU_BOOT))
			continue;
		if (self)
			return broken(f, "there are two");
		self = cpu(boot, i);
	}
	if (!self)
		return broken(f, "there is none");
	if (!(self->flags & HOBNAIL_CPU_ENABLED))
		return broken(f, "it is not enabled");
	if (self->stack_virt != boot->stack_virt || self->stack_bytes != boot->stack_bytes)
		return broken(f, "its stack is at %#lx, the record says %#lx", (unsigned long)self->stack_virt,
		              (unsigned long)boot->stack_virt);
	return expect(f, "hardware_id", self->hardware_id, arch_hardware_id());
}

static enum verdict check_cpu_ids(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 0; i < boot->cpus.count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (cpu(boot, i)->hardware_id == cpu(boot, j)->hardware_id)
				return broken(f, "%u and %u are both %#lx", j, i,
				              (unsigned long)cpu(boot, i)->hardware_id);
	return holds(f, "%u", boot->cpus.count);
}

static bool granted_processors(const struct hobnail_boot *boot)
{
	for (uint32_t i = 0; i < boot->granted.count; i++) {
		const struct hobnail_grant *g = hobnail_entry(boot, &boot->granted, i);
		if (g->request == HOBNAIL_REQUEST_PROCESSORS)
			return g->value == 1;
	}
	return false;
}

static enum verdict check_cpus_untouched(const struct hobnail_boot *boot, struct finding *f)
{
	static const struct hobnail_mailbox empty;
	const uint32_t parked_or_silent = HOBNAIL_CPU_PARKED | HOBNAIL_CPU_SILENT;

	if (!is_aligned(boot->phys + boot->cpus.offset, 64) || !is_aligned(boot->cpus.entry_bytes, 64))
		return broken(f, "mailboxes are not aligned to 64 bytes");
	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *c = cpu(boot, i);
		bool is_boot = c->flags & HOBNAIL_CPU_BOOT;
		if (granted_processors(boot) && !is_boot && c->flags & HOBNAIL_CPU_ENABLED)
			continue;
		if (memcmp(&c->mailbox, &empty, sizeof empty) != 0)
			return broken(f, "the mailbox of processor %u is not zero", i);
		if (c->flags & parked_or_silent || (!is_boot && (c->stack_virt || c->stack_bytes)))
			return broken(f, "processor %u has flags %#x, %lu bytes of stack", i, c->flags,
			              (unsigned long)c->stack_bytes);
	}
	return HOLDS;
}

/* ---- With the request "processors" ---------------------------------------------------------------------- */

static bool is_other(const struct hobnail_cpu *c)
{
	return (c->flags & (HOBNAIL_CPU_BOOT | HOBNAIL_CPU_ENABLED)) == HOBNAIL_CPU_ENABLED;
}

/* true: no processor is parked, so there is nothing to check; *f has the reason. */
static bool nobody_waits(const struct hobnail_boot *boot, struct finding *f)
{
	unsigned parked = 0;

	for (uint32_t i = 0; i < boot->cpus.count; i++)
		parked += (cpu(boot, i)->flags & HOBNAIL_CPU_PARKED) != 0;
	if (!parked)
		not_applicable(f, granted_processors(boot) ? "there is no other" : "not asked for, or not granted");
	return !parked;
}

static bool mailbox_fresh(const struct hobnail_mailbox *m, uint64_t state)
{
	return !m->entry && !m->argument && !m->root && m->state == state;
}

static enum verdict check_cpus_wait(const struct hobnail_boot *boot, struct finding *f)
{
	unsigned parked = 0, silent = 0;

	if (!granted_processors(boot))
		return not_applicable(f, "not asked for, or not granted");
	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *c = cpu(boot, i);
		const struct hobnail_mailbox *m = &c->mailbox;
		bool waits = c->flags & HOBNAIL_CPU_PARKED, is_silent = c->flags & HOBNAIL_CPU_SILENT;
		if (!is_other(c))
			continue;
		if (waits == is_silent)
			return broken(f, "processor %u has flags %#x", i, c->flags);
		if (!mailbox_fresh(m, waits ? HOBNAIL_MAILBOX_WAITING : HOBNAIL_MAILBOX_NONE))
			return broken(f, "processor %u has state %lu, entry %#lx, argument %#lx, root %#lx", i,
			              (unsigned long)m->state, (unsigned long)m->entry, (unsigned long)m->argument,
			              (unsigned long)m->root);
		parked += waits;
		silent += is_silent;
	}
	return holds(f, "%u parked, %u silent", parked, silent);
}

static enum verdict check_release(const struct hobnail_boot *boot, struct finding *f)
{
	if (nobody_waits(boot, f))
		return NOT_APPLICABLE;
	const struct cpus_report *r = cpus_release(boot);
	if (r->stray)
		return broken(f, "one came with the argument %#lx", (unsigned long)r->stray);
	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *c = cpu(boot, i);
		const struct cpus_arrival *a = &r->arrivals[i];
		if (!(c->flags & HOBNAIL_CPU_PARKED))
			continue;
		if (!a->arrived)
			return broken(f, "processor %u did not come", i);
		if (a->hardware_id != c->hardware_id)
			return broken(f, "in place of %#lx came %#lx", (unsigned long)c->hardware_id,
			              (unsigned long)a->hardware_id);
		if (c->mailbox.state != HOBNAIL_MAILBOX_TAKEN)
			return broken(f, "the mailbox of processor %u has state %lu", i,
			              (unsigned long)c->mailbox.state);
	}
	return holds(f, "%u came", r->arrived);
}

static enum verdict check_roots(const struct hobnail_boot *boot, struct finding *f)
{
	if (nobody_waits(boot, f))
		return NOT_APPLICABLE;
	if (!cpus_have_root())
		return not_applicable(f, "the command line does not ask for it");
	const struct cpus_report *r = cpus_release(boot);
	for (uint32_t i = 0; i < boot->cpus.count; i++)
		if (r->arrivals[i].arrived && r->arrivals[i].root != cpu(boot, i)->mailbox.root)
			return expect(f, "root", r->arrivals[i].root, cpu(boot, i)->mailbox.root);
	return HOLDS;
}

static enum verdict check_other_states(const struct hobnail_boot *boot, struct finding *f)
{
	if (nobody_waits(boot, f))
		return NOT_APPLICABLE;
	const struct cpus_report *r = cpus_release(boot);
	for (uint32_t i = 0; i < boot->cpus.count; i++)
		if (r->arrivals[i].broken)
			return broken(f, "processor %u: P%u %s: %.100s", i, r->arrivals[i].broken->number,
			              r->arrivals[i].broken->says, r->arrivals[i].finding.text);
	return HOLDS;
}

static enum verdict check_own(const struct hobnail_boot *boot, struct finding *f)
{
	if (nobody_waits(boot, f))
		return NOT_APPLICABLE;
	const struct cpus_report *r = cpus_release(boot);
	if (!r->arrivals[0].own[0])
		return not_applicable(f, "this architecture has none");
	for (uint32_t i = 0; i < boot->cpus.count; i++)
		for (uint32_t j = 0; j < i; j++)
			for (unsigned k = 0; k < COUNT_OF(r->arrivals[i].own); k++)
				if (r->arrivals[i].own[k] && r->arrivals[i].own[k] == r->arrivals[j].own[k])
					return broken(f, "%u and %u both use %#lx", j, i,
					              (unsigned long)r->arrivals[i].own[k]);
	return HOLDS;
}

static enum verdict check_psci(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->psci > HOBNAIL_PSCI_HVC)
		return broken(f, "got %u", boot->psci);
	if (boot->psci == HOBNAIL_PSCI_NONE)
		return not_applicable(f, "no PSCI");
	int64_t version = arch_psci_version(boot->psci);
	if (version <= 0 || version >> 32)
		return broken(f, "PSCI_VERSION by %s gives %ld", boot->psci == HOBNAIL_PSCI_SMC ? "SMC" : "HVC",
		              (long)version);
	return holds(f, "version %u.%u by %s", (unsigned)(version >> 16), (unsigned)(version & 0xffff),
	             boot->psci == HOBNAIL_PSCI_SMC ? "SMC" : "HVC");
}

static enum verdict check_interrupts(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "interrupts", arch_interrupts_open(), 0);
}

static const struct promise cpu_promises[] = {
	{ 59, "one processor is marked as the boot processor: this one", check_boot_cpu },
	{ 60, "processors have different hardware ids", check_cpu_ids },
	{ 61, "no processor was started that nobody asked for, and its mailbox is empty", check_cpus_untouched },
	{ 109, "every other processor waits, or is said to be silent", check_cpus_wait },
	{ 111, "a released processor comes with its own argument", check_release },
	{ 112, "a released processor uses the root table that it was given", check_roots },
	{ 113, "a released processor finds the state that is promised to all", check_other_states },
	{ 114, "descriptor tables and exception stacks are each processor's own", check_own },
	{ 62, "the PSCI conduit answers", check_psci },
};

const struct chapter cpu_chapter = { cpu_promises, COUNT_OF(cpu_promises) };

/* The last chapter: if it is broken, the promises about interrupt controllers have already named the cause. */
static const struct promise interrupt_promises[] = {
	{ 63, "no interrupt comes when interrupts are opened", check_interrupts },
};

const struct chapter interrupt_chapter = { interrupt_promises, COUNT_OF(interrupt_promises) };
