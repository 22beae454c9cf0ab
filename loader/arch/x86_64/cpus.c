/* cpus.c — INIT, startup interrupt, and the way of a started processor until it waits.
 *
 * Intel SDM vol. 3A, "MP Initialization Protocol Algorithm for MP Systems", "Typical BSP Initialization Sequence":
 * INIT, 10 ms, startup, 200 us, startup again. Each of these goes to all processors before the next wait.
 *
 * A startup interrupt to a processor that does not wait for one is discarded (vol. 3C, "Other Causes of VM Exits",
 * says so of SIPIs; MultiProcessor Specification 1.4, "USING STARTUP IPI": one only after RESET or INIT). An
 * emulator may be late with that: QEMU's TCG keeps it until the processor runs again, and over an INIT. OVMF sends
 * two to Intel's processors at ExitBootServices; the second is still there when the loader's INIT comes, and starts
 * the processor in a page that the firmware has given up (seen with QEMU 7.2 and 10.0, 4 processors, each Intel
 * model). So the processors first get time to discard it. Then a second INIT fetches back those that it has started
 * all the same. No INIT comes after a startup interrupt of ours: the processor may have arrived. */
#include "after/cpus.h"

#include "boot.h"
#include <string.h>

#include "apic.h"
#include "image.h"
#include "local.h"
#include "ways.h"

const uint32_t arch_cpu_bytes = CPU_AREA_BYTES;
const char arch_cpu_id[] = "APIC id", arch_cpu_start[] = "INIT-SIPI-SIPI";

_Static_assert(offsetof(struct handoff_cpu, hardware_id) == CPU_ID &&
                       offsetof(struct handoff_cpu, area) == CPU_AREA && sizeof(struct handoff_cpu) == CPU_BYTES,
               "layout.h");

/* ---- Time ---------------------------------------------------------------------------------------------- */

/* Wait until all have answered, or until none has for `us` microseconds. */
static void wait_for_answers(const struct handoff *h, uint64_t us)
{
	uint64_t begin = clock_ticks(), limit = clock_ticks_of(us);
	unsigned seen = cpus_answered(h);

	while (seen < h->cpu_count && clock_since(begin) < limit) {
		unsigned now = cpus_answered(h);
		if (now != seen)
			begin = clock_ticks();
		seen = now;
		cpu_pause();
	}
}

/* ---- In firmware --------------------------------------------------------------------------------------- */

enum err arch_cpus_prepare(struct boot *b, struct problem *p)
{
	clock_open(b);
	return ways_take_page(&b->attempt, p);
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
		.target = image_net_address(h, cpu_entry),
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

enum { SETTLE_US = 1000 };

static uint32_t spurious; /* the register of the boot processor's APIC, enable bit included: the same for all */
static uint32_t lint[2]; /* the boot processor's pins, masked; the wiring is the same for all */
static bool x2apic;       /* ... and its mode */

/* Firmware has switched to x2APIC where ids need it. Where it has not, the loader does. */
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
	if (h->mode.state & STATE_SAME_MTRRS)
		mtrr_save();
	spurious = apic_read(quiet_apic(), APIC_SPURIOUS);
	lint[0] = apic_read(quiet_apic(), APIC_LINT0);
	lint[1] = apic_read(quiet_apic(), APIC_LINT1);
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

/* INIT takes it back to the wait for a startup interrupt, which nobody sends. */
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
	if (handoff.mode.state & STATE_SAME_MTRRS)
		mtrr_load();
	use_x2apic();
	apic_write(quiet_apic(), APIC_SPURIOUS, spurious);
	if (handoff.mode.state & STATE_APIC_RESET) {
		apic_write(quiet_apic(), APIC_LINT0, lint[0] | APIC_MASKED);
		apic_write(quiet_apic(), APIC_LINT1, lint[1] | APIC_MASKED);
	}
	quiet_mask(quiet_apic(), handoff.mode.state);
	quiet_settle(&handoff, c);
	enter_final_state(&handoff); /* the last use of a device was above */
	/* its boot stack may be reached in the kernel's space only; 8 modulo 16, as after a call */
	cpu_jump(handoff.root, c->stack - 8, (uintptr_t)cpus_park, c);
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

void arch_release(struct handoff *h, struct handoff_cpu *c, const struct handoff_release *r)
{
	uint64_t root = r->root ? r->root : h->root, cr4 = cpu_read_cr4();

	cpu_write_cr4(cr4 & ~(uint64_t)CR4_PGE); /* global translations of the loader's tables go with their root */
	cpu_write_cr3(root);
	cpu_write_cr4(cr4);
	enter_leave(h, (struct net_cpu *)c->area, c->area - (uintptr_t)h->cpus + h->cpus_phys, root, c->stack, r->entry,
	            r->argument);
}
