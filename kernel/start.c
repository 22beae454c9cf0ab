#include "start.h"

#include "console.h"
#include "contract/cpus.h"
#include "crash.h"
#include "memory.h"
#include "pages.h"
#include "panic.h"
#include "pci.h"
#include "power.h"
#include "process.h"
#include "programs.h"
#include "report.h"
#include "schedule.h"
#include "string.h"
#include "terminal.h"
#include "words.h"

struct archive programs;
struct cpu *cpus[CPUS_MOST];
unsigned cpu_count;

static const struct hobnail_boot *record;
static const char *command_line;

static _Noreturn void give_up(const char *why)
{
	console_print("pith: cannot run programs: %s\n", why);
	power_end(POWER_PROGRAM);
}

/* ---- Programs -------------------------------------------------------------------------------------------------- */

/* The first module that looks like an archive. Without an archive, pith only checks the contract. */
static void find_programs(const struct hobnail_boot *boot)
{
	uint64_t offset;

	for (uint32_t i = 0; i < boot->modules.count && !programs.at; i++) {
		const struct hobnail_module *m = hobnail_entry(boot, &boot->modules, i);
		const uint8_t *at = hobnail_virt(boot, m->phys);
		if (m->bytes >= 6 && memcmp(at, "070701", 6) == 0)
			programs = (struct archive){ at, m->bytes };
	}
	if (!programs.at) {
		console_print("pith: no module is an archive of programs: done\n");
		power_end(POWER_GOOD);
	}
	const char *why = archive_check(&programs, &offset);
	if (!why)
		return;
	console_print("pith: the archive is broken at offset %#lx\n", (unsigned long)offset);
	give_up(why);
}

/* The first process: "init", and the words of the kernel's command line. */
static void start_init(void)
{
	static const char path[] = "bin/init";
	char words[PITH_ARGUMENTS_MOST] = "init";
	struct archive_file file;
	uint64_t bytes = sizeof "init";

	if (!archive_find(&programs, path, sizeof path - 1, &file))
		give_up("the archive has no bin/init");
	for (const char *at = command_line; *at && bytes < sizeof words - 1;) {
		const char *word = words_next(&at);
		while (word < at && bytes < sizeof words - 1)
			words[bytes++] = *word++;
		if (words[bytes - 1])
			words[bytes++] = 0;
	}
	if (process_spawn(NULL, &file, words, bytes, PINNED_NOWHERE) < 0)
		give_up("bin/init cannot be started");
}

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

static bool is_silent(const struct hobnail_cpu *c)
{
	return c->flags & HOBNAIL_CPU_SILENT;
}

static bool any_cpu_silent(const struct hobnail_boot *boot)
{
	for (uint32_t i = 0; i < boot->cpus.count; i++)
		if (is_silent(hobnail_entry(boot, &boot->cpus, i)))
			return true;
	return false;
}

static void add_pages(paddr base, uint64_t bytes)
{
	pages_add(&pages, base, bytes);
}

/* Frees memory of these types, except the pages of symbols and framebuffers. */
static void free_memory(const struct hobnail_boot *boot, uint32_t types)
{
	enum { HOLES_MOST = 16 };
	paddr symbols = align_down(boot->symbols_phys, PAGE_BYTES);
	paddr symbols_end = align_up(boot->symbols_phys + boot->symbols_bytes, PAGE_BYTES);
	struct span holes[HOLES_MOST] = { { symbols, symbols_end - symbols } };
	unsigned hole_count = 1 + memory_framebuffers(boot, holes + 1, HOLES_MOST - 1);

	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (types >> m->type & 1 && memory_in_direct_map(m))
			memory_without(holes, hole_count, m->base, m->bytes, add_pages);
	}
}

/* docs/protocol.md, "Memory": each type has a condition after which its memory may be freed. */
enum {
	FREE_AT_ONCE = 1u << HOBNAIL_MEMORY_USABLE,
	FREE_OF_DEVICES = 1u << HOBNAIL_MEMORY_FIRMWARE_BOOT,
	FREE_OF_LOADER = 1u << HOBNAIL_MEMORY_TABLES | 1u << HOBNAIL_MEMORY_STACKS | 1u << HOBNAIL_MEMORY_NET,
};

/* ---- Devices that the loader had mapped ------------------------------------------------------------------------ */

/* The kernel's own tables map console and display at other addresses. */
static void own_tables(const struct hobnail_boot *boot)
{
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, 0);
	struct hobnail_console console = boot->console;
	void *screen;

	vm_start(boot);
	if (console.virt)
		console.virt = (uint64_t)(uintptr_t)vm_device(console.phys, 8);
	screen = fb ? vm_framebuffer(fb->phys, fb->bytes) : NULL;
	vm_join();
	if (boot->valid & HOBNAIL_HAS_CONSOLE)
		console_open(&console);
	terminal_move(screen);
}

/* ---- Processors ------------------------------------------------------------------------------------------------ */

static void add_cpu(const struct hobnail_cpu *c)
{
	paddr page = page_take_zeroed(&pages);

	must(page && cpu_count < CPUS_MOST);
	struct cpu *self = vm_page(page);
	self->index = cpu_count;
	self->timer_at = UINT64_MAX;
	self->hardware_id = c->hardware_id;
	self->stack_top = vm_stack_new();
	must(self->stack_top);
	self->idle = self->running = process_idle(self->stack_top);
	self->idle->cpu = self;
	cpus[cpu_count++] = self;
}

/* The boot processor first, then the others that arrived when the contract was checked. */
static void add_cpus(const struct hobnail_boot *boot, const struct cpus_report *others)
{
	const struct hobnail_cpu *c;

	for (uint32_t i = 0; (c = hobnail_entry(boot, &boot->cpus, i)); i++)
		if (c->flags & HOBNAIL_CPU_BOOT)
			add_cpu(c);
	for (uint32_t i = 0; i < CPUS_MOST && (c = hobnail_entry(boot, &boot->cpus, i)); i++)
		if (others->arrivals[i].arrived)
			add_cpu(c);
}

static void started(struct cpu *self)
{
	arch_cpu_start(self);
	self->idle->since = arch_now();
	__atomic_store_n(&self->started, true, __ATOMIC_RELEASE);
}

static void run_other(void *self)
{
	crash_if_here(CRASH_START);
	started(self);
	schedule_idle();
}

/* Runs on the join stack, which the loader's tables and the kernel's both map. */
static void change_tables(void *self)
{
	vm_join();
	arch_stack_call(((struct cpu *)self)->stack_top, run_other, self);
}

static uint32_t turn; /* index of the processor that may use the join stack now */

/* Runs on another processor, on the loader's tables and boot stack. Processors join one by one, on one join stack. */
static void join(uint64_t hardware_id)
{
	static _Alignas(16) uint8_t stack[2 * PAGE_BYTES];
	struct cpu *self = NULL;

	for (unsigned i = 1; i < cpu_count; i++)
		if (cpus[i]->hardware_id == hardware_id)
			self = cpus[i];
	if (!self)
		arch_halt();
	while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != self->index)
		arch_pause();
	arch_stack_call(stack + sizeof stack, change_tables, self);
}

static void wait_for(const struct cpu *other)
{
	const uint64_t patience = 10000000000, begin = arch_now();

	while (!__atomic_load_n(&other->started, __ATOMIC_ACQUIRE))
		if (arch_now() - begin > patience)
			panic("CPU %u does not come", other->index);
		else
			arch_spin();
}

static void start_others(void)
{
	cpus_hand_over(join);
	for (unsigned i = 1; i < cpu_count; i++) {
		__atomic_store_n(&turn, i, __ATOMIC_RELEASE);
		wait_for(cpus[i]);
	}
}

/* ---- The way --------------------------------------------------------------------------------------------------- */

static void run_first(void *self)
{
	started(self);
	start_others();
	if (!any_cpu_silent(record)) /* a silent processor that comes late would use it */
		free_memory(record, FREE_OF_LOADER);
	crash_if_asked(command_line, true);
	start_init();
	schedule_idle();
}

_Noreturn void start_programs(const struct hobnail_boot *boot, const char *words)
{
	record = boot;
	command_line = words;
	const struct cpus_report *others = cpus_release(boot); /* first: it needs the loader's mappings */
	find_programs(boot);
	pages.offset = boot->direct_map;
	pages.poison = pages_poisoned;
	free_memory(boot, FREE_AT_ONCE);
	own_tables(boot);
	report_open(boot);
	const char *why = arch_machine_start(boot);
	if (why)
		give_up(why);
	if (pci_stop(boot, vm_device))
		free_memory(boot, FREE_OF_DEVICES);
	else
		console_print("pith: PCI may have functions that cannot be found or stopped: "
		              "memory of type firmware boot is not used\n");
	add_cpus(boot, others);
	crash_if_asked(words, false);
	arch_stack_call(cpus[0]->stack_top, run_first, cpus[0]);
}
