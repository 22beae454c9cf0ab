/* machine.c — x86_64: exceptions, console, page tables, the end. */
#include "machine.h"
#include "apic.h"
#include "cpu.h"

_Static_assert(offsetof(struct state, rsp) == STATE_RSP, "RSP");
_Static_assert(offsetof(struct state, rflags) == STATE_RFLAGS, "RFLAGS");
_Static_assert(offsetof(struct state, segments) == STATE_SEGMENTS, "segments");
_Static_assert(offsetof(struct state, gdtr) == STATE_GDTR, "GDTR");
_Static_assert(offsetof(struct state, idtr) == STATE_IDTR, "IDTR");
_Static_assert(offsetof(struct state, entered) == STATE_ENTERED, "entered");
_Static_assert(offsetof(struct state, stack) == STATE_STACK, "stack");
_Static_assert((unsigned)GENERAL == 15, "general registers");

struct state boot_state;
const uint16_t machine_elf = 62;

/* ---- Exceptions ------------------------------------------------------------------------------------------------- */

extern const char handlers[];
void load_tables(const struct table_register *gdtr, const struct table_register *idtr);
void machine_fault(uint64_t number, uint64_t code, uint64_t rip) __attribute__((noreturn));

/* Null, four that nobody uses, 64-bit code, data. Intel SDM vol. 3A, "Segment Descriptors". */
static const uint64_t gdt[7] = { [5] = 0x00209b0000000000, [6] = 0x0000930000000000 };
static uint64_t idt[32][2];

void machine_open(void)
{
	enum { HANDLER_BYTES = 16 };
	struct table_register gdtr = { sizeof gdt - 1, (uint64_t)gdt }, idtr = { sizeof idt - 1, (uint64_t)idt };

	for (unsigned i = 0; i < COUNT_OF(idt); i++) {
		uint64_t at = (uint64_t)handlers + i * HANDLER_BYTES;
		idt[i][0] = (at & 0xffff) | 0x28 << 16 | 0x8e00ull << 32 | (at >> 16 & 0xffff) << 48;
		idt[i][1] = at >> 32;
	}
	load_tables(&gdtr, &idtr);
}

void machine_fault(uint64_t number, uint64_t code, uint64_t rip)
{
	say("limine: FAULT %lu, code 0x%lx, at 0x%lx, address 0x%lx", number, code, rip, READ_CONTROL(2));
	machine_end(2);
}

/* ---- The state that needs no register of the entry -------------------------------------------------------------- */

static void read_mtrrs(struct state *s)
{
	static const uint16_t fixed[MTRR_FIXED] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d,
		                                    0x26e, 0x26f };
	unsigned variable;

	if (!(cpuid(1).d & BIT(12))) /* CPUID.01H:EDX.MTRR */
		return;
	variable = 2 * (msr_read(MSR_MTRR_CAP) & 0xff);
	s->mtrr[s->mtrrs++] = msr_read(MSR_MTRR_DEFAULT);
	for (unsigned i = 0; i < MTRR_FIXED && (msr_read(MSR_MTRR_CAP) & BIT(8)); i++)
		s->mtrr[s->mtrrs++] = msr_read(fixed[i]);
	for (unsigned i = 0; i < variable && i < MTRR_MOST; i++)
		s->mtrr[s->mtrrs++] = msr_read(MSR_MTRR_BASES + i);
}

void machine_read(struct state *s)
{
	s->cr0 = READ_CONTROL(0), s->cr3 = READ_CONTROL(3), s->cr4 = READ_CONTROL(4);
	s->efer = msr_read(MSR_EFER);
	s->pat = cpuid(1).d & BIT(16) ? msr_read(MSR_PAT) : 0;
	s->fs_base = msr_read(MSR_FS_BASE), s->gs_base = msr_read(MSR_GS_BASE);
	s->apic_base = cpuid(1).d & BIT(9) ? msr_read(MSR_APIC_BASE) : 0;
	s->return_address = *(const uint64_t *)s->rsp;
	read_mtrrs(s);
}

void machine_read_devices(struct state *s)
{
	apic_read(s);
}

/* ---- Console and end -------------------------------------------------------------------------------------------- */

enum { COM1 = 0x3f8, LINE_STATUS = 5, READY_TO_SEND = 0x20, DEBUG_EXIT = 0xf4 };

bool machine_console_open(void)
{
	return true;
}

bool machine_console(void)
{
	return true;
}

static void put_byte(char c)
{
	for (unsigned i = 0; i < 1000000 && !(port_read(COM1 + LINE_STATUS) & READY_TO_SEND); i++)
		;
	port_write(COM1, (uint8_t)c);
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
		__asm__ volatile("cli; hlt");
}

/* QEMU's isa-debug-exit at the port where `-device isa-debug-exit,iobase=0xf4` has it. */
void machine_end(unsigned status)
{
	__asm__ volatile("outl %0, %1" : : "a"(status), "Nd"((uint16_t)DEBUG_EXIT));
	machine_wait();
}

/* ---- Page tables. Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging" --------------------------------------- */

#define PTE_PRESENT   BIT(0)
#define PTE_WRITE     BIT(1)
#define PTE_USER      BIT(2)
#define PTE_PWT       BIT(3)
#define PTE_PCD       BIT(4)
#define PTE_LARGE     BIT(7) /* in a table of 4 KiB pages: PAT */
#define PTE_PAT_LARGE BIT(12)
#define PTE_NX        BIT(63)
#define PTE_ADDRESS   0x000ffffffffff000ull
#define CR3_ADDRESS   PTE_ADDRESS
#define CR4_LA57      BIT(12)
#define EFER_NXE      BIT(11)

static uint8_t memory_of(uint64_t entry, unsigned level)
{
	bool pat = entry & (level == 0 ? PTE_LARGE : PTE_PAT_LARGE);

	return (uint8_t)(!!(entry & PTE_PWT) | !!(entry & PTE_PCD) << 1 | pat << 2);
}

struct table_entry machine_entry(const struct state *s, uint64_t entry, unsigned level)
{
	struct table_entry e = { ENTRY_TABLE, entry & PTE_ADDRESS, 0, 0 };

	if (!(entry & PTE_PRESENT))
		return (struct table_entry){ 0 };
	e.rights = (entry & PTE_WRITE ? RIGHT_WRITE : 0) | (entry & PTE_USER ? RIGHT_USER : 0) |
	           ((entry & PTE_NX) && (s->efer & EFER_NXE) ? 0 : RIGHT_EXECUTE);
	if (level == 0 || (entry & PTE_LARGE)) {
		e.kind = level <= 2 ? ENTRY_LEAF : ENTRY_WRONG;
		e.address &= ~(BIT(12 + 9 * level) - 1);
		e.memory = memory_of(entry, level);
	}
	return e;
}

unsigned machine_roots(const struct state *s, struct table_root roots[2])
{
	roots[0] = (struct table_root){ s->cr3 & CR3_ADDRESS, 0, true };
	return 1;
}

bool machine_has_five_levels(void)
{
	return cpuid(0).a >= 7 && cpuid(7).c & BIT(16); /* CPUID.07H:ECX.LA57 */
}

unsigned machine_levels(const struct state *s)
{
	return s->cr4 & CR4_LA57 ? 5 : 4;
}

unsigned machine_address_bits(const struct state *s)
{
	return s->cr4 & CR4_LA57 ? 57 : 48;
}

uint64_t machine_table_entry(uint64_t phys)
{
	return phys | PTE_PRESENT | PTE_WRITE;
}

/* Devices: PAT 3, uncached (UC), by PCD and PWT. */
uint64_t machine_page_entry(uint64_t phys, bool device)
{
	return phys | PTE_PRESENT | PTE_WRITE | (device ? PTE_PWT | PTE_PCD : 0);
}

void machine_flush(uint64_t virt)
{
	__asm__ volatile("invlpg (%0)" : : "r"(virt) : "memory");
}

/* Intel SDM vol. 3A, "Page Attribute Table": memory types by number. */
enum { TYPE_WC = 1, TYPE_WB = 6 };

static unsigned type_of(const struct state *s, unsigned memory)
{
	return s->pat >> (8 * memory) & 7;
}

/* The protocol names the entry, and its type is L57's. */
bool machine_memory_is_write_back(const struct state *s, unsigned memory)
{
	(void)s;
	return memory == 0;
}

bool machine_memory_is_framebuffer(const struct state *s, unsigned memory)
{
	return memory == 5 && type_of(s, memory) == TYPE_WC;
}

/* MTRRs make registers uncached, whatever a mapping says. */
bool machine_memory_is_device(const struct state *s, unsigned memory)
{
	(void)s, (void)memory;
	return false;
}

bool machine_memory_known(const struct state *s)
{
	return s->pat != 0;
}

/* ---- Time ------------------------------------------------------------------------------------------------------- */

uint64_t machine_counter(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

uint64_t machine_counter_hz(void)
{
	return 0;
}

/* Channel 2 of the PIT, which counts down once from 1/100 s at 1193182 Hz; port 0x61 shows its output.
 * Intel 82C54 data sheet, "Mode 0: Interrupt on Terminal Count". */
uint64_t machine_counts_in_10_ms(void)
{
	enum { PIT_2 = 0x42, PIT_CONTROL = 0x43, SPEAKER = 0x61, GATE = 1, OUTPUT = 0x20, COUNT = 11932 };
	uint8_t before = port_read(SPEAKER);

	port_write(SPEAKER, (before & 0xfc) | GATE);
	port_write(PIT_CONTROL, 0xb0); /* channel 2, low byte and high byte, mode 0 */
	port_write(PIT_2, COUNT & 0xff);
	port_write(PIT_2, COUNT >> 8);
	uint64_t start = machine_counter();
	for (unsigned i = 0; i < 10000000 && !(port_read(SPEAKER) & OUTPUT); i++)
		;
	uint64_t counts = machine_counter() - start;
	bool over = port_read(SPEAKER) & OUTPUT;
	port_write(SPEAKER, before);
	return over ? counts : 0;
}

uint64_t machine_id(const struct state *s)
{
	return apic_id(s);
}

/* Outside x2APIC mode ids have 8 bits, and 255 are all. */
bool machine_may_list(uint64_t id)
{
	return id < 255 || apic_is_x2apic(&boot_state);
}

uint64_t machine_mp_flags(const struct state *s)
{
	return apic_is_x2apic(s) ? MP_X2APIC : 0;
}

bool machine_is_foreign(enum request_name r)
{
	return r == REQUEST_RISCV_HART;
}
