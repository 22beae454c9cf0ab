#include "cpus.h"

#include "contract/entry.h"
#include "memory.h"
#include "live.h"
#include "string.h"

enum { CPUS_MOST = 512, TABLE_ENTRIES = 512 };

_Static_assert(OWN_MOST == COUNT_OF(((struct cpus_arrival *)0)->own), "cpus.h");

static struct cpus_arrival arrivals[CPUS_MOST]; /* a processor's argument is the address of its entry */
static struct cpus_report report = { .arrivals = arrivals };
static const struct hobnail_boot *record;
static uint64_t other_root[TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static unsigned how;
static uint32_t turn = CPUS_MOST; /* index of the processor that may run now: all share entry_state */
static bool stopped[CPUS_MOST];
static cpus_taker *taker;

void cpus_choose(unsigned chosen)
{
	how = chosen;
}

/* ---- On the other processors --------------------------------------------------------------------------- */

static void judge(struct cpus_arrival *self, uint64_t argument)
{
	const struct hobnail_cpu *cpu = hobnail_entry(record, &record->cpus, (uint32_t)(self - arrivals));
	struct live s;

	entered = (struct entered){ argument, cpu->stack_virt, cpu->stack_bytes,
	                            cpu->mailbox.root ? cpu->mailbox.root : record->root };
	arch_state_read();
	arch_vectors_install();
	self->hardware_id = arch_hardware_id();
	self->root = live_open(record, &s) ? s.walker.upper_root ? s.walker.upper_root : s.walker.root : 0;
	arch_own(self->own);
	self->broken = contract_check_processor(record, &self->finding);
	self->arrived = true;
	report.arrived++;
}

/* This processor's index, by its hardware id: the argument is not trusted, because a promise is about it. */
static uint32_t own_index(void)
{
	const struct hobnail_cpu *cpu;

	for (uint32_t i = 0; (cpu = hobnail_entry(record, &record->cpus, i)); i++)
		if (cpu->hardware_id == arch_hardware_id())
			return i;
	arch_halt();
}

/* Uses only atomic loads and stores: with the MMU off, other atomic accesses may not work. */
_Noreturn void cpus_arrive(const void *saved)
{
	uint32_t mine = own_index();

	if (how & CPUS_FAULT)
		arch_undefined_instruction(); /* while the loader's net handles faults */
	while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != mine)
		arch_pause();
	arch_entry_take(saved);
	uint64_t argument = arch_entry_argument(), offset = argument - (uint64_t)arrivals;
	if (offset < record->cpus.count * sizeof *arrivals && offset % sizeof *arrivals == 0 &&
	    !arrivals[offset / sizeof *arrivals].arrived)
		judge(&arrivals[offset / sizeof *arrivals], argument);
	else
		report.stray = argument;
	__atomic_store_n(&stopped[mine], true, __ATOMIC_RELEASE);
	cpus_taker *take;
	while (!(take = __atomic_load_n(&taker, __ATOMIC_ACQUIRE)))
		arch_pause();
	take(arch_hardware_id());
	arch_halt();
}

void cpus_hand_over(cpus_taker *take)
{
	__atomic_store_n(&taker, take, __ATOMIC_RELEASE);
}

/* ---- On the boot processor ----------------------------------------------------------------------------- */

bool cpus_have_root(void)
{
	return how & CPUS_ROOTS && arch_levels();
}

static uint32_t boot_index(const struct hobnail_boot *boot)
{
	for (uint32_t i = 0; i < boot->cpus.count && i < CPUS_MOST; i++)
		if (((const struct hobnail_cpu *)hobnail_entry(boot, &boot->cpus, i))->flags & HOBNAIL_CPU_BOOT)
			return i;
	return 0;
}

/* Copies the top-level table. */
static paddr make_root(void)
{
	struct live s;
	struct walk w;

	memcpy(other_root, hobnail_virt(record, record->root), sizeof other_root);
	live_open(record, &s);
	walk(&s.walker, (vaddr)other_root, &w);
	return w.phys;
}

/* Waits, for a bounded time, until the processor has checked its state. */
static void wait_for(uint32_t i)
{
	enum { PATIENCE = 20000000 };

	__atomic_store_n(&turn, i, __ATOMIC_RELEASE);
	for (unsigned n = 0; n < PATIENCE && !__atomic_load_n(&stopped[i], __ATOMIC_ACQUIRE); n++)
		arch_pause();
}

const struct cpus_report *cpus_release(const struct hobnail_boot *boot)
{
	struct entered boot_entered = entered;

	if (record)
		return &report;
	record = boot;
	arch_own(arrivals[boot_index(boot)].own);
	paddr root = cpus_have_root() ? make_root() : 0;
	arch_state_keep();
	for (uint32_t i = 0; i < boot->cpus.count && i < CPUS_MOST; i++) {
		struct hobnail_cpu *cpu = (struct hobnail_cpu *)(uintptr_t)hobnail_entry(boot, &boot->cpus, i);
		if (!(cpu->flags & HOBNAIL_CPU_PARKED))
			continue;
		cpu->mailbox.argument = (uint64_t)&arrivals[i];
		cpu->mailbox.root = root;
		__atomic_store_n(&cpu->mailbox.entry, (uint64_t)arch_entry_other, __ATOMIC_RELEASE);
		report.released++;
	}
	arch_wake();
	for (uint32_t i = 0; i < boot->cpus.count && i < CPUS_MOST; i++)
		if (((const struct hobnail_cpu *)hobnail_entry(boot, &boot->cpus, i))->flags & HOBNAIL_CPU_PARKED)
			wait_for(i);
	arch_state_restore();
	entered = boot_entered;
	return &report;
}
