/* contract_cpu.c — docs/protocol.md, "Processors" and "Interrupts". */
#include "arch.h"
#include "contract.h"
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
				return broken(f, "%u and %u are both %#lx", j, i, (unsigned long)cpu(boot, i)->hardware_id);
	return holds(f, "%u", boot->cpus.count);
}

static enum verdict check_cpus_untouched(const struct hobnail_boot *boot, struct finding *f)
{
	static const struct hobnail_mailbox empty;

	if (!is_aligned(boot->phys + boot->cpus.offset, 64) || !is_aligned(boot->cpus.entry_bytes, 64))
		return broken(f, "mailboxes are not aligned to 64 bytes");
	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *c = cpu(boot, i);
		if (memcmp(&c->mailbox, &empty, sizeof empty) != 0)
			return broken(f, "the mailbox of processor %u is not zero", i);
		if (c->flags & HOBNAIL_CPU_PARKED)
			return broken(f, "processor %u is parked, which this version does not do", i);
		if (!(c->flags & HOBNAIL_CPU_BOOT) && (c->stack_virt || c->stack_bytes))
			return broken(f, "processor %u has a stack", i);
	}
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
		return broken(f, "PSCI_VERSION by %s gives %ld", boot->psci == HOBNAIL_PSCI_SMC ? "SMC" : "HVC", (long)version);
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
	{ 61, "no other processor was started, and all mailboxes are empty", check_cpus_untouched },
	{ 62, "the PSCI conduit answers", check_psci },
};

const struct chapter cpu_chapter = { cpu_promises, COUNT_OF(cpu_promises) };

/* Last of all: where this one fails, the promises about interrupt controllers have already said why. */
static const struct promise interrupt_promises[] = {
	{ 63, "no interrupt comes when interrupts are opened", check_interrupts },
};

const struct chapter interrupt_chapter = { interrupt_promises, COUNT_OF(interrupt_promises) };
