/* machine.c — aarch64: exceptions, console, page tables, the end. At EL2 with VHE the registers called _EL1 are EL2's
 * (Arm ARM DDI 0487, "System and Special-purpose register redirection"). */
#include "machine.h"
#include "cpu.h"

_Static_assert(offsetof(struct state, sp) == STATE_SP, "SP");
_Static_assert(offsetof(struct state, nzcv) == STATE_NZCV, "NZCV");
_Static_assert(offsetof(struct state, spsel) == STATE_SPSEL, "SPSel");
_Static_assert(offsetof(struct state, stack) == STATE_STACK, "stack");

struct state boot_state;
const uint16_t machine_elf = 183;

/* ---- Exceptions ------------------------------------------------------------------------------------------------- */

extern const char vectors[];
void machine_fault(uint64_t pc, uint64_t syndrome, uint64_t address) __attribute__((noreturn));

void machine_open(void)
{
	cpu_write(vbar_el1, (uint64_t)vectors);
	cpu_barrier();
}

void machine_fault(uint64_t pc, uint64_t syndrome, uint64_t address)
{
	static bool again;

	if (again)
		machine_wait();
	again = true;
	say("limine: FAULT, syndrome 0x%lx, at 0x%lx, address 0x%lx", syndrome, pc, address);
	machine_end(2);
}

/* ---- The state that needs no register of the entry -------------------------------------------------------------- */

/* PSTATE fields that came with extensions: a register each, and the field of an ID register that says it is there. */
static uint64_t read_pstate(void)
{
	uint64_t mmfr1 = cpu_read(id_aa64mmfr1_el1), mmfr2 = cpu_read(id_aa64mmfr2_el1);
	uint64_t pfr0 = cpu_read(id_aa64pfr0_el1), pfr1 = cpu_read(id_aa64pfr1_el1), set = 0;

	if (mmfr1 >> 20 & 15)
		set |= cpu_read(S3_0_C4_C2_3); /* PAN */
	if (mmfr2 >> 4 & 15)
		set |= cpu_read(S3_0_C4_C2_4); /* UAO */
	if (pfr0 >> 48 & 15)
		set |= cpu_read(S3_3_C4_C2_5); /* DIT */
	if ((pfr1 >> 4 & 15) >= 2)
		set |= cpu_read(S3_3_C4_C2_6); /* SSBS */
	if (pfr1 >> 8 & 15)
		set |= cpu_read(S3_3_C4_C2_7); /* TCO */
	return set;
}

void machine_read(struct state *s)
{
	s->level = cpu_read(CurrentEL) >> 2;
	s->sctlr = cpu_read(sctlr_el1), s->tcr = cpu_read(tcr_el1), s->mair = cpu_read(mair_el1);
	s->cpacr = cpu_read(cpacr_el1), s->ttbr0 = cpu_read(ttbr0_el1), s->ttbr1 = cpu_read(ttbr1_el1);
	s->mpidr = cpu_read(mpidr_el1);
	s->pstate = read_pstate();
	if (s->level == 2)
		s->hcr = cpu_read(hcr_el2), s->cnthctl = cpu_read(cnthctl_el2), s->hstr = cpu_read(hstr_el2);
}

void machine_read_devices(struct state *s)
{
	(void)s;
}

/* ---- Console and end -------------------------------------------------------------------------------------------- */

/* The PL011 of QEMU's machine `virt`; LIMINE_UART is another machine's. Arm PrimeCell UART (PL011) TRM, "Programmers
 * Model". */
#ifndef LIMINE_UART
#define LIMINE_UART 0x09000000
#endif
enum { UART_DATA = 0, UART_FLAGS = 0x18 / 4, SEND_FULL = 0x20 };

static volatile uint32_t *uart;

bool machine_console_open(void)
{
	uart = window_at(WINDOW_CONSOLE, LIMINE_UART, true);
	return uart != NULL;
}

bool machine_console(void)
{
	return uart != NULL;
}

static void put_byte(char c)
{
	for (unsigned i = 0; i < 1000000 && (uart[UART_FLAGS] & SEND_FULL); i++)
		;
	uart[UART_DATA] = (uint8_t)c;
}

void machine_put(char c)
{
	if (c == '\n')
		put_byte('\r');
	put_byte(c);
}

void machine_wait(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #15; wfi");
}

/* Semihosting for AArch32 and AArch64, "SYS_EXIT (0x18)": a block with the reason ADP_Stopped_ApplicationExit and the
 * status. Without semihosting the instruction is undefined. */
void machine_end(unsigned status)
{
	uint64_t block[2] = { 0x20026, status };
	register uint64_t operation __asm__("x0") = 0x18;
	register uint64_t argument __asm__("x1") = (uint64_t)block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
	machine_wait();
}

/* ---- Page tables. Arm ARM DDI 0487, "VMSAv8-64 translation table format descriptors" ---------------------------- */

#define PTE_VALID   BIT(0)
#define PTE_TABLE   BIT(1) /* in a table of 4 KiB pages: a page */
#define PTE_USER    BIT(6)
#define PTE_READ    BIT(7)
#define PTE_INNER   (3ull << 8)
#define PTE_ACCESS  BIT(10)
#define PTE_PXN     BIT(53)
#define PTE_UXN     BIT(54)
#define TABLE_PXN   BIT(59)
#define TABLE_NO_USER  BIT(61)
#define TABLE_NO_WRITE BIT(62)
#define TCR_DS      BIT(59)
#define TCR_HPD1    BIT(42)
#define ADDRESS_48  0x0000fffffffff000ull
#define ADDRESS_50  0x0003fffffffff000ull

static bool is_wide(const struct state *s)
{
	return s->tcr & TCR_DS;
}

/* With TCR.DS the shareability's bits are the address's upper ones. */
static uint64_t address_of(const struct state *s, uint64_t entry)
{
	return is_wide(s) ? (entry & ADDRESS_50) | (entry & PTE_INNER) << 42 : entry & ADDRESS_48;
}

static uint8_t rights_of_table(const struct state *s, uint64_t entry)
{
	if (s->tcr & TCR_HPD1)
		entry = 0;
	return (entry & TABLE_NO_WRITE ? 0 : RIGHT_WRITE) | (entry & TABLE_PXN ? 0 : RIGHT_EXECUTE) |
	       (entry & TABLE_NO_USER ? 0 : RIGHT_USER);
}

struct table_entry machine_entry(const struct state *s, uint64_t entry, unsigned level)
{
	struct table_entry e = { ENTRY_LEAF, address_of(s, entry), 0, entry >> 2 & 7 };

	if (!(entry & PTE_VALID))
		return (struct table_entry){ 0 };
	if (level > 0 && (entry & PTE_TABLE)) {
		e.kind = ENTRY_TABLE;
		e.rights = rights_of_table(s, entry);
		return e;
	}
	if ((level == 0 && !(entry & PTE_TABLE)) || level > 2u + is_wide(s) || !(entry & PTE_ACCESS))
		e.kind = ENTRY_WRONG;
	e.address &= ~(BIT(12 + 9 * level) - 1);
	e.rights = (entry & PTE_READ ? 0 : RIGHT_WRITE) | (entry & PTE_PXN ? 0 : RIGHT_EXECUTE) |
	           (entry & PTE_USER ? RIGHT_USER : 0);
	return e;
}

static unsigned size_field(const struct state *s)
{
	return s->tcr >> 16 & 0x3f; /* T1SZ */
}

unsigned machine_address_bits(const struct state *s)
{
	return 64 - size_field(s);
}

/* Arm ARM DDI 0487, "ID_AA64MMFR0_EL1", TGran4: 1 is FEAT_LPA2. */
bool machine_has_five_levels(void)
{
	return (cpu_read(id_aa64mmfr0_el1) >> 28 & 15) == 1;
}

unsigned machine_levels(const struct state *s)
{
	return (machine_address_bits(s) - 12 + 8) / 9;
}

static uint64_t root_of(const struct state *s, uint64_t ttbr)
{
	return (ttbr & ADDRESS_48) | (is_wide(s) ? (ttbr >> 2 & 15) << 48 : 0);
}

/* The lower half is the loader's in base revision 0 only. */
unsigned machine_roots(const struct state *s, struct table_root roots[2])
{
	struct table_root upper = { root_of(s, s->ttbr1), ~(BIT(machine_address_bits(s)) - 1), true };
	struct table_root lower = { root_of(s, s->ttbr0), 0, false };

	roots[0] = revision == 0 ? lower : upper;
	roots[1] = upper;
	return revision == 0 ? 2 : 1;
}

uint64_t machine_table_entry(uint64_t phys)
{
	return phys | PTE_VALID | PTE_TABLE;
}

/* The index of an attribute in MAIR; its last one is given up if there is none: nothing in it is used from base
 * revision 4 on. */
static unsigned index_of(uint8_t attribute)
{
	uint64_t mair = cpu_read(mair_el1);

	for (unsigned i = 0; i < 8; i++)
		if ((uint8_t)(mair >> (8 * i)) == attribute)
			return i;
	cpu_write(mair_el1, (mair & ~(0xffull << 56)) | (uint64_t)attribute << 56);
	cpu_barrier();
	return 7;
}

uint64_t machine_page_entry(uint64_t phys, bool device)
{
	uint64_t index = index_of(device ? 0x00 : 0xff);

	return phys | PTE_VALID | PTE_TABLE | PTE_ACCESS | (is_wide(&boot_state) ? 0 : PTE_INNER) | PTE_PXN | PTE_UXN |
	       index << 2;
}

void machine_flush(uint64_t virt)
{
	(void)virt;
	__asm__ volatile("dsb ishst; tlbi vmalle1is; dsb ish; isb" : : : "memory");
}

static uint8_t attribute_of(const struct state *s, unsigned memory)
{
	return (uint8_t)(s->mair >> (8 * memory));
}

/* Before base revision 4 the order of MAIR's attributes is open. */
bool machine_memory_is_write_back(const struct state *s, unsigned memory)
{
	return attribute_of(s, memory) == 0xff && (revision < 4 || memory == 0);
}

/* ... and so is the framebuffer's type. */
bool machine_memory_is_framebuffer(const struct state *s, unsigned memory)
{
	(void)s;
	return revision < 4 || memory == 1;
}

/* Arm ARM DDI 0487, "MAIR_EL1": device memory of four kinds. */
bool machine_memory_is_device(const struct state *s, unsigned memory)
{
	return (attribute_of(s, memory) & 0xf3) == 0;
}

bool machine_memory_known(const struct state *s)
{
	(void)s;
	return true;
}

/* ---- Time, and this processor ----------------------------------------------------------------------------------- */

uint64_t machine_counter(void)
{
	return cpu_read(cntvct_el0);
}

uint64_t machine_counter_hz(void)
{
	return cpu_read(cntfrq_el0);
}

uint64_t machine_counts_in_10_ms(void)
{
	return machine_counter_hz() / 100;
}

/* Arm ARM DDI 0487, "MPIDR_EL1": Aff3, and Aff2 to Aff0. */
uint64_t machine_id(const struct state *s)
{
	return s->mpidr & 0xff00ffffff;
}

bool machine_may_list(uint64_t id)
{
	(void)id;
	return true;
}

uint64_t machine_mp_flags(const struct state *s)
{
	(void)s;
	return 0;
}

bool machine_is_foreign(enum request_name r)
{
	return r == REQUEST_RISCV_HART || r == REQUEST_KEEP_IOMMU;
}
