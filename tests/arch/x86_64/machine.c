#include "machine.h"

#include <string.h>

#include "after/cpus.h"
#include "after/main.h"
#include "apic.h"
#include "arch/shared.h"
#include "descriptor.h"
#include "image.h"
#include "local.h"
#include "timer.h"

struct machine_state machine;

enum { APIC_PAGE = 0xfee00000, IOAPIC_PAGE = 0xfec00000, PAUSE_NS = 20000, READ_NS = 500, TSC_GHZ = 3 };

static unsigned running; /* which processor */
static jmp_buf parked;   /* the boot processor, while another runs */
static bool ordered;     /* nothing has been written since an instruction that waits for all before it */
static uint32_t ioapic_select;
static uint64_t list_virt; /* where the processors' entries are in the net */

static struct machine_cpu *current(void)
{
	return &machine.cpus[running];
}

/* ---- What assembly and linker script have ---------------------------------------------------------------- */

__asm__(".pushsection fake_image, \"aw\", @progbits\n" /* linked last */
        ".globl trampoline, trampoline_32, trampoline_64, trampoline_end, cpu_entry, net_gdt, net_exceptions\n"
        ".globl net_interrupt, net_interrupts, arch_return_trap, switch_levels_64, image_scratch, image_end\n"
        ".balign 4096\n"
        "trampoline: .fill 32, 1, 0x51\n"
        "trampoline_32: .fill 64, 1, 0x52\n"
        "trampoline_64: .fill 32, 1, 0x53\n"
        "trampoline_end:\n"
        "cpu_entry: .skip 64\n"
        "switch_levels_64: .skip 16\n"
        "net_gdt: .quad 0, 0x1111, 0x2222, 0x3333, 0, 0\n"
        "net_exceptions: .skip 512\n"
        "net_interrupt: .skip 16\n"
        "net_interrupts: .skip 2688\n"
        "arch_return_trap: .skip 16\n"
        ".balign 4096\n"
        "image_scratch:\nimage_end:\n"
        ".popsection");
extern const char trampoline[], trampoline_32[], trampoline_64[], trampoline_end[], cpu_entry[], switch_levels_64[];
extern const uint64_t net_gdt[];
extern const char net_exceptions[];

/* ---- Registers ------------------------------------------------------------------------------------------- */

uint64_t cpu_read_cr0(void) { return current()->cr[0]; }
uint64_t cpu_read_cr2(void) { return current()->cr[2]; }
uint64_t cpu_read_cr3(void) { return current()->cr[3]; }
uint64_t cpu_read_cr4(void) { return current()->cr[4]; }
void cpu_write_cr0(uint64_t v) { current()->cr[0] = v; }
void cpu_write_cr3(uint64_t v) { current()->cr[3] = v; }
void cpu_write_cr8(uint64_t v) { current()->cr[8] = v; }
void cpu_write_dr6(uint64_t v) { current()->dr6 = v; }
void cpu_write_dr7(uint64_t v) { current()->dr7 = v; }
void cpu_load_fp(uint32_t mxcsr) { current()->mxcsr = mxcsr; }

uint64_t cpu_read_xcr0(void)
{
	if (!(current()->cr[4] & CR4_OSXSAVE))
		machine_failed("XCR0 is read without CR4.OSXSAVE");
	return 7;
}

void cpu_write_cr4(uint64_t v)
{
	if ((v ^ current()->cr[4]) & CR4_LA57)
		machine_failed("the number of levels changes with paging on");
	current()->flushed |= !(v & CR4_PGE); /* SDM vol. 3A, "Invalidation of TLBs and Paging-Structure Caches" */
	current()->cr[4] = v;
}

static uint64_t *msr_of(struct machine_cpu *c, uint32_t number)
{
	for (unsigned i = 0; i < c->msr_count; i++)
		if (c->msrs[i].number == number)
			return &c->msrs[i].value;
	if (c->msr_count == MACHINE_MSRS) {
		machine_failed("too many MSRs");
		return &c->msrs[0].value;
	}
	c->msrs[c->msr_count].number = number;
	return &c->msrs[c->msr_count++].value;
}

uint64_t machine_msr(unsigned cpu, uint32_t number)
{
	return *msr_of(&machine.cpus[cpu], number);
}

static void apic_takes(unsigned reg, uint32_t value);

uint64_t cpu_read_msr(uint32_t msr)
{
	if (msr - MSR_X2APIC < MACHINE_APIC_REGISTERS)
		return current()->apic[msr - MSR_X2APIC];
	return *msr_of(current(), msr);
}

static void message(uint64_t id, uint32_t command, bool by_msr);

void cpu_write_msr(uint32_t msr, uint64_t value)
{
	bool on = *msr_of(current(), MSR_APIC_BASE) & APIC_BASE_X2APIC;

	if (msr == MSR_APIC_BASE && value & APIC_BASE_X2APIC && !machine.has_x2apic)
		machine_failed("x2APIC mode is switched on, and there is none");
	if (msr == MSR_APIC_BASE && on)
		machine_failed("the APIC's mode is written where it holds already: a hypervisor may refuse it");
	if (msr - MSR_X2APIC >= MACHINE_APIC_REGISTERS) {
		*msr_of(current(), msr) = value;
		return;
	}
	if (!on)
		machine_failed("the local APIC is written by MSR in xAPIC mode");
	if (msr == MSR_X2APIC + APIC_ICR / 16)
		message(value >> 32, (uint32_t)value, true);
	else
		apic_takes((msr - MSR_X2APIC) * 16, (uint32_t)value);
}

struct cpu_id cpu_id(uint32_t leaf, uint32_t subleaf)
{
	uint32_t id = (uint32_t)current()->id;

	if (leaf == 7 && subleaf) /* which are asked for nothing */
		return (struct cpu_id){ UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX };
	switch (leaf) {
	case 0: return (struct cpu_id){ .a = machine.leaf_21 ? 0x21 : machine.tsc_hz ? 0x15 : 0xb };
	case 1: return (struct cpu_id){ .b = id << 24,
	                                .c = (machine.has_x2apic ? BIT(21) : 0) |
	                                     (machine.has_tsc_deadline ? BIT(24) : 0) };
	case 7: return (struct cpu_id){ .c = machine.has_la57 ? BIT(16) : 0 };
	case 0xb: return (struct cpu_id){ .b = machine.has_x2apic, .d = id };
	case 0x15: return (struct cpu_id){ .a = 1, .b = (uint32_t)(machine.tsc_hz / 1000000), .c = 1000000 };
	case 0x21: {
		const uint32_t *r = machine.leaf_21;
		return r ? (struct cpu_id){ .b = r[0], .c = r[1], .d = r[2] } : (struct cpu_id){ 0 };
	}
	case 0x80000000: return (struct cpu_id){ .a = machine.leaf_8000001f ? 0x8000001f : 0x80000008 };
	case 0x8000001f: return (struct cpu_id){ .a = machine.leaf_8000001f };
	/* NX, 1 GiB pages */
	case 0x80000001: return (struct cpu_id){ .d = BIT(20) | (machine.has_no_1g ? 0 : BIT(26)) };
	case 0x80000008: return (struct cpu_id){ .a = 48 };
	default: return (struct cpu_id){ 0 };
	}
}

/* ---- Time and ports -------------------------------------------------------------------------------------- */

static void pass(uint64_t ns)
{
	machine.ns += ns + (++machine.readings % 4 ? 0 : machine.stall_ns);
}

uint64_t cpu_read_tsc(void)
{
	pass(READ_NS);
	return machine.ns * TSC_GHZ;
}

/* This processor has no generator of random numbers. */
bool cpu_seed(uint64_t *out)
{
	(void)out;
	return false;
}

bool cpu_random(uint64_t *out)
{
	(void)out;
	return false;
}

/* 24 bits count; it wraps soon. The rest is undefined: ACPI 6.5, "Power Management Timer". */
static uint32_t pm_timer(void)
{
	uint64_t stops = machine.timer_stops_ns;

	pass(machine.timer_read_ns ? machine.timer_read_ns : READ_NS);
	if (machine.timer_stands)
		return 77;
	uint64_t ns = stops && machine.ns > stops ? stops : machine.ns;
	return 0xab000000 | (((uint32_t)(ns * PM_TIMER_HZ / 1000000000) + 0xfff000) & PM_TIMER_MASK);
}

uint8_t cpu_in8(uint16_t port)
{
	if (port == PIC_1_COMMAND || port == PIC_2_COMMAND)
		return machine.isr_asked[port == PIC_2_COMMAND] ? machine.isr[port == PIC_2_COMMAND] : 0xaa;
	return port == 0x3f8 + 5 ? 0x60 : 0;
}

uint16_t cpu_in16(uint16_t port)
{
	(void)port;
	return 0xffff;
}

uint32_t cpu_in32(uint16_t port)
{
	return port == MACHINE_PM_TIMER ? pm_timer() : UINT32_MAX;
}

void cpu_out8(uint16_t port, uint8_t v)
{
	machine.masked_8259s |= (port == PIC_1_MASK && v == 0xff ? 1 : 0) | (port == PIC_2_MASK && v == 0xff ? 2 : 0);
	if (port == PIC_1_COMMAND || port == PIC_2_COMMAND) {
		machine.isr_asked[port == PIC_2_COMMAND] |= v == PIC_READ_ISR;
		machine.ended += port == PIC_1_COMMAND && v == PIC_EOI;
	}
	if (port == PIC_2_MASK)
		fake_event(EVENT_QUIET, 0, 0);
	if (port == 0x3f8 && v != '\r')
		fake_say(fake.serial, sizeof fake.serial, &fake.serial_used, (char)v);
}

void cpu_out16(uint16_t port, uint16_t v)
{
	(void)port, (void)v;
}

void cpu_out32(uint16_t port, uint32_t v)
{
	(void)port, (void)v;
}

/* ---- Interrupt controllers -------------------------------------------------------------------------------- */

/* Intel SDM vol. 3A, "MP Initialization Protocol": a startup interrupt is ignored by who does not wait for one. */
static void message(uint64_t id, uint32_t command, bool by_msr)
{
	if (running)
		machine_failed("processor %u sends", running);
	if (machine.message_count < MACHINE_MESSAGES)
		machine.messages[machine.message_count++] =
			(struct machine_message){ machine.ns, id, command, by_msr, ordered };
	ordered = false;
	if (machine.message_count == 1)
		fake_event(EVENT_CPUS, 0, handoff.cpu_count);
	for (unsigned i = 1; i < MACHINE_CPUS; i++) {
		struct machine_cpu *c = &machine.cpus[i];
		if (c->id != id)
			continue;
		if (command == APIC_INIT) {
			c->waits_for_startup = !c->leftover;
			c->elsewhere += c->leftover;
			c->leftover = false;
			c->begin = 0;
		} else if ((command & ~0xffu) == APIC_STARTUP(0) && c->waits_for_startup) {
			c->waits_for_startup = false;
			c->begin = (uint64_t)(command & 0xff) << PAGE_SHIFT;
			c->began_at = machine.ns;
		}
	}
}

static void apic_takes(unsigned reg, uint32_t value)
{
	uint32_t *apic = current()->apic;

	apic[reg / 16] = value;
	if (reg == APIC_ICR)
		message(apic[APIC_ICR_HIGH / 16] >> 24, value, false);
	if (reg == APIC_EOI)
		memset(&apic[APIC_ISR / 16], 0, 8 * sizeof *apic);
}

static uint32_t *device_at(uintptr_t at)
{
	static uint32_t nothing;

	if (at - APIC_PAGE < MACHINE_APIC_REGISTERS * 16) {
		if (*msr_of(current(), MSR_APIC_BASE) & APIC_BASE_X2APIC)
			machine_failed("the local APIC is accessed in memory in x2APIC mode");
		return &current()->apic[(at - APIC_PAGE) / 16];
	}
	if (at == IOAPIC_PAGE + IOAPIC_SELECT)
		return &ioapic_select;
	if (at == IOAPIC_PAGE + IOAPIC_WINDOW && ioapic_select == IOAPIC_REDIRECTION)
		return &machine.redirection;
	if (at != IOAPIC_PAGE + IOAPIC_WINDOW)
		machine_failed("there is no device at %#lx", (unsigned long)at);
	nothing = 0;
	return &nothing;
}

uint32_t cpu_device_read(uintptr_t at)
{
	return *device_at(at);
}

void cpu_device_write(uintptr_t at, uint32_t value)
{
	uint32_t *where = device_at(at);

	if (at - APIC_PAGE < MACHINE_APIC_REGISTERS * 16)
		apic_takes((unsigned)(at - APIC_PAGE), value);
	else
		*where = value;
}

void cpu_interrupts_off(void)
{
}

/* What was requested is in service then. */
void cpu_interrupts_taken(void)
{
	uint32_t *apic = current()->apic;

	machine.taken++;
	memcpy(&apic[APIC_ISR / 16], &apic[APIC_IRR / 16], 8 * sizeof *apic);
	memset(&apic[APIC_IRR / 16], 0, 8 * sizeof *apic);
}

void cpu_all_barrier(void)
{
	ordered = true;
}

void cpu_store_barrier(void)
{
}

void cpu_invalidate_page(const void *at)
{
	(void)at;
}

/* ---- Other processors ------------------------------------------------------------------------------------- */

void cpu_main(struct handoff_cpu *c) __attribute__((noreturn)); /* cpus.c */

static void stops_here(void)
{
	longjmp(parked, 1);
}

/* What trampoline.S does with the page. */
static void check_trampoline(uint64_t page)
{
	const uint8_t *at = (const uint8_t *)(uintptr_t)page, *gdtr = at + TRAMPOLINE_GDTR;
	uint64_t cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | (handoff.mode.paging_levels == 5 ? CR4_LA57 : 0);

	if (page != FAKE_LOW)
		machine_failed("a processor begins at %#llx", (unsigned long long)page);
	else if (memcmp(at, trampoline, (size_t)(trampoline_end - trampoline)) != 0)
		machine_failed("the code where a processor begins is not the trampoline");
	else if (read_le64(at + TRAMPOLINE_ROOT) != handoff.transition || read_le64(at + TRAMPOLINE_CR4) != cr4)
		machine_failed("a processor begins in another space than the transition space");
	else if (read_le64(at + TRAMPOLINE_TARGET) != image_net_address(&handoff, cpu_entry))
		machine_failed("a processor does not go into the net");
	else if (read_le32(at + TRAMPOLINE_FAR_32) != page + (uint64_t)(trampoline_32 - trampoline) ||
	         read_le16(at + TRAMPOLINE_FAR_32 + 4) != SELECTOR_CODE32 ||
	         read_le32(at + TRAMPOLINE_FAR_64) != page + (uint64_t)(trampoline_64 - trampoline) ||
	         read_le16(at + TRAMPOLINE_FAR_64 + 4) != SELECTOR_CODE)
		machine_failed("a processor does not find its way through the modes");
	else if (read_le16(gdtr) != GDT_BYTES - 1 || read_le32(gdtr + 2) - page > PAGE_BYTES - GDT_BYTES ||
	         memcmp((const uint8_t *)(uintptr_t)read_le32(gdtr + 2), net_gdt, GDT_BYTES) != 0)
		machine_failed("a processor has no GDT to begin with");
	else if (read_le64(at + TRAMPOLINE_CPUS) != list_virt)
		machine_failed("a processor does not find the list");
}

/* cpu_entry: by its APIC id. The list's address is one of the net. */
static void secondary_begins(const struct machine_cpu *c)
{
	struct handoff_cpu *list = (struct handoff_cpu *)(uintptr_t)handoff.cpus_phys;
	uint64_t count = read_le64((const void *)(uintptr_t)(c->begin + TRAMPOLINE_COUNT));

	for (unsigned i = 0; i < count; i++)
		if (list[i].hardware_id == c->id)
			cpu_main(&list[i]);
	stops_here();
}

static void run(unsigned cpu)
{
	struct machine_cpu *c = &machine.cpus[cpu];

	c->ran = true;
	check_trampoline(c->begin);
	if (machine_failure[0])
		return;
	c->cr[3] = handoff.transition;
	c->cr[4] = read_le64((const void *)(uintptr_t)(c->begin + TRAMPOLINE_CR4));
	running = cpu;
	if (!setjmp(parked))
		secondary_begins(c);
	running = 0;
}

bool machine_stops(unsigned cpu, void (*call)(void))
{
	volatile bool returned = false;

	running = cpu;
	machine.cpus[cpu].halted = false;
	if (!setjmp(parked)) {
		call();
		returned = true;
	}
	running = 0;
	return !returned && machine.cpus[cpu].halted;
}

void cpu_pause(void)
{
	machine.ns += PAUSE_NS;
	machine.paused_ns += PAUSE_NS;
	if (running) {
		current()->parked = true;
		if (!machine.waiting)
			stops_here();
		machine.waiting();
	}
	for (unsigned i = 1; i < MACHINE_CPUS && !running; i++) {
		struct machine_cpu *c = &machine.cpus[i];
		c->leftover &= machine.paused_ns < c->looks_after_us * 1000ull;
		if (c->begin && !c->ran && !c->dead && machine.ns - c->began_at >= c->after_us * 1000ull)
			run(i);
	}
}

void cpu_wait_for_interrupt(void)
{
	if (!running)
		fake_end(FAKE_HALTED);
	current()->halted = true;
	stops_here();
}

/* ---- The assembly ------------------------------------------------------------------------------------------ */

void switch_space(uint64_t root, uint64_t stack, uint64_t target) __attribute__((noreturn));
void switch_levels(void);
void enter_32(const void *state) __attribute__((noreturn));
uint64_t call_within(uint64_t entry, uint32_t signature, uint64_t argument) __attribute__((noreturn));

/* Each exception has a stack in what is this processor's alone. */
static void check_stacks(const struct net_cpu *own, const struct descriptor_gate *idt)
{
	uint64_t seen[IST_LAST + 1] = { 0 }, entries[2];

	descriptor_tss_entries(entries, (uintptr_t)&own->tss);
	if (memcmp(&own->gdt[SELECTOR_TSS / 8], entries, sizeof entries) != 0)
		machine_failed("the GDT does not name the processor's TSS");
	for (unsigned i = 1; i <= IST_LAST; i++) {
		seen[i] = own->tss.ist[i - 1];
		if (seen[i] % 16 || seen[i] > (uintptr_t)(own + 1) ||
		    seen[i] < max_u64((uintptr_t)own->stacks, seen[i - 1]) + FAULT_STACK_BYTES)
			machine_failed("exception stack %u is another's", i);
	}
	for (unsigned i = IST_LAST; i < COUNT_OF(own->tss.ist); i++)
		if (own->tss.ist[i])
			machine_failed("stack %u of the TSS is no exception's, and nobody's memory", i + 1);
	for (unsigned i = 0; i < VECTOR_EXCEPTIONS; i++)
		if (idt[i].stack < 1 || idt[i].stack > IST_LAST ||
		    descriptor_gate_target(&idt[i]) != (uintptr_t)net_exceptions + i * EXCEPTION_STUB_BYTES)
			machine_failed("exception %u does not arrive", i);
	if (idt[VECTOR_DOUBLE_FAULT].stack == idt[0].stack || idt[VECTOR_NMI].stack == idt[0].stack ||
	    idt[VECTOR_MACHINE_CHECK].stack == idt[VECTOR_NMI].stack)
		machine_failed("exceptions that come at any time have no stacks of their own");
}

void cpu_load_tables(const struct descriptor_table *gdt, const struct descriptor_table *idt, uint64_t code,
                     uint16_t data, uint16_t tss)
{
	/* docs/protocol.md, "Fault reports", names selector 8, which Limine's kernels have something else at */
	uint16_t wanted = handoff.mode.state & STATE_DIRECT_GDT ? 0x28 : 8;

	if (code != wanted || data != SELECTOR_DATA || (tss && tss != SELECTOR_TSS) || gdt->limit != GDT_BYTES - 1)
		machine_failed("segments are not those of the net's GDT");
	if (((const uint64_t *)gdt->base)[wanted / 8] != SEGMENT_CODE_64)
		machine_failed("there is no code at selector %#x", wanted);
	if (idt->base && ((const struct descriptor_gate *)idt->base)->selector != wanted)
		machine_failed("gates do not name selector %#x", wanted);
	if (idt->base)
		check_stacks((const struct net_cpu *)gdt->base, (const struct descriptor_gate *)idt->base);
	current()->gdt = gdt->base;
	current()->gdt_limit = gdt->limit;
	current()->idt = idt->base;
}

void cpu_write_back_caches(void)
{
}

void cpu_store_gdt(struct descriptor_table *out)
{
	*out = (struct descriptor_table){ current()->gdt_limit, current()->gdt };
}

void cpu_store_idt(struct descriptor_table *out)
{
	*out = (struct descriptor_table){ 256 * sizeof(struct descriptor_gate) - 1, current()->idt };
}

void cpu_move_gdt(const struct descriptor_table *gdt, uint16_t data)
{
	bool bare = handoff.mode.state & STATE_NO_HANDLERS; /* and its TSS is none */

	if (data != SELECTOR_DATA || gdt->limit != (bare ? GDT_BYTES : SELECTOR_TSS) - 1)
		machine_failed("the GDT does not end before the TSS");
	current()->gdt = gdt->base;
	current()->gdt_limit = gdt->limit;
}

/* Who is asked to make code visible to instruction fetch has nothing to do here. */
static void enter_net(uint64_t root, uint64_t stack, uint64_t target)
{
	if (root != handoff.transition || stack != handoff.stack_top ||
	    target != image_net_address(&handoff, (const void *)(uintptr_t)handoff_main))
		machine_failed("the switch does not lead into the net");
	if (!(*msr_of(current(), MSR_EFER) & EFER_NXE))
		machine_failed("the new tables use NX, which is off");
	current()->cr[3] = root;
	fake_event(EVENT_SYNC, 0, UINT64_MAX);
	fake_event(EVENT_SWITCH, 0, 0);
	list_virt = (uintptr_t)handoff.cpus;
	places_physical();
	handoff_main();
}

void switch_space(uint64_t root, uint64_t stack, uint64_t target)
{
	if (!!(current()->cr[4] & CR4_LA57) != (handoff.mode.paging_levels == 5))
		machine_failed("the transition space has another number of levels");
	enter_net(root, stack, target);
	__builtin_unreachable();
}

/* Here, assembly would run: switch_levels() below 4 GiB in the net's copy, with a structure there. */
void switch_levels(void)
{
}

static uint64_t in_copy(const void *in_image)
{
	return (uint64_t)((const char *)in_image - image_base) + handoff.net_phys;
}

void cpu_jump(uint64_t root, uint64_t stack, uint64_t target, void *argument)
{
	const uint8_t *s = argument; /* struct switch_levels: switch.S */

	if (target == (uintptr_t)cpus_park) { /* a started processor, which leaves its first stack */
		if (stack != ((struct handoff_cpu *)argument)->stack - 8)
			machine_failed("a started processor does not go to its boot stack");
		cpu_write_cr3(root);
		cpus_park(argument);
	}
	if (root != handoff.transition_first || target != in_copy((const void *)(uintptr_t)switch_levels) ||
	    stack - handoff.net_phys > image_bytes() || (uintptr_t)argument - handoff.net_phys > image_bytes())
		machine_failed("the change of levels does not happen in the net's copy");
	if (read_le32(s + 0x18) != in_copy(switch_levels_64) || read_le16(s + 0x1c) != SELECTOR_CODE ||
	    read_le16(s + 0x20) != GDT_BYTES - 1 || read_le64(s + 0x22) != in_copy(net_gdt))
		machine_failed("the change of levels does not find its way through the modes");
	if (handoff.net_phys + image_bytes() > GIB(4) || read_le64(s) >= GIB(4))
		machine_failed("the change of levels lies above 4 GiB");
	current()->cr[4] ^= CR4_LA57;
	enter_net(read_le64(s), read_le64(s + 8), read_le64(s + 16));
	__builtin_unreachable();
}

/* Below 4 GiB, in the net's copy: struct enter_32 of enter.c. */
void enter_32(const void *state)
{
	struct machine_cpu *c = current();
	const uint8_t *s = state;

	if (read_le64(s + 16) || read_le16(s + 24))
		machine_failed("an IDT of 64 bits is left in 32-bit mode");
	c->left = true;
	c->entry = read_le32(s);
	c->signature = read_le32(s + 4);
	c->argument = read_le32(s + 8);
	fake_event(EVENT_SYNC, 0, UINT64_MAX);
	fake_event(EVENT_ENTER, 0, 0);
	fake_end(FAKE_ENTERED);
}

uint64_t call_within(uint64_t entry, uint32_t signature, uint64_t argument)
{
	struct machine_cpu *c = current();

	c->entry = entry, c->signature = signature, c->argument = argument;
	fake_event(EVENT_ENTER, 0, 0);
	fake_end(FAKE_ENTERED);
}

void enter_kernel(uint64_t root, uint64_t stack, uint64_t entry, uint64_t argument, uint64_t return_to)
{
	struct machine_cpu *c = current();

	c->left = true;
	c->root = root, c->stack = stack + (return_to ? 48 : 0), c->entry = entry, c->argument = argument;
	if (!c->flushed)
		machine_failed("global translations of other tables are left");
	if (running)
		longjmp(parked, 1);
	fake_event(EVENT_SYNC, 0, UINT64_MAX);
	fake_event(EVENT_ENTER, 0, 0);
	places_virtual();
	fake_end(FAKE_ENTERED);
}

/* ---- The beginning ---------------------------------------------------------------------------------------- */

/* Intel SDM vol. 3A, "Local APIC Version Register": 7 local vectors. After INIT those are masked; firmware's are
 * not. */
static void reset_cpu(struct machine_cpu *c, uint64_t id)
{
	*c = (struct machine_cpu){ .id = id };
	*msr_of(c, MSR_APIC_BASE) = APIC_PAGE | APIC_BASE_ENABLE;
	*msr_of(c, MSR_EFER) = EFER_LME | EFER_LMA;
	c->apic[APIC_VERSION / 16] = 6 << 16 | 0x14;
	c->apic[APIC_SPURIOUS / 16] = 0xff;
}

void machine_reset(void)
{
	machine = (struct machine_state){ 0 };
	machine_failure[0] = 0;
	for (unsigned i = 0; i < MACHINE_CPUS; i++)
		reset_cpu(&machine.cpus[i], 2 * i);
	machine.cpus[0].apic[APIC_SPURIOUS / 16] = APIC_ENABLE | 0x2f;
	machine.cpus[0].apic[APIC_TIMER / 16] = 0x20020;
	machine.cpus[0].cr[0] = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	machine.cpus[0].cr[3] = ARENA_SCREEN; /* nothing is in it that could be judged */
	machine.cpus[0].cr[4] = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	running = 0;
	ordered = false;
}

void fake_arch_reset(enum machine kind)
{
	fake_image_fill();
	memset(image_own, 0, (size_t)(trampoline - image_own));
	fake.options.machine = kind;
}
