/* machine.c — arch.h for aarch64: addresses, identity, time, registers, the end. */
#include "arch.h"
#include "arch/aarch64/cpu.h"
#include "arch/aarch64/state.h"

const uint32_t arch_number = HOBNAIL_ARCH_AARCH64;
const uint64_t arch_entry_volatile = 0; /* the processor changes no table entry: TCR.HA and TCR.HD are 0 */

enum { SCTLR_M = 1u << 0 };

/* ---- Translation --------------------------------------------------------------------------------------- */

static bool translating(void)
{
	return (plain_el2() ? CPU_READ(sctlr_el2) : CPU_READ(sctlr_el1)) & SCTLR_M;
}

unsigned arch_levels(void)
{
	return translating() ? 4 : 0;
}

static paddr table_of(uint64_t ttbr)
{
	return ttbr & 0x0000fffffffff000; /* ASID above, CnP below (Arm ARM DDI 0487, "TTBR0_EL1") */
}

bool arch_translation(struct walker *w)
{
	if (plain_el2()) {
		w->mode = WALK_AARCH64_EL2;
		w->root = table_of(CPU_READ(ttbr0_el2));
		w->upper_root = 0;
		w->pat_or_mair = CPU_READ(mair_el2);
	} else {
		w->mode = WALK_AARCH64;
		w->root = table_of(CPU_READ(ttbr0_el1));
		w->upper_root = table_of(CPU_READ(ttbr1_el1));
		w->pat_or_mair = CPU_READ(mair_el1);
	}
	return translating();
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
	return CPU_READ(mpidr_el1) & 0xff00ffffff; /* Arm ARM DDI 0487, "MPIDR_EL1": Aff3, Aff2 - Aff0 */
}

/* As struct hobnail_stage says. At EL1 under a hypervisor the physical counter may not be ours to read. */
uint64_t arch_counter(void)
{
	__asm__ volatile("isb" : : : "memory");
	return control_state.level == 2 ? CPU_READ(cntpct_el0) : CPU_READ(cntvct_el0);
}

uint64_t arch_counter_hz(void)
{
	return CPU_READ(cntfrq_el0);
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

uint32_t arch_register_read(bool port, uint64_t at, unsigned bytes)
{
	if (port)
		return 0;
	if (bytes == 4)
		return *(volatile uint32_t *)at;
	return bytes == 2 ? *(volatile uint16_t *)at : *(volatile uint8_t *)at;
}

void arch_register_write(bool port, uint64_t at, unsigned bytes, uint32_t value)
{
	if (port)
		return;
	if (bytes == 4)
		*(volatile uint32_t *)at = value;
	else if (bytes == 2)
		*(volatile uint16_t *)at = (uint16_t)value;
	else
		*(volatile uint8_t *)at = (uint8_t)value;
}

struct hobnail_console arch_last_resort_console(void)
{
	return (struct hobnail_console){ .kind = HOBNAIL_CONSOLE_NONE };
}

/* ---- Firmware calls ------------------------------------------------------------------------------------ */

/* Arm DEN 0022, "Power State Coordination Interface", function ids; Arm DEN 0028, "SMC Calling Convention". */
enum { PSCI_VERSION = 0x84000000, PSCI_SYSTEM_OFF = 0x84000008 };

/* Negative, too, when the call itself traps. */
static int64_t psci_call(uint32_t conduit, uint64_t function)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = 0;
	register uint64_t x2 __asm__("x2") = 0;
	register uint64_t x3 __asm__("x3") = 0;

	probe_begin();
	if (conduit == HOBNAIL_PSCI_HVC)
		__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory", "x4", "x5", "x6", "x7", "x8",
		                 "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17");
	else
		__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory", "x4", "x5", "x6", "x7", "x8",
		                 "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17");
	int64_t result = (int32_t)x0;
	return probe_end() ? -1 : result;
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

	probe_begin(); /* nobody may be listening */
	__asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
	probe_end();
}

const char *arch_power_off(const struct hobnail_boot *boot)
{
	if (!boot || boot->magic != HOBNAIL_MAGIC || boot->psci == HOBNAIL_PSCI_NONE)
		return "no PSCI";
	psci_call(boot->psci, PSCI_SYSTEM_OFF);
	return "PSCI SYSTEM_OFF came back";
}

_Noreturn void arch_halt(void)
{
	__asm__ volatile("msr daifset, #15");
	for (;;)
		__asm__ volatile("wfi");
}
