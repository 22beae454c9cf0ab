/* arch_fake.c — stands for loader/arch/: a processor that can be told what it is, records what it is asked to do to
 * its caches, and ends the run where the kernel would be entered. The hand-off's own C runs as it is, in place. */
#include "after/main.h"
#include "fake.h"

#include <string.h>

/* The constants of a build, changed between runs: arch.h declares them const, so they get their names here. */
static struct {
	uint32_t id;
	uint16_t elf_machine;
	char name[10];
} constants __asm__("fake_arch_constants") __attribute__((used, no_sanitize("address")));
__asm__(".globl arch_id, arch_elf_machine, arch_name\n"
        ".set arch_id, fake_arch_constants\n"
        ".set arch_elf_machine, fake_arch_constants + 4\n"
        ".set arch_name, fake_arch_constants + 6");

const bool arch_has_device_tree = true;
const char arch_return_trap[1] = { 0 };

/* ---- In firmware --------------------------------------------------------------------------------------- */

/* The width of physical addresses is 48 bits: the image, which is mapped one to one, lies at an address of the
 * host's. */
void fake_arch_reset(enum machine machine)
{
	struct fake_options *o = &fake.options;

	fake_image_fill();
	o->machine = machine;
	o->low_end = ARENA_ACPI;
	if (machine == FAKE_X86_64) {
		constants.id = HOBNAIL_ARCH_X86_64;
		constants.elf_machine = 62;
		strcpy(constants.name, "x86_64");
		o->facts = (struct arch_facts){ .paging_levels = 4, .no_execute = true, .max_leaf = 2, .phys_bits = 48,
		                                .net_limit = GIB(4) };
		return;
	}
	constants.id = HOBNAIL_ARCH_AARCH64;
	constants.elf_machine = 183;
	strcpy(constants.name, "aarch64");
	o->facts = (struct arch_facts){ .firmware_level = 2, .paging_levels = 4, .vhe = true, .no_execute = true,
	                                .max_leaf = 2, .phys_bits = 48, .starts_uncached = true,
	                                .net_limit = UINT64_MAX };
}

uint64_t arch_counter(void)
{
	return ++fake.counter;
}

bool arch_random(uint64_t *out)
{
	(void)out;
	return false;
}

uint64_t arch_counter_measure(const struct boot *b)
{
	(void)b;
	return 0;
}

uint64_t arch_counter_hz(void)
{
	return 1000000;
}

void arch_probe(struct arch_facts *out)
{
	*out = fake.options.facts;
}

static enum err choose_mode(const struct arch_facts *facts, const struct wants *wants, struct arch_mode *out,
                            struct problem *p)
{
	return (fake.options.machine == FAKE_X86_64 ? mode_choose_x86_64 : mode_choose_aarch64)(facts, wants, out, p);
}

mode_chooser *const arch_mode_chooser = choose_mode;

bool arch_console_by_convention(struct hobnail_console *out)
{
	if (fake.options.machine != FAKE_X86_64 || fake.options.no_serial)
		return false;
	*out = (struct hobnail_console){ .phys = 0x3f8, .kind = HOBNAIL_CONSOLE_16550_PORT,
	                                 .source = HOBNAIL_CONSOLE_BY_CONVENTION, .access_bytes = 1 };
	return true;
}

size_t arch_quiet_devices(struct boot *b, struct span *out, size_t capacity)
{
	const struct acpi *acpi = b->facts.has_acpi ? &b->facts.acpi : NULL;
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	size_t count = acpi ? acpi_ioapics(acpi, ioapics, TABLES_MAX_IOAPICS) : 0, used = 0;

	for (size_t i = 0; i < count && used < capacity; i++)
		out[used++] = (struct span){ ioapics[i].base, PAGE_BYTES };
	return used;
}

/* A 16550 that is always ready; at other ports there is nothing. */
uint32_t arch_port_read(uint16_t port, unsigned bytes)
{
	(void)bytes;
	return fake.options.no_serial || (port & ~7) != 0x3f8 ? UINT32_MAX : port == 0x3f8 + 5 ? 0x60 : 0;
}

void arch_port_write(uint16_t port, unsigned bytes, uint32_t value)
{
	(void)bytes;
	if (port == 0x3f8 && !fake.options.no_serial && value != '\r')
		fake_say(fake.serial, sizeof fake.serial, &fake.serial_used, (char)value);
}

/* A kernel that boot services stay alive for. The run ends there, unless the kernel returns. */
static uint64_t call_within(uint64_t entry, uint32_t signature, uint64_t argument)
{
	(void)entry, (void)signature, (void)argument;
	fake_event(EVENT_ENTER, 0, 0);
	if (!fake.options.kernel_returns)
		fake_end(FAKE_ENTERED);
	return fake.options.kernel_returns;
}

uint64_t (*const arch_call_within)(uint64_t entry, uint32_t signature, uint64_t argument) = call_within;

void arch_own_memory(uint64_t bytes, arch_visit *visit, void *context)
{
	(void)bytes;
	if (fake.options.own.bytes)
		visit(context, fake.options.own.base, fake.options.own.bytes);
}

bool arch_live_walker(struct walker *out)
{
	*out = fake.options.live;
	return out->root != 0;
}

bool arch_is_spurious(const struct fault *f, const struct fault_view *v)
{
	(void)v;
	return fake.options.spurious && f->vector == fake.options.spurious;
}

size_t arch_fault_advice(const struct fault_view *v, char *out, size_t size)
{
	(void)v, (void)out, (void)size;
	return 0;
}

/* ---- Caches and the way out ---------------------------------------------------------------------------- */

void arch_sync_code(uintptr_t at, uint64_t bytes)
{
	fake_event(EVENT_SYNC, at, bytes);
}

void arch_clean(uintptr_t at, uint64_t bytes)
{
	fake_event(EVENT_CLEAN, at, bytes);
}

void arch_interrupts_off(void)
{
}

void arch_switch(struct handoff *h)
{
	(void)h;
	fake_event(EVENT_SWITCH, 0, 0);
	handoff_main();
}

void arch_net_enter(struct handoff *h)
{
	h->console.virt = h->framebuffer.virt = 0; /* there is no other address space here */
	fake_event(EVENT_NET, 0, 0);
}

void arch_quiet(struct handoff *h)
{
	(void)h;
	fake_event(EVENT_QUIET, 0, 0);
}

void arch_enter(struct handoff *h)
{
	(void)h;
	fake_event(EVENT_ENTER, 0, 0);
	fake_end(FAKE_ENTERED);
}

void arch_window(volatile uint64_t *entry, uint64_t value, uintptr_t va)
{
	(void)va;
	*entry = value;
}

static void decode(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out)
{
	(f->arch == HOBNAIL_ARCH_X86_64 ? fault_decode_x86_64 : fault_decode_aarch64)(f, code, bytes, out);
}
fault_decoder *const arch_fault_decoder = decode;
fault_reader *const arch_fault_reader = fault_reads_x86_64;

void arch_wake(void)
{
}

void arch_halt(void)
{
	fake_end(FAKE_HALTED);
}

/* ---- Other processors ---------------------------------------------------------------------------------- */

const uint32_t arch_cpu_bytes = PAGE_BYTES;
const char arch_cpu_id[] = "id", arch_cpu_start[] = "a call";

/* As on a PC: a page where processors begin. */
enum err arch_cpus_prepare(struct boot *b, struct problem *p)
{
	const struct page_wish wish = { .bytes = PAGE_BYTES, .type = HOBNAIL_MEMORY_NET,
	                                .below = fake.options.low_end };
	struct span *page = &handoff.startup;

	fake.prepared = true;
	if (firmware_take(&b->fw, &wish, &page->base, p))
		return problem(p, ERR_CPUS_LOW_MEMORY);
	page->bytes = PAGE_BYTES;
	return OK;
}

void arch_cpus_start(struct handoff *h)
{
	fake_event(EVENT_CPUS, 0, h->cpu_count);
	h->stopped = fake.options.faults_at_start;
	h->cpus = (struct handoff_cpu *)(uintptr_t)h->cpus_phys; /* there is no other address space here */
	for (unsigned i = 0; i < h->cpu_count; i++)
		if (!(fake.options.silent >> i & 1))
			h->cpus[i].state = HANDOFF_CPU_PARKED;
}

void arch_cpu_stop(struct handoff *h, struct handoff_cpu *c)
{
	fake_event(EVENT_CPU_STOP, 0, (unsigned)(c - h->cpus));
}

void arch_parked(const struct handoff_cpu *c)
{
	(void)c;
	if (fake.parked)
		fake.parked();
}

/* What the test wants to happen while a processor waits. */
void arch_wait(const uint64_t *word)
{
	(void)word;
	if (fake.waiting)
		fake.waiting();
}

void arch_release(struct handoff *h, struct handoff_cpu *c, const struct handoff_release *r)
{
	(void)h;
	fake.released = *r;
	fake_event(EVENT_RELEASE, 0, c->index);
	fake_end(FAKE_ENTERED);
}
