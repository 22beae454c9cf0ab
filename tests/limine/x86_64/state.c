/* state.c — promises about each processor of x86_64 (docs/limine.md, "State at entry: x86_64"). Intel SDM vol. 3A,
 * "Control Registers", "Segment Descriptors", "Page Attribute Table"; vol. 1, "EFLAGS Register". */
#include "apic.h"
#include "cpu.h"
#include "machine.h"
#include "processors.h"

#define CR0_PE BIT(0)
#define CR0_ET BIT(4)
#define CR0_WP BIT(16)
#define CR0_PG BIT(31)
#define CR4_PAE  BIT(5)
#define CR4_LA57 BIT(12)
#define EFER_LME BIT(8)
#define EFER_LMA BIT(10)
#define EFER_NXE BIT(11)

static enum verdict check_general(const struct state *s)
{
	static const char names[GENERAL][4] = { "RAX", "RBX", "RCX", "RDX", "RSI", "RDI", "RBP", "R8", "R9", "R10",
		                                "R11", "R12", "R13", "R14", "R15" };

	for (unsigned i = 0; i < GENERAL; i++) {
		uint64_t want = i == RDI ? processor_argument(s) : 0;
		if (s->general[i] != want)
			return expect(names[i], s->general[i], want);
	}
	return HOLDS;
}

static enum verdict check_selectors(const struct state *s)
{
	static const char names[][3] = { "CS", "DS", "ES", "FS", "GS", "SS" };

	for (unsigned i = 0; i <= SEGMENT_SS; i++)
		if (s->segments[i] != (i == SEGMENT_CS ? 0x28 : 0x30))
			return expect(names[i], s->segments[i], i == SEGMENT_CS ? 0x28 : 0x30);
	if (s->fs_base)
		return expect("FS base", s->fs_base, 0);
	return expect("GS base", s->gs_base, 0);
}

/* A descriptor: base, limit, and attributes without the accessed bit. */
#define ATTRIBUTES(d) (((d) >> 40 & 0xfe) | ((d) >> 44 & 0xf00))
#define LIMIT(d)      (((d) & 0xffff) | ((d) >> 32 & 0xf0000))
#define BASE(d)       (((d) >> 16 & 0xffffff) | ((d) >> 32 & 0xff000000))

/* Attributes: present, kind 0x9a code and readable or 0x92 data and writable; 0x200 long, 0x400 32-bit, 0x800 pages. */
static const struct descriptor {
	uint16_t attributes;
	uint32_t limit;
	bool limit_counts;
} descriptors[7] = {
	{ 0, 0, true }, { 0x09a, 0xffff, true }, { 0x092, 0xffff, true }, { 0xc9a, 0xfffff, true },
	{ 0xc92, 0xfffff, true }, { 0x29a, 0, false }, { 0x092, 0, false },
};

static enum verdict check_descriptor(unsigned i, uint64_t d)
{
	const struct descriptor *want = &descriptors[i];
	/* of 64-bit descriptors granularity and, for data, size say nothing */
	uint64_t mask = want->limit_counts ? 0xfff : i == 5 ? 0x6ff : 0x0ff;

	if ((ATTRIBUTES(d) & mask) != (want->attributes & mask) || (i < 5 && BASE(d) != 0) ||
	    (want->limit_counts && LIMIT(d) != want->limit))
		return broken("descriptor %u is 0x%lx", i, d);
	return HOLDS;
}

static enum verdict check_gdt(const struct state *s)
{
	uint64_t gdt[7], phys;

	if (s->gdtr.limit < sizeof gdt - 1)
		return broken("the GDT's limit is 0x%x", s->gdtr.limit);
	if (!space_phys(s->gdtr.base, &phys) || !copy_from(gdt, s->gdtr.base, sizeof gdt))
		return broken("the GDT at 0x%lx is not mapped", s->gdtr.base);
	for (unsigned i = 0; i < COUNT_OF(gdt); i++)
		if (check_descriptor(i, gdt[i]) == BROKEN)
			return BROKEN;
	if (!map_within(phys, s->gdtr.limit + 1ul, BIT(MAP_RECLAIMABLE)))
		return broken("the GDT at physical 0x%lx is in types 0x%lx", phys,
		              map_types(phys, s->gdtr.limit + 1ul));
	return HOLDS;
}

static enum verdict check_flags(const struct state *s)
{
	uint64_t clear = BIT(9) | BIT(10) | BIT(17); /* IF, DF, VM */

	if (revision >= 5)
		return expect("RFLAGS", s->rflags, 2);
	return s->rflags & clear ? broken("RFLAGS is 0x%lx", s->rflags) : HOLDS;
}

/* `set` is 1; from revision 5 on everything else is 0. */
static enum verdict check_control(const char *name, uint64_t value, uint64_t set)
{
	if ((value & set) != set || (revision >= 5 && value != set))
		return broken("%s is 0x%lx, and 0x%lx must be%s set", name, value, set,
		              revision >= 5 ? " all that is" : "");
	return HOLDS;
}

static enum verdict check_cr0(const struct state *s)
{
	return check_control("CR0", s->cr0, CR0_PE | CR0_ET | CR0_WP | CR0_PG);
}

static enum verdict check_cr4(const struct state *s)
{
	return check_control("CR4", s->cr4, CR4_PAE | (paging_mode_due() ? CR4_LA57 : 0));
}

static enum verdict check_efer(const struct state *s)
{
	bool nx = cpuid(0x80000001).d & BIT(20); /* CPUID.80000001H:EDX.NX */

	return check_control("EFER", s->efer, EFER_LME | EFER_LMA | (nx ? EFER_NXE : 0));
}

static enum verdict check_idt(const struct state *s)
{
	if (s->idtr.base || s->idtr.limit)
		return broken("IDTR is 0x%lx, limit 0x%x", s->idtr.base, s->idtr.limit);
	return HOLDS;
}

/* TR cannot be made null where it was not: its descriptor, which it was loaded from, says base 0 and limit 0. Intel
 * SDM vol. 3A, "TSS Descriptor in 64-bit mode": limit in bits 0 to 15 and 48 to 51, base in 16 to 39, 56 to 63 and
 * above. */
static enum verdict check_task(const struct state *s)
{
	uint64_t tss[2] = { 0 }, tr = s->segments[SEGMENT_TR];

	if (tr && (tr + sizeof tss - 1 > s->gdtr.limit || !copy_from(tss, s->gdtr.base + tr, sizeof tss)))
		return broken("TR is 0x%lx, which the GDT does not have", tr);
	if (tss[0] & 0xff0f00ffffffffff || tss[1])
		return broken("TR is 0x%lx, and its descriptor 0x%lx 0x%lx", tr, tss[0], tss[1]);
	return expect("LDTR", s->segments[SEGMENT_LDT], 0);
}

/* Types from PAT 0 to PAT 5: WB, WT, UC-, UC, WP, WC. */
static enum verdict check_pat(const struct state *s)
{
	if (s->pat == 0)
		return NOT_APPLICABLE;
	return expect("IA32_PAT without its last two", s->pat & 0xffffffffffff, 0x010500070406);
}

static enum verdict check_stack_pointer(const struct state *s)
{
	if (s->return_address)
		return expect("the return address", s->return_address, 0);
	return expect("RSP modulo 16", s->rsp & 15, 8);
}

static enum verdict check_mtrrs(const struct state *s)
{
	if (s == &boot_state || s->mtrrs == 0)
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < s->mtrrs; i++)
		if (s->mtrr[i] != boot_state.mtrr[i])
			return broken("MTRR %u is 0x%lx, and 0x%lx on the first processor", i, s->mtrr[i],
			              boot_state.mtrr[i]);
	return HOLDS;
}

uint64_t state_stack_top(const struct state *s)
{
	return s->rsp + 8;
}

const struct state_promise state_promises[] = {
	{ 41, "the stack is as large as asked, in reclaimable memory", 0, NEWEST, stack_check },
	{ 42, "the stack pointer is that of a function called from 0", 0, NEWEST, check_stack_pointer },
	{ 43, "general registers are zero", 0, NEWEST, check_general },
	{ 50, "segment registers are 0x28 and 0x30, FS and GS bases zero", 0, NEWEST, check_selectors },
	{ 51, "the GDT has its seven descriptors, in reclaimable memory", 0, NEWEST, check_gdt },
	{ 52, "RFLAGS", 0, NEWEST, check_flags },
	{ 53, "CR0", 0, NEWEST, check_cr0 },
	{ 54, "CR4", 0, NEWEST, check_cr4 },
	{ 55, "EFER", 0, NEWEST, check_efer },
	{ 56, "there is no IDT", 5, NEWEST, check_idt },
	{ 57, "there is no TSS and no LDT", 5, NEWEST, check_task },
	{ 58, "PAT 0 to 5 are WB, WT, UC-, UC, WP, WC", 0, NEWEST, check_pat },
	{ 59, "the local APIC is enabled, and its task priority is 0", 5, NEWEST, apic_check_enabled },
	{ 60, "the local APIC masks its local interrupts", 5, NEWEST, apic_check_lvts },
	{ 66, "NMI lines of the MADT are configured and masked", 5, NEWEST, apic_check_nmi },
	{ 67, "x2APIC mode is off, or on where it was asked for", 0, NEWEST, apic_check_mode },
	{ 68, "MTRRs equal the first processor's", 0, NEWEST, check_mtrrs },
};

const unsigned state_promise_count = COUNT_OF(state_promises);
