/* cpus.c — INIT, startup interrupt, and what a started processor does until it waits.
 *
 * Intel SDM vol. 3A, "MP Initialization Protocol Algorithm for MP Systems", "Typical BSP Initialization Sequence": INIT, 10 ms,
 * startup, 200 us, startup again. All get each of these before anybody waits.
 *
 * A startup interrupt to a processor that does not wait for one is discarded (vol. 3C, "Other Causes of VM Exits", says so of
 * SIPIs; MultiProcessor Specification 1.4, "USING STARTUP IPI": one only after RESET or INIT). An emulator may be late with that:
 * QEMU's TCG keeps it until the processor runs again, and over an INIT. OVMF sends two to Intel's processors at ExitBootServices; the second
 * is still there when the loader's INIT comes, and starts the processor in a page that the firmware has given up (seen with QEMU
 * 7.2 and 10.0, 4 processors, each Intel model). So others get time to discard it first, and a second INIT, before any startup
 * interrupt of ours, fetches back whom it has started all the same: after ours nobody may be sent INIT, it may have arrived. */
#include "cpus.h"

#include <string.h>

#include "apic.h"
#include "image.h"
#include "local.h"
#include "timer.h"

const uint32_t arch_cpu_bytes = PAGE_BYTES;
const char arch_cpu_id[] = "APIC id", arch_cpu_start[] = "INIT-SIPI-SIPI";

_Static_assert(offsetof(struct handoff_cpu, hardware_id) == CPU_ID && offsetof(struct handoff_cpu, stack) == CPU_STACK &&
               sizeof(struct handoff_cpu) == CPU_BYTES, "layout.h");

/* ---- Time ---------------------------------------------------------------------------------------------- */

/* No processor's time-stamp counter is faster than this: where nothing says how fast it is, waits get longer. */
static const uint64_t fastest_tsc_hz = 5000000000;

static uint16_t pm_timer; /* I/O port; 0: use the time-stamp counter */

static uint64_t ticks(void)
{
	return pm_timer ? cpu_in32(pm_timer) : cpu_read_tsc();
}

static uint64_t ticks_since(uint64_t begin)
{
	return pm_timer ? (ticks() - begin) & PM_TIMER_MASK : ticks() - begin;
}

static uint64_t ticks_of(uint64_t us)
{
	uint64_t tsc_hz = cpu_tsc_hz();

	return us * (pm_timer ? PM_TIMER_HZ : tsc_hz ? tsc_hz : fastest_tsc_hz) / 1000000;
}

/* A table can name a timer that is not there. A port takes a microsecond to read, four ticks. */
static bool counts(void)
{
	uint64_t begin = ticks();

	for (unsigned i = 0; i < 1000; i++)
		if (ticks_since(begin))
			return true;
	return false;
}

/* Until all have answered, or none has for so long. */
static void wait_for_answers(const struct handoff *h, uint64_t us)
{
	uint64_t begin = ticks(), limit = ticks_of(us);
	unsigned seen = cpus_answered(h);

	while (seen < h->cpu_count && ticks_since(begin) < limit) {
		unsigned now = cpus_answered(h);
		if (now != seen)
			begin = ticks();
		seen = now;
		cpu_pause();
	}
}

/* ---- In firmware --------------------------------------------------------------------------------------- */

/* A startup interrupt names one of the 256 lowest pages; numbers from 0xa0 on are reserved or no RAM. */
enum { LOW_END = 0xa0000 };

enum err arch_cpus_prepare(struct boot *b, struct problem *p)
{
	pm_timer = b->facts.has_acpi ? acpi_pm_timer(&b->facts.acpi) : 0;
	if (pm_timer && !counts())
		pm_timer = 0;
	if (firmware_pages_below(&b->fw, PAGE_BYTES, LOW_END, false, HOBNAIL_MEMORY_NET, &handoff.startup.base, p))
		return problem(p, ERR_CPUS_LOW_MEMORY, HOBNAIL_REQUEST_PROCESSORS);
	handoff.startup.bytes = PAGE_BYTES;
	return OK;
}

/* Behind the code, in the same page: layout.h has the offsets. */
struct __attribute__((packed)) trampoline {
	uint64_t root;
	uint64_t cr4;
	uint64_t target;
	uint64_t cpus, count;
	uint32_t far_32;
	uint16_t selector_32, pad_32;
	uint32_t far_64;
	uint16_t selector_64, pad_64;
	uint16_t gdt_limit;
	uint32_t gdt_base;
	uint16_t pad_gdt;
	uint64_t gdt[GDT_BYTES / 8];
};
_Static_assert(TRAMPOLINE + offsetof(struct trampoline, count) == TRAMPOLINE_COUNT &&
               TRAMPOLINE + offsetof(struct trampoline, far_64) == TRAMPOLINE_FAR_64 &&
               TRAMPOLINE + offsetof(struct trampoline, gdt_limit) == TRAMPOLINE_GDTR, "layout.h");

extern const char trampoline[], trampoline_32[], trampoline_64[], trampoline_end[], cpu_entry[];
extern const uint64_t net_gdt[];

void cpus_fill_trampoline(const struct handoff *h)
{
	uint32_t page = (uint32_t)h->startup.base;
	struct trampoline *t = memory_at(page + TRAMPOLINE);

	memcpy(memory_at(page), trampoline, (size_t)(trampoline_end - trampoline));
	*t = (struct trampoline){
		.root = h->transition,
		.cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | (h->mode.paging_levels == 5 ? CR4_LA57 : 0),
		.target = handoff_net_address(h, cpu_entry, (uintptr_t)image_base),
		.cpus = (uintptr_t)h->cpus,
		.count = h->cpu_count,
		.far_32 = page + (uint32_t)(trampoline_32 - trampoline), .selector_32 = SELECTOR_CODE32,
		.far_64 = page + (uint32_t)(trampoline_64 - trampoline), .selector_64 = SELECTOR_CODE,
		.gdt_limit = GDT_BYTES - 1,
		.gdt_base = page + TRAMPOLINE + offsetof(struct trampoline, gdt),
	};
	memcpy(t->gdt, net_gdt, sizeof t->gdt);
}

/* ---- In the net: the boot processor --------------------------------------------------------------------- */

enum { LAST_XAPIC_ID = 254, SETTLE_US = 1000 };

static uint32_t spurious; /* the register of the boot processor's APIC, enable bit included: the same for all */
static bool x2apic;       /* ... and its mode */

/* The firmware has changed the mode where ids need it. If it has not, we do. */
static bool needs_x2apic(const struct handoff *h)
{
	for (unsigned i = 0; i < h->cpu_count; i++)
		if (h->cpus[i].hardware_id > LAST_XAPIC_ID)
			return cpu_has_x2apic();
	return !quiet_apic();
}

static void use_x2apic(void)
{
	uint64_t base = cpu_read_msr(MSR_APIC_BASE);

	if (x2apic && !(base & APIC_BASE_X2APIC))
		cpu_write_msr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
}

static void send(const struct handoff_cpu *c, uint32_t command)
{
	if (x2apic || c->hardware_id <= LAST_XAPIC_ID)
		apic_send(quiet_apic(), (uint32_t)c->hardware_id, command);
}

static void send_all(const struct handoff *h, uint32_t command)
{
	for (unsigned i = 0; i < h->cpu_count; i++)
		if (h->cpus[i].state == HANDOFF_CPU_STARTING)
			send(&h->cpus[i], command);
}

void arch_cpus_start(struct handoff *h)
{
	x2apic = needs_x2apic(h);
	use_x2apic();
	spurious = apic_read(quiet_apic(), APIC_SPURIOUS);
	wait_for_answers(h, SETTLE_US);
	for (unsigned i = 0; i < 2; i++) {
		send_all(h, APIC_INIT);
		wait_for_answers(h, 10000);
	}
	for (unsigned i = 0; i < 2; i++) {
		send_all(h, APIC_STARTUP((uint32_t)h->startup.base));
		wait_for_answers(h, i ? CPUS_PATIENCE_MS * 1000 : 200);
	}
}

/* Back to where it waits for a startup interrupt, which nobody sends. */
void arch_cpu_stop(struct handoff *h, struct handoff_cpu *c)
{
	(void)h;
	send(c, APIC_INIT);
}

/* ---- In the net: the others ---------------------------------------------------------------------------- */

void cpu_main(struct handoff_cpu *c) __attribute__((noreturn));

void cpu_main(struct handoff_cpu *c)
{
	net_enter_cpu((struct net_cpu *)c->area);
	use_x2apic();
	apic_write(quiet_apic(), APIC_SPURIOUS, spurious);
	quiet_mask(quiet_apic());
	cpu_write_cr3(handoff.root); /* the last use of a device was above */
	enter_final_state(&handoff);
	cpus_park(c);
}

void arch_parked(const struct handoff_cpu *c)
{
	(void)c;
}

void arch_wait(const uint64_t *word)
{
	(void)word;
	cpu_pause();
}

void arch_release(struct handoff *h, struct handoff_cpu *c, const struct hobnail_mailbox *m)
{
	uint64_t root = m->root ? m->root : h->root, cr4 = cpu_read_cr4();

	cpu_write_cr4(cr4 & ~(uint64_t)CR4_PGE); /* global translations of the loader's tables go with their root */
	cpu_write_cr3(root);
	cpu_write_cr4(cr4);
	enter_kernel(root, c->stack, m->entry, m->argument);
}
