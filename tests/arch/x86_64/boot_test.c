/* The loader with all of loader/arch/x86_64/'s C, on the host: what a processor has when it enters the kernel, and how
 * other processors are started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apic.h"
#include "after/cpus.h"
#include "descriptor.h"
#include "layout.h"
#include "local.h"
#include "log.h"
#include "machine.h"

static void run_boot(void)
{
	fake_run();
	if (machine_failure[0])
		fail_msg("%s", machine_failure);
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
}

static void make(enum world_kernel kernel)
{
	machine_reset();
	world_make(FAKE_X86_64, kernel);
	fake_tables_anywhere();
	fake_low_page();
}

static void boots(enum world_kernel kernel)
{
	make(kernel);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
}

/* docs/protocol.md, "x86_64" */
static void the_kernel_is_entered_as_promised(void **state)
{
	const struct machine_cpu *c = &machine.cpus[0];

	(void)state;
	for (enum world_kernel kernel = KERNEL_UPPER; kernel <= KERNEL_STAGED; kernel++) {
		boots(kernel);
		const struct hobnail_boot *r = world_record();
		assert_int_equal(c->root, handoff.root);
		assert_int_equal(c->entry, r->entry_virt);
		assert_int_equal(c->argument, handoff.argument);
		assert_int_equal(c->stack, r->stack_virt + r->stack_bytes);
		assert_int_equal(c->cr[0], CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
		assert_int_equal(c->cr[4], CR4_PAE | CR4_PGE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT);
		assert_int_equal(machine_msr(0, MSR_EFER), EFER_LME | EFER_LMA | EFER_NXE);
		assert_int_equal(machine_msr(0, MSR_PAT), 0x0007050100070406);
		assert_int_equal(c->mxcsr, MXCSR_RESET);
		assert_int_equal(c->dr7, DR7_ONES);
		assert_int_equal(machine.message_count, 0);
	}
}

/* docs/limine.md, L56 and L57: an IDT of limit 0, and a TSS of base 0 and limit 0, whatever firmware had loaded. */
static void without_fault_reports_there_are_no_tables_for_them(void **state)
{
	(void)state;
	make(KERNEL_LIMINE);
	world_config("[a]\nkernel = \\boot\\kernel.elf\nfault_reports = no\n");
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(machine.cpus[0].idt, 0);
	assert_int_equal(machine.cpus[0].gdt_limit, GDT_BYTES - 1);
	assert_int_equal(net_boot_cpu.gdt[SELECTOR_TSS / 8], (uint64_t)DESCRIPTOR_TSS << 40);
	assert_int_equal(net_boot_cpu.gdt[SELECTOR_TSS / 8 + 1], 0);
}

/* ..., what a firmware may have left; the bit of CR0 that traps floating point is the kernel's to ask for. */
static void nothing_is_inherited(void **state)
{
	static const uint32_t bases[] = { MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE };
	struct machine_cpu *c = &machine.cpus[0];

	(void)state;
	for (unsigned trap = 0; trap < 2; trap++) {
		make(KERNEL_UPPER);
		world_ask(HOBNAIL_REQUEST_FP, trap ? HOBNAIL_FP_TRAP : HOBNAIL_FP_USABLE);
		for (unsigned i = 0; i < COUNT_OF(bases); i++)
			c->msrs[c->msr_count].number = bases[i], c->msrs[c->msr_count++].value = 0xbad;
		machine.has_tsc_deadline = true;
		c->msrs[c->msr_count].number = MSR_TSC_DEADLINE, c->msrs[c->msr_count++].value = 0xbad;
		c->cr[8] = 15;
		c->cr[4] |= CR4_SMEP | CR4_UMIP;
		run_boot();
		for (unsigned i = 0; i < COUNT_OF(bases); i++)
			assert_int_equal(machine_msr(0, bases[i]), 0);
		assert_int_equal(machine_msr(0, MSR_TSC_DEADLINE), 0);
		assert_int_equal(c->cr[8], 0);
		assert_int_equal(c->dr6, 0xffff0ff0);
		assert_int_equal(!!(c->cr[0] & CR0_TS), trap);
		assert_int_equal(machine.masked_8259s, 3);
	}
}

static void levels_change_in_the_nets_copy(void **state)
{
	(void)state;
	make(KERNEL_UPPER);
	machine.has_la57 = true;
	world_ask(HOBNAIL_REQUEST_PAGING | HOBNAIL_REQUIRED, 5);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_true(machine.cpus[0].cr[4] & CR4_LA57);

	make(KERNEL_UPPER);
	machine.has_la57 = true;
	machine.cpus[0].cr[4] |= CR4_LA57;
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_false(machine.cpus[0].cr[4] & CR4_LA57);
}

/* ... are of 2 MiB at most where the processor has no larger ones. */
static void pages_are_as_large_as_the_processor_has_them(void **state)
{
	struct arch_facts facts;

	(void)state;
	for (unsigned none = 0; none < 2; none++) {
		machine_reset();
		machine.has_no_1g = none;
		arch_probe(&facts);
		assert_int_equal(facts.max_leaf, none ? 1 : 2);
	}
}

static void interrupt_controllers_are_quiet(void **state)
{
	const uint32_t *apic = machine.cpus[0].apic;

	(void)state;
	make(KERNEL_UPPER);
	machine.cpus[0].apic[APIC_TIMER_COUNT / 16] = 12345;
	machine.cpus[0].apic[APIC_IRR / 16 + 1] = 1;
	run_boot();
	assert_int_equal(apic[APIC_TIMER_COUNT / 16], 0);
	assert_true(apic[APIC_TIMER / 16] & APIC_MASKED);
	assert_int_equal(machine.redirection, APIC_MASKED);
	assert_int_equal(machine.taken, 1);
	assert_int_equal(apic[APIC_IRR / 16 + 1] | apic[APIC_ISR / 16 + 1], 0);

	make(KERNEL_UPPER);
	machine.cpus[0].apic[APIC_ISR / 16 + 2] = 1; /* the firmware's handler has been left behind */
	run_boot();
	assert_int_equal(apic[APIC_ISR / 16 + 2], 0);
	assert_int_equal(machine.taken, 0);

	make(KERNEL_UPPER);
	machine.redirection = IOAPIC_DELIVERY_SMI << 8 | 0x33;
	run_boot();
	assert_int_equal(machine.redirection, IOAPIC_DELIVERY_SMI << 8 | 0x33);
}

/* Its interrupts may be messages, which no mask holds back; its counter goes on. */
static void no_timer_of_the_hpet_raises_interrupts(void **state)
{
	volatile uint32_t *hpet = (volatile uint32_t *)(uintptr_t)ARENA_DEVICE;

	(void)state;
	make(KERNEL_UPPER);
	world_hpet(ARENA_DEVICE);
	memset((void *)(uintptr_t)ARENA_DEVICE, 0, PAGE_BYTES);
	hpet[0] = 2 << 8; /* three timers */
	hpet[4] = 1;      /* counting     */
	for (unsigned i = 0; i < 4; i++)
		hpet[HPET_TIMER(i) / 4] = 0xc0 | HPET_INT_ENB;
	run_boot();
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(hpet[HPET_TIMER(i) / 4], i < 3 ? 0xc0 : 0xc0 | HPET_INT_ENB);
	assert_int_equal(hpet[4], 1);
}

static void every_local_vector_is_masked(void **state)
{
	static const uint16_t common[] = { 0x320, 0x350, 0x360, 0x370, 0x340, 0x330 };
	const uint32_t *apic = machine.cpus[0].apic;

	(void)state;
	for (unsigned last = 3; last <= 6; last++) { /* how many there are, beyond the first */
		make(KERNEL_UPPER);
		machine.cpus[0].apic[APIC_VERSION / 16] = BIT(31) | last << 16 | 0x10;
		machine.cpus[0].apic[APIC_EXTENDED_FEATURES / 16] = 4 << 16;
		run_boot();
		for (unsigned i = 0; i < COUNT_OF(common); i++)
			assert_int_equal(apic[common[i] / 16] >> 16 & 1, i <= last);
		assert_int_equal(apic[0x2f0 / 16] >> 16 & 1, last == 6);
		for (unsigned i = 0; i < 4; i++)
			assert_true(apic[APIC_EXTENDED_LVT / 16 + i] & APIC_MASKED);
		assert_false(apic[APIC_EXTENDED_LVT / 16 + 4] & APIC_MASKED);
	}
}

/* The 8259s' way stays open: they are masked themselves. An NMI's, or a vector of its own, does not. */
static void the_8259s_keep_their_way(void **state)
{
	static const struct { uint32_t was; bool masked; } ways[] = {
		{ 0x700, false }, { 0x8700, false }, { 0x400, true }, { 0x31, true },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(ways); i++) {
		make(KERNEL_UPPER);
		machine.cpus[0].apic[APIC_LINT0 / 16] = machine.cpus[0].apic[APIC_LINT1 / 16] = ways[i].was;
		run_boot();
		assert_int_equal(machine.cpus[0].apic[APIC_LINT0 / 16],
		                 ways[i].was | (ways[i].masked ? APIC_MASKED : 0));
		assert_int_equal(machine.cpus[0].apic[APIC_LINT1 / 16], ways[i].was | APIC_MASKED);
		assert_int_equal(machine.masked_8259s, 3);
	}
}

extern const char net_interrupts[]; /* fault_entry.S */

/* While the APIC is emptied they are dropped. */
static void interrupts_are_reported_at_entry(void **state)
{
	struct descriptor_gate gates[VECTORS];

	(void)state;
	make(KERNEL_UPPER);
	run_boot();
	memcpy(gates, (const void *)(uintptr_t)machine.cpus[0].idt, sizeof gates);
	for (unsigned i = VECTOR_EXCEPTIONS; i < VECTORS; i++) {
		assert_int_equal(descriptor_gate_target(&gates[i]),
		                 (uintptr_t)net_interrupts + (i - VECTOR_EXCEPTIONS) * INTERRUPT_STUB_BYTES);
		assert_int_equal(gates[i].stack, gates[VECTOR_PAGE_FAULT].stack);
	}
}

static void an_apic_that_is_off_is_left_alone(void **state)
{
	(void)state;
	make(KERNEL_UPPER);
	machine.cpus[0].msrs[0].value &= ~(uint64_t)APIC_BASE_ENABLE;
	run_boot();
	assert_int_equal(machine.cpus[0].apic[APIC_TIMER / 16], 0x20020);
}

/* Intel TDX Module Base Architecture Specification, "CPUID Leaf 0x21": EBX, EDX, ECX spell the name. */
static void a_guest_of_tdx_is_known(void **state)
{
	static const struct { uint32_t leaf[3]; bool is; } leaves[] = {
		{ { 0x65746e49, 0x20202020, 0x5844546c }, true }, { { 0x65746e48, 0x20202020, 0x5844546c }, false },
		{ { 0x65746e49, 0x20202021, 0x5844546c }, false }, { { 0x65746e49, 0x20202020, 0x5844546d }, false },
		{ { 0 }, false },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(leaves); i++) {
		make(KERNEL_UPPER);
		machine.leaf_21 = leaves[i].leaf;
		run_boot();
		assert_int_equal(fake.outcome, leaves[i].is ? FAKE_RETURNED : FAKE_ENTERED);
		assert_int_equal(world_said("(ERR_CONFIDENTIAL"), leaves[i].is);
	}
}

/* AMD APM vol. 3, "CPUID Fn8000_001F"; vol. 2, "SEV_STATUS MSR": bit 0 there says that it is on. A host has the
 * leaf as well, and on a processor without SEV the register is not there to be read. */
static void a_guest_of_sev_is_known(void **state)
{
	static const struct { uint32_t leaf; uint64_t status; bool is; } guests[] = {
		{ 0, 1, false }, { 1, 1, false }, { 2, 0, false }, { 2, 1, true }, { 0xf, 7, true }, { 0xf, 2, false },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(guests); i++) {
		struct machine_cpu *c = &machine.cpus[0];
		make(KERNEL_UPPER);
		machine.leaf_8000001f = guests[i].leaf;
		c->msrs[c->msr_count].number = MSR_SEV_STATUS, c->msrs[c->msr_count++].value = guests[i].status;
		run_boot();
		assert_int_equal(fake.outcome, guests[i].is ? FAKE_RETURNED : FAKE_ENTERED);
		assert_int_equal(world_said("(ERR_CONFIDENTIAL"), guests[i].is);
	}
}

/* ---- Other processors ---------------------------------------------------------------------------------- */

/* Others are the second and the fourth of the machine, ids 2 and 6. */
static void make_processors(enum world_kernel kernel)
{
	make(kernel);
	world_ask(HOBNAIL_REQUEST_PROCESSORS | HOBNAIL_REQUIRED, 1);
	world_fadt(MACHINE_PM_TIMER, 0);
}

static void entered_with_processors(void)
{
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(handoff.cpu_count, 2);
	for (unsigned i = 1; i < MACHINE_CPUS; i += 2)
		assert_true(machine.cpus[i].parked || fake.options.silent >> i / 2 & 1);
	assert_false(machine.cpus[2].ran);
}

static void every_processor_goes_the_boot_processors_way(void **state)
{
	const struct machine_cpu *boot = &machine.cpus[0];

	(void)state;
	for (enum world_kernel kernel = KERNEL_UPPER; kernel <= KERNEL_STAGED; kernel++) {
		make_processors(kernel);
		entered_with_processors();
		for (unsigned i = 1; i < MACHINE_CPUS; i += 2) {
			const struct machine_cpu *c = &machine.cpus[i];
			assert_int_equal(c->cr[0], boot->cr[0]);
			assert_int_equal(c->cr[3], handoff.root);
			assert_int_equal(c->cr[4], boot->cr[4]);
			assert_int_equal(c->mxcsr, boot->mxcsr);
			assert_int_equal(c->idt, boot->idt);
			assert_int_not_equal(c->gdt, boot->gdt);
			assert_int_equal(machine_msr(i, MSR_EFER), machine_msr(0, MSR_EFER));
			assert_int_equal(machine_msr(i, MSR_PAT), machine_msr(0, MSR_PAT));
			assert_int_equal(c->apic[APIC_SPURIOUS / 16], APIC_ENABLE | 0x2f);
			assert_true(c->apic[APIC_TIMER / 16] & APIC_MASKED);
		}
		assert_int_not_equal(machine.cpus[1].gdt, machine.cpus[3].gdt);
	}
}

/* "MP Initialization Protocol Algorithm": INIT, 10 ms, startup, 200 us, startup again; who has answered gets no
 * more. INIT comes twice, as cpus.c says, and 10 ms after each. */
enum { INITS = 4, FIRST_STARTUP = INITS, STARTUPS = 2 };

static void check_messages(const uint64_t ids[2], bool by_msr)
{
	const struct machine_message *m = machine.messages;
	const uint32_t startup = APIC_STARTUP(FAKE_LOW);

	assert_true(machine.message_count >= INITS + STARTUPS);
	for (unsigned i = 0; i < INITS + STARTUPS; i++) {
		assert_int_equal(m[i].id, ids[i % 2]);
		assert_int_equal(m[i].command, i < INITS ? APIC_INIT : startup);
		assert_int_equal(m[i].by_msr, by_msr);
		assert_true(!by_msr || m[i].ordered);
	}
	for (unsigned i = 2; i <= INITS; i += 2) {
		assert_true(m[i].at_ns - m[i - 1].at_ns >= 10000000);
		assert_true(m[i].at_ns - m[i - 1].at_ns < 20000000);
	}
}

static void init_goes_to_all_before_anybody_waits(void **state)
{
	(void)state;
	make_processors(KERNEL_UPPER);
	entered_with_processors();
	check_messages((const uint64_t[]){ 2, 6 }, false);
	assert_int_equal(machine.message_count, INITS + STARTUPS); /* both have answered the first startup interrupt */
}

/* Nor does who is dead hold up the other. */
static void one_that_never_answers_is_asked_twice_and_given_up(void **state)
{
	const struct machine_message *m = machine.messages;

	(void)state;
	make_processors(KERNEL_UPPER);
	machine.cpus[3].dead = true;
	fake.options.silent = 2;
	entered_with_processors();
	check_messages((const uint64_t[]){ 2, 6 }, false);
	assert_int_equal(machine.message_count, INITS + STARTUPS + 2);
	m += INITS + STARTUPS;
	assert_int_equal(m[0].id, 6);
	assert_int_equal(m[0].command, APIC_STARTUP(FAKE_LOW));
	assert_true(m[0].at_ns - m[-1].at_ns >= 200000 && m[0].at_ns - m[-1].at_ns < 1000000);
	assert_int_equal(m[1].id, 6);
	assert_int_equal(m[1].command, APIC_INIT); /* so that it never runs */
	assert_true(m[1].at_ns - m[0].at_ns >= CPUS_PATIENCE_MS * 1000000ull);
	assert_non_null(strstr(fake.serial, "\nhobnail: CPU 3 (APIC id 6) did not answer INIT-SIPI-SIPI in 2000 ms\n"));
}

/* Of the firmware's: see cpus.c. Who looks in time discards it; whom it has started elsewhere comes back. */
static void a_startup_interrupt_that_is_left_over_costs_nothing(void **state)
{
	static const unsigned looks_after_us[] = { 0, 500, 5000, 9000 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(looks_after_us); i++) {
		make_processors(KERNEL_UPPER);
		machine.cpus[1].leftover = machine.cpus[3].leftover = true;
		machine.cpus[1].looks_after_us = looks_after_us[i];
		machine.cpus[3].looks_after_us = 300;
		entered_with_processors();
		assert_int_equal(machine.cpus[1].elsewhere, looks_after_us[i] > 1000);
		assert_int_equal(machine.cpus[3].elsewhere, 0);
	}
}

static void patience_begins_anew_with_every_answer(void **state)
{
	(void)state;
	make_processors(KERNEL_UPPER);
	machine.cpus[1].after_us = CPUS_PATIENCE_MS * 750;
	machine.cpus[3].after_us = CPUS_PATIENCE_MS * 1500;
	entered_with_processors();
	assert_true(machine.cpus[3].parked);
}

/* Without a timer whose speed is known, waits may be longer, never shorter. */
static void clocks_are_taken_for_what_they_are(void **state)
{
	static const struct { uint16_t port; bool stands; uint64_t tsc_hz; uint64_t least_ns, most_ns; } clocks[] = {
		{ MACHINE_PM_TIMER, false, 0, 10000000, 11000000 },
		{ MACHINE_PM_TIMER, true, 3000000000, 10000000, 11000000 },
		{ 0, false, 3000000000, 10000000, 11000000 },
		{ 0, false, 0, 10000000, 20000000 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(clocks); i++) {
		make_processors(KERNEL_UPPER);
		world_fadt(clocks[i].port, 0);
		machine.timer_stands = clocks[i].stands;
		machine.tsc_hz = clocks[i].tsc_hz;
		entered_with_processors();
		uint64_t waited = machine.messages[FIRST_STARTUP].at_ns - machine.messages[FIRST_STARTUP - 1].at_ns;
		assert_true(waited >= clocks[i].least_ns && waited < clocks[i].most_ns);
	}
}

/* A startup interrupt can name no other page. */
static void without_low_memory_there_are_no_others(void **state)
{
	(void)state;
	machine_reset();
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake_tables_anywhere();
	world_ask(HOBNAIL_REQUEST_PROCESSORS | HOBNAIL_REQUIRED, 1);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_true(world_said("(ERR_CPUS_LOW_MEMORY"));
}

/* Ids of 255 and more are no destination in xAPIC mode: the boot processor changes its mode, and each other its
 * own. */
static void ids_that_need_it_get_x2apic_mode(void **state)
{
	(void)state;
	make_processors(KERNEL_UPPER);
	world_x2apic_id(300);
	machine.has_x2apic = true;
	machine.cpus[3].id = 300;
	entered_with_processors();
	check_messages((const uint64_t[]){ 2, 300 }, true);
	for (unsigned i = 0; i < MACHINE_CPUS; i++)
		assert_int_equal(!!(machine_msr(i, MSR_APIC_BASE) & APIC_BASE_X2APIC), i != 2);
}

/* Without that mode it is not asked, and does not become another processor's interrupt. */
static void an_id_that_cannot_be_reached_is_named(void **state)
{
	(void)state;
	make_processors(KERNEL_UPPER);
	world_x2apic_id(300);
	machine.cpus[3].id = 300;
	fake.options.silent = 2;
	entered_with_processors();
	for (unsigned i = 0; i < machine.message_count; i++)
		assert_int_equal(machine.messages[i].id, 2);
	assert_non_null(strstr(fake.serial, "CPU 3 (APIC id 300) did not answer INIT-SIPI-SIPI"));
	assert_false(machine_msr(0, MSR_APIC_BASE) & APIC_BASE_X2APIC);
}

/* Without a table that names another: the record has what a kernel needs to drive it. */
static void com1_is_the_console_by_convention(void **state)
{
	(void)state;
	machine_reset();
	world_make(FAKE_X86_64, KERNEL_UPPER);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	const struct hobnail_console *c = &world_record()->console;
	assert_int_equal(c->kind, HOBNAIL_CONSOLE_16550_PORT);
	assert_int_equal(c->source, HOBNAIL_CONSOLE_BY_CONVENTION);
	assert_int_equal(c->phys, 0x3f8);
	assert_int_equal(c->virt, 0);
	assert_int_equal(c->register_shift, 0);
	assert_int_equal(c->access_bytes, 1);
}

/* 255 is the first: it stands for all processors where ids have eight bits. */
static void ids_up_to_254_are_reached_in_either_mode(void **state)
{
	static const struct { uint32_t id; bool has_x2apic, reached, changes; } ids[] = {
		{ 253, false, true, false }, { 253, true, true, false },
		{ 254, false, true, false }, { 254, true, true, false },
		{ 255, false, false, false }, { 255, true, true, true },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(ids); i++) {
		make_processors(KERNEL_UPPER);
		world_x2apic_id(ids[i].id);
		machine.has_x2apic = ids[i].has_x2apic;
		machine.cpus[3].id = ids[i].id;
		fake.options.silent = ids[i].reached ? 0 : 2;
		entered_with_processors();
		if (ids[i].reached)
			check_messages((const uint64_t[]){ 2, ids[i].id }, ids[i].changes);
		else
			assert_int_equal(machine.cpus[3].begin, 0);
		assert_int_equal(!!(machine_msr(0, MSR_APIC_BASE) & APIC_BASE_X2APIC), ids[i].changes);
	}
}

/* As firmware leaves it on a machine that has more than 254. */
static void x2apic_mode_is_kept(void **state)
{
	(void)state;
	make_processors(KERNEL_UPPER);
	machine.has_x2apic = true;
	machine.cpus[0].msrs[0].value |= APIC_BASE_X2APIC;
	assert_int_equal(machine.cpus[0].msrs[0].number, MSR_APIC_BASE);
	entered_with_processors();
	check_messages((const uint64_t[]){ 2, 6 }, true);
	assert_true(machine_msr(1, MSR_APIC_BASE) & machine_msr(3, MSR_APIC_BASE) & APIC_BASE_X2APIC);
}

/* ---- Released ------------------------------------------------------------------------------------------ */

static paddr other_root;

static void release(void)
{
	mailboxes_fill(other_root);
}

static void releases(paddr root, paddr expected)
{
	make_processors(KERNEL_UPPER);
	other_root = root;
	machine.waiting = release;
	fake_run();
	assert_string_equal(machine_failure, "");
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	for (unsigned i = 0; i < 2; i++) {
		const struct machine_cpu *c = &machine.cpus[2 * i + 1];
		assert_true(c->left);
		assert_int_equal(c->entry, 0x1000 + i);
		assert_int_equal(c->argument, 0x2000 + i);
		assert_int_equal(c->root, expected ? expected : handoff.root);
		assert_int_equal(c->cr[3], c->root);
		assert_true(c->cr[4] & CR4_PGE);
		assert_int_equal(c->stack, ((const struct handoff_cpu *)(uintptr_t)handoff.cpus_phys)[i].stack);
	}
}

static void who_is_released_has_its_own_root(void **state)
{
	(void)state;
	releases(0, 0);
	releases(0x77000, 0x77000);
}

/* docs/multiboot2.md: interrupt controllers are quiet, and the 8259s' way to the processor stays open. */
static void a_multiboot2_kernel_is_entered_with_the_mmu_off(void **state)
{
	const struct machine_cpu *c = &machine.cpus[0];

	(void)state;
	boots(KERNEL_MULTIBOOT2);
	const char *why = world_judge_entered();
	if (why)
		fail_msg("%s", why);
	assert_int_equal(c->entry, handoff.entry);
	assert_int_equal(c->signature, 0x36d76289);
	assert_int_equal(c->argument, handoff.argument);
	boots(KERNEL_MULTIBOOT2_WITHIN);
	assert_int_equal(c->signature, 0x36d76289);
	assert_int_equal(c->argument, handoff.argument);
	assert_int_equal(c->root, 0); /* its tables are the firmware's */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_multiboot2_kernel_is_entered_with_the_mmu_off),
		cmocka_unit_test(the_kernel_is_entered_as_promised),
		cmocka_unit_test(nothing_is_inherited),
		cmocka_unit_test(without_fault_reports_there_are_no_tables_for_them),
		cmocka_unit_test(levels_change_in_the_nets_copy),
		cmocka_unit_test(pages_are_as_large_as_the_processor_has_them),
		cmocka_unit_test(interrupt_controllers_are_quiet),
		cmocka_unit_test(no_timer_of_the_hpet_raises_interrupts),
		cmocka_unit_test(every_local_vector_is_masked),
		cmocka_unit_test(the_8259s_keep_their_way),
		cmocka_unit_test(interrupts_are_reported_at_entry),
		cmocka_unit_test(an_apic_that_is_off_is_left_alone),
		cmocka_unit_test(a_guest_of_tdx_is_known),
		cmocka_unit_test(a_guest_of_sev_is_known),
		cmocka_unit_test(every_processor_goes_the_boot_processors_way),
		cmocka_unit_test(init_goes_to_all_before_anybody_waits),
		cmocka_unit_test(one_that_never_answers_is_asked_twice_and_given_up),
		cmocka_unit_test(a_startup_interrupt_that_is_left_over_costs_nothing),
		cmocka_unit_test(patience_begins_anew_with_every_answer),
		cmocka_unit_test(clocks_are_taken_for_what_they_are),
		cmocka_unit_test(without_low_memory_there_are_no_others),
		cmocka_unit_test(ids_that_need_it_get_x2apic_mode),
		cmocka_unit_test(an_id_that_cannot_be_reached_is_named),
		cmocka_unit_test(com1_is_the_console_by_convention),
		cmocka_unit_test(ids_up_to_254_are_reached_in_either_mode),
		cmocka_unit_test(x2apic_mode_is_kept),
		cmocka_unit_test(who_is_released_has_its_own_root),
	};

	return cmocka_run_group_tests_name("arch/x86_64/boot", tests, NULL, NULL);
}
