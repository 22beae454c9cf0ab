/* probe.c — the processor's abilities, and instructions that generic code asks for. */
#include "cpu.h"
#include "el2.h"
#include "arch.h"

mode_chooser *const arch_mode_chooser = mode_choose_aarch64;
const char arch_name[] = "aarch64";
const uint32_t arch_id = HOBNAIL_ARCH_AARCH64;
const uint16_t arch_elf_machine = ELF_MACHINE_AARCH64;
const bool arch_has_device_tree = true;
uint64_t (*const arch_call_within)(uint64_t entry, uint32_t signature, uint64_t argument) = NULL;

/* The virtual counter is the physical one less CNTVOFF_EL2, which is 0 in a kernel that we dropped from EL2. */
uint64_t arch_counter(void)
{
	return cpu_counter();
}

uint64_t arch_counter_measure(const struct boot *b)
{
	(void)b;
	return 0;
}

uint64_t arch_counter_hz(void)
{
	return cpu_read(cntfrq_el0);
}

/* Arm ARM, "RNDR, Random Number": NZCV is 0b0000 where there is a number, else 0b0100. */
bool arch_random(uint64_t *out)
{
	enum { ID_AA64ISAR0_RNDR = 60, TRIES = 10 };

	if (!cpu_id_field(cpu_read(id_aa64isar0_el1), ID_AA64ISAR0_RNDR))
		return false;
	for (unsigned i = 0; i < TRIES; i++)
		if (cpu_random(out))
			return true;
	return false;
}

/* Is E2H fixed to 1? That it is set says nothing: firmware runs so by choice (EDK2 since 2025.02 does wherever there
 * is VHE). Arm ARM, "ID_AA64MMFR4_EL1", E2H0: negative values say that it is fixed to 1. Two kinds of processors are
 * so without saying it. One is older than the field (Apple's). The other belongs to a hypervisor's guest at EL2, on a
 * host without the fine-grained traps with which the hypervisor could change that register: there a write of HCR_EL2
 * goes to memory (FEAT_NV2) and reads back as if it had had an effect. So the loader tries it, and judges by the
 * meaning of EL1's names afterwards. */
static bool host_is_fixed(void)
{
	if (cpu_id_field(cpu_read(ID_AA64MMFR4_EL1), ID_AA64MMFR4_E2H0) >= 8)
		return true;
	return el2_has_host() && el2_keeps_host();
}

void arch_probe(struct arch_facts *out)
{
	*out = (struct arch_facts){
		.firmware_level = cpu_level(),
		.paging_levels = 4,
		.e2h_fixed = cpu_level() == 2 && host_is_fixed(),
		.lpa2 = cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_TGRAN4) == 1,
		.vhe = cpu_id_field(cpu_read(id_aa64mmfr1_el1), ID_AA64MMFR1_VH) != 0,
		.no_execute = true,
		.max_leaf = 2,
		.phys_bits = cpu_range_bits(cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_PARANGE)),
		.boot_cpu = cpu_affinity(),
		.starts_uncached = true,
		.net_limit = UINT64_MAX,
	};
}

bool arch_console_by_convention(struct hobnail_console *out)
{
	(void)out;
	return false; /* there is no address that every board agrees on */
}

size_t arch_quiet_devices(struct boot *b, struct span *out, size_t capacity)
{
	(void)b, (void)out, (void)capacity;
	return 0; /* the timers are system registers, and the GIC is left as the firmware left it */
}

uint32_t arch_port_read(uint16_t at, unsigned bytes)
{
	(void)at, (void)bytes;
	return UINT32_MAX;
}

void arch_port_write(uint16_t at, unsigned bytes, uint32_t value)
{
	(void)at, (void)bytes, (void)value;
}

/* Arm ARM, "Using break-before-make when updating translation table entries" */
void arch_window(volatile uint64_t *entry, uint64_t value, uintptr_t va)
{
	*entry = 0;
	cpu_data_barrier();
	if (cpu_level() == 2) /* whatever E2H and TGE say: the EL1 form may mean a guest's translations */
		cpu_flush_page_el2(va);
	else
		cpu_flush_page(va);
	*entry = value;
	cpu_data_barrier();
	cpu_instruction_barrier();
}

void arch_wake(void)
{
	cpu_data_barrier();
	cpu_send_event();
}

void arch_halt(void)
{
	cpu_interrupts_off();
	cpu_data_barrier(); /* all that was drawn is on the screen */
	for (;;)
		cpu_wait_for_interrupt();
}

/* ---- Caches: Arm ARM, "Synchronization and coherency issues between data and instruction accesses" (B2.4.4) ----- */

void arch_sync_code(uintptr_t at, uint64_t bytes)
{
	uint64_t line = cpu_data_line_bytes();

	for (uintptr_t i = at & ~(line - 1); i < at + bytes; i += line)
		cpu_clean_to_pou(i);
	cpu_data_barrier();
	cpu_invalidate_instructions(); /* all of it: right for virtually indexed caches, too */
}

void arch_clean(uintptr_t at, uint64_t bytes)
{
	uint64_t line = cpu_data_line_bytes();

	for (uintptr_t i = at & ~(line - 1); i < at + bytes; i += line)
		cpu_clean_invalidate_to_poc(i);
	cpu_data_barrier();
}
