/* probe.c — the processor's abilities, and instructions that generic code asks for. */
#include "apic.h"
#include "arch.h"

mode_chooser *const arch_mode_chooser = mode_choose_x86_64;
const char arch_name[] = "x86_64";
const uint32_t arch_id = HOBNAIL_ARCH_X86_64;
const uint16_t arch_elf_machine = ELF_MACHINE_X86_64;
const bool arch_has_device_tree = false;

uint64_t call_within(uint64_t entry, uint32_t signature, uint64_t argument); /* switch.S */
uint64_t (*const arch_call_within)(uint64_t entry, uint32_t signature, uint64_t argument) = call_within;

uint64_t arch_counter(void)
{
	return cpu_read_tsc();
}

uint64_t arch_counter_hz(void)
{
	return cpu_tsc_hz();
}

/* Intel Digital Random Number Generator Software Implementation Guide, "RDRAND Retry Recommendations". A processor that
 * has lost its source repeats one value of these two (AMD's family 15h after a suspend: all ones). */
bool arch_random(uint64_t *out)
{
	bool seeds = cpu_id(0, 0).a >= 7 && cpu_id(7, 0).b >> 18 & 1, random = cpu_id(1, 0).c >> 30 & 1;

	for (unsigned i = 0; i < 10; i++)
		if (((seeds && cpu_seed(out)) || (random && cpu_random(out))) && *out && *out != UINT64_MAX)
			return true;
	return false;
}

/* Intel TDX Module Base Architecture Specification, "CPUID Leaf 0x21": the name "IntelTDX    " in EBX, EDX, ECX. */
static bool is_tdx(void)
{
	if (cpu_id(0, 0).a < 0x21)
		return false;
	struct cpu_id r = cpu_id(0x21, 0);
	return r.b == 0x65746e49 && r.d == 0x5844546c && r.c == 0x20202020;
}

/* AMD APM vol. 3, "CPUID Fn8000_001F Encrypted Memory Capabilities": EAX[1] says SEV, and then there is the status
 * register, on the host as well. */
static bool is_sev(void)
{
	return cpu_id(0x80000000, 0).a >= 0x8000001f && cpu_id(0x8000001f, 0).a >> 1 & 1 &&
	       cpu_read_msr(MSR_SEV_STATUS) & 1;
}

/* Intel SDM vol. 4, "IA32_XAPIC_DISABLE_STATUS": LEGACY_XAPIC_DISABLED, where "IA32_ARCH_CAPABILITIES" says that there
 * is such a register. A processor whose id does not fit into 8 bits cannot go back either. */
static bool x2apic_stays(void)
{
	if (!(cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC))
		return false;
	bool has_capabilities = cpu_id(0, 0).a >= 7 && cpu_id(7, 0).d >> 29 & 1;
	bool has_status = has_capabilities && cpu_read_msr(MSR_ARCH_CAPABILITIES) >> 21 & 1;
	return cpu_apic_id() > LAST_XAPIC_ID || (has_status && cpu_read_msr(MSR_XAPIC_DISABLE_STATUS) & 1);
}

void arch_probe(struct arch_facts *out)
{
	*out = (struct arch_facts){
		.paging_levels = cpu_read_cr4() & CR4_LA57 ? 5 : 4,
		.la57 = cpu_id(0, 0).a >= 7 && cpu_id(7, 0).c >> 16 & 1,
		.no_execute = cpu_id(0x80000001, 0).d >> 20 & 1,
		.max_leaf = cpu_has_1g_pages() ? 2 : 1,
		.phys_bits = cpu_phys_bits(),
		.boot_cpu = cpu_apic_id(),
		.x2apic = cpu_has_x2apic(),
		.x2apic_stays = x2apic_stays(),
		.confidential = is_tdx() || is_sev(),
		.net_limit = GIB(4), /* parts of the net are used with paging off */
	};
}

/* COM1 of every PC since 1981; serial_open() finds out whether something answers there. */
bool arch_console_by_convention(struct hobnail_console *out)
{
	*out = (struct hobnail_console){ .phys = 0x3f8, .kind = HOBNAIL_CONSOLE_16550_PORT,
	                                 .source = HOBNAIL_CONSOLE_BY_CONVENTION, .access_bytes = 1 };
	return cpu_in8(0x3f8 + 5) != 0xff;
}

uint32_t arch_port_read(uint16_t port, unsigned bytes)
{
	return cpu_in(port, bytes);
}

void arch_port_write(uint16_t port, unsigned bytes, uint32_t value)
{
	cpu_out(port, bytes, value);
}

/* Caches are coherent with instruction fetch and with every observer here. */
void arch_sync_code(uintptr_t at, uint64_t bytes)
{
	(void)at, (void)bytes;
}

void arch_clean(uintptr_t at, uint64_t bytes)
{
	(void)at, (void)bytes;
}

void arch_window(volatile uint64_t *entry, uint64_t value, uintptr_t va)
{
	*entry = value;
	cpu_invalidate_page((const void *)va);
}

void arch_wake(void)
{
}

void arch_halt(void)
{
	cpu_interrupts_off();
	cpu_store_barrier(); /* all that was drawn is on the screen: its memory is write-combining */
	for (;;)
		cpu_wait_for_interrupt();
}
