/* machine.c — arch.h for aarch64: addresses, identity, time, registers, the end. */
#include "contract/entry.h"
#include "arch/aarch64/state.h"
#include "contract/aarch64/trap.h"
#include "cpu.h"
#include "pci.h"

const uint32_t arch_number = HOBNAIL_ARCH_AARCH64;
const uint64_t arch_entry_volatile = 0; /* the processor changes no table entry: TCR.HA and TCR.HD are 0 */

/* ---- Translation --------------------------------------------------------------------------------------- */

static bool translating(void)
{
	return (plain_el2() ? cpu_read(sctlr_el2) : cpu_read(sctlr_el1)) & SCTLR_M;
}

unsigned arch_levels(void)
{
	return translating() ? 4 : 0;
}

bool arch_translation(struct walker *w)
{
	if (plain_el2()) {
		w->mode = WALK_AARCH64_EL2;
		w->root = cpu_read(ttbr0_el2) & TTBR_ADDRESS;
		w->upper_root = 0;
		w->pat_or_mair = cpu_read(mair_el2);
	} else {
		w->mode = WALK_AARCH64;
		w->root = cpu_read(ttbr0_el1) & TTBR_ADDRESS;
		w->upper_root = cpu_read(ttbr1_el1) & TTBR_ADDRESS;
		w->pat_or_mair = cpu_read(mair_el1);
		w->flags = (cpu_read(sctlr_el1) & SCTLR_WXN ? WALK_WXN : 0) | (cpu_user_is_barred() ? WALK_SMAP : 0);
	}
	w->phys_bits = (uint8_t)cpu_range_bits(cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_PARANGE));
	return translating();
}

void arch_root_install(paddr root)
{
	cpu_data_barrier(); /* page-table walks see the new entries */
	if (plain_el2()) {
		cpu_write(ttbr0_el2, root);
		cpu_instruction_barrier();
		__asm__ volatile("tlbi alle2\n\tdsb nsh\n\tisb" : : : "memory");
	} else {
		cpu_write(ttbr1_el1, root);
		cpu_instruction_barrier();
		cpu_flush_here();
	}
}

struct span arch_range(unsigned upper)
{
	const uint64_t half = 1ull << 48;

	if (upper && (plain_el2() || !translating()))
		return (struct span){ 0, 0 };
	return (struct span){ upper ? 0 - half : 0, half };
}

uint64_t arch_direct_map_default(void)
{
	return plain_el2() ? 1ull << 47 : arch_range(1).base;
}

/* ---- Identity and time --------------------------------------------------------------------------------- */

uint64_t arch_hardware_id(void)
{
	return cpu_affinity();
}

uint64_t arch_counter(void)
{
	return cpu_counter();
}

uint64_t arch_counter_hz(void)
{
	return cpu_read(cntfrq_el0);
}

/* ---- Devices ------------------------------------------------------------------------------------------- */

uint32_t arch_port_read(uint16_t port, unsigned bytes)
{
	(void)port, (void)bytes;
	return UINT32_MAX;
}

void arch_port_write(uint16_t port, unsigned bytes, uint32_t value)
{
	(void)port, (void)bytes, (void)value;
}

struct hobnail_console arch_last_resort_console(void)
{
	return (struct hobnail_console){ .kind = HOBNAIL_CONSOLE_NONE };
}

/* ---- Firmware calls ------------------------------------------------------------------------------------ */

/* Arm DEN 0022, "Power State Coordination Interface", function ids. */
enum { PSCI_VERSION = 0x84000000, PSCI_SYSTEM_OFF = 0x84000008 };

/* Also negative if the call itself traps. */
static int64_t psci_call(uint32_t conduit, uint64_t function)
{
	trap_probe_begin();
	int64_t result = (int32_t)(conduit == HOBNAIL_PSCI_HVC ? cpu_hvc : cpu_smc)(function, 0, 0, 0);
	return trap_probe_end() ? -1 : result;
}

int64_t arch_psci_version(uint32_t conduit)
{
	return psci_call(conduit, PSCI_VERSION);
}

/* ---- The end ------------------------------------------------------------------------------------------- */

/* Semihosting for AArch32 and AArch64 (Arm), "SYS_EXIT_EXTENDED" and "ADP_Stopped_ApplicationExit". */
void arch_exit(unsigned status)
{
	enum { SYS_EXIT_EXTENDED = 0x20, ADP_STOPPED_APPLICATION_EXIT = 0x20026 };
	volatile uint64_t block[2] = { ADP_STOPPED_APPLICATION_EXIT, status };
	register uint64_t x0 __asm__("x0") = SYS_EXIT_EXTENDED;
	register volatile uint64_t *x1 __asm__("x1") = block;

	trap_probe_begin(); /* without semihosting the instruction traps */
	__asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
	trap_probe_end();
}

const char *arch_power_off(const struct hobnail_boot *boot)
{
	if (!boot || boot->magic != HOBNAIL_MAGIC || boot->psci == HOBNAIL_PSCI_NONE)
		return "no PSCI";
	psci_call(boot->psci, PSCI_SYSTEM_OFF);
	return "PSCI SYSTEM_OFF came back";
}

void arch_pause(void)
{
	cpu_pause();
}

/* With translation on, the store to the mailbox ends WFE by the exclusive monitor; without it, SEV is needed. */
void arch_wake(void)
{
	if (!translating())
		cpu_send_event();
}

_Noreturn void arch_halt(void)
{
	cpu_interrupts_off();
	for (;;)
		cpu_wait_for_interrupt();
}

/* ---- PCI ----------------------------------------------------------------------------------------------- */

bool arch_has_pci_ports(void)
{
	return false;
}

uint32_t arch_pci(unsigned function, unsigned at, const uint32_t *value)
{
	(void)function, (void)at, (void)value;
	return UINT32_MAX; /* there are no ports */
}
