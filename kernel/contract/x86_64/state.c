/* state.c — docs/protocol.md, "State at entry: x86_64".
 *
 * The names of bits come from arch/, as in the loader. The expected values are written here again, from the document
 * alone: a value shared with the loader could not show that it is wrong. */
#include "arch/x86_64/state.h"

#include "contract/entry.h"
#include "contract/contract.h"
#include "cpu.h"
#include "image.h"
#include "memory.h"
#include "contract/live.h"

struct entry_state entry_state;
struct control_state control_state;

extern const char kernel_entry[];

uint64_t arch_entry_argument(void)
{
	return entry_state.rdi;
}

uint64_t arch_entry_stack(void)
{
	return entry_state.rsp;
}

uint64_t arch_entry_point(void)
{
	return (uint64_t)kernel_entry;
}

uint64_t arch_entry_return(void)
{
	return *(const volatile uint64_t *)entry_state.rsp;
}

void arch_entry_take(const void *saved)
{
	entry_state = *(const struct entry_state *)saved;
}

static struct {
	struct entry_state entry;
	struct control_state control;
} kept;

void arch_state_keep(void)
{
	kept.entry = entry_state;
	kept.control = control_state;
}

void arch_state_restore(void)
{
	entry_state = kept.entry;
	control_state = kept.control;
}

#define READ_SELECTOR(name) \
	({ uint16_t value; __asm__ volatile("movw %%" #name ", %0" : "=r"(value)); value; })

static void read_floating_point(struct control_state *c)
{
	struct {
		uint32_t control, status, tags, rest[4];
	} environment;

	__asm__ volatile("fnstenv %0" : "=m"(environment));
	__asm__ volatile("fldenv %0" : : "m"(environment));
	__asm__ volatile("stmxcsr %0" : "=m"(c->mxcsr));
	c->x87_control = (uint16_t)environment.control;
	c->x87_status = (uint16_t)environment.status;
	c->x87_tags = (uint16_t)environment.tags;
}

void arch_state_read(void)
{
	struct control_state *c = &control_state;

	*c = (struct control_state){
		.cr0 = cpu_read_cr0(), .cr3 = cpu_read_cr3(), .cr4 = cpu_read_cr4(), .cr8 = cpu_read_cr8(),
		.dr7 = cpu_read_dr7(),
		.efer = cpu_read_msr(MSR_EFER), .pat = cpu_read_msr(MSR_PAT), .fs_base = cpu_read_msr(MSR_FS_BASE),
		.gs_base = cpu_read_msr(MSR_GS_BASE), .kernel_gs_base = cpu_read_msr(MSR_KERNEL_GS_BASE),
		.cs = READ_SELECTOR(cs), .ds = READ_SELECTOR(ds), .es = READ_SELECTOR(es), .fs = READ_SELECTOR(fs),
		.gs = READ_SELECTOR(gs), .ss = READ_SELECTOR(ss),
	};
	__asm__ volatile("sldt %0" : "=m"(c->ldtr));
	__asm__ volatile("str %0" : "=m"(c->tr));
	__asm__ volatile("sgdt %0" : "=m"(c->gdt));
	__asm__ volatile("sidt %0" : "=m"(c->idt));
	if (!(c->cr0 & CR0_TS))
		read_floating_point(c);
}

static bool fp_trapped(void)
{
	return image_request(HOBNAIL_REQUEST_FP, HOBNAIL_FP_USABLE) == HOBNAIL_FP_TRAP;
}

/* Is the whole range mapped, in the net's slot? */
static bool mapped_in_net(const struct hobnail_boot *boot, vaddr va, uint64_t bytes)
{
	struct live s;

	if (!live_open(boot, &s) || !live_in_net(boot, va, bytes))
		return false;
	for (vaddr page = align_down(va, PAGE_BYTES); page < va + bytes; page += PAGE_BYTES) {
		struct walk w;
		walk(&s.walker, page, &w);
		if (!w.mapped)
			return false;
	}
	return true;
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

static enum verdict check_argument(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	if (entry_state.rdi != entered.argument)
		return expect(f, "rdi", entry_state.rdi, entered.argument);
	return expect(f, "rcx", entry_state.rcx, entered.argument);
}

static enum verdict check_stack_pointer(const struct hobnail_boot *boot, struct finding *f)
{
	enum { RETURN_AND_HOME_SPACE = 40 };
	uint64_t rsp = entry_state.rsp;

	if (rsp % 16 != 8)
		return broken(f, "rsp = %#lx, want 8 modulo 16", (unsigned long)rsp);
	if (rsp < entered.stack_virt ||
	    !range_within(rsp - entered.stack_virt, RETURN_AND_HOME_SPACE, entered.stack_bytes))
		return broken(f, "rsp = %#lx leaves no 40 bytes in the stack at %#lx", (unsigned long)rsp,
		              (unsigned long)entered.stack_virt);
	if (!live_net_executes(boot, arch_entry_return()))
		return broken(f, "[rsp] = %#lx is no code in the net", (unsigned long)arch_entry_return());
	return holds(f, "rsp = %#lx, %lu bytes free", (unsigned long)rsp, (unsigned long)(rsp - entered.stack_virt));
}

static enum verdict check_general(const struct hobnail_boot *boot, struct finding *f)
{
	const struct entry_state *e = &entry_state;
	uint64_t all = e->rax | e->rbx | e->rdx | e->rsi | e->rbp;

	(void)boot;
	for (unsigned i = 0; i < COUNT_OF(e->r); i++) {
		if (e->r[i])
			return broken(f, "r%u = %#lx", 8 + i, (unsigned long)e->r[i]);
	}
	if (all)
		return broken(f, "rax %#lx rbx %#lx rdx %#lx rsi %#lx rbp %#lx", (unsigned long)e->rax,
		              (unsigned long)e->rbx, (unsigned long)e->rdx, (unsigned long)e->rsi,
		              (unsigned long)e->rbp);
	return HOLDS;
}

static enum verdict check_flags(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "rflags", entry_state.rflags, RFLAGS_ONES);
}

static enum verdict check_cr0(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t want = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG;

	(void)boot;
	return expect(f, "cr0", control_state.cr0, want | (fp_trapped() ? CR0_TS : 0));
}

static enum verdict check_cr4(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t want = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_MCE;

	(void)boot;
	return expect(f, "cr4", control_state.cr4,
	              want | (image_request(HOBNAIL_REQUEST_PAGING, 4) == 5 ? CR4_LA57 : 0));
}

static enum verdict check_efer(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "efer", control_state.efer, EFER_LME | EFER_LMA | EFER_NXE);
}

static enum verdict check_cr3(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	if (control_state.cr3 >= GIB(4))
		return broken(f, "cr3 = %#lx, want below 4 GiB", (unsigned long)control_state.cr3);
	return expect(f, "cr3", control_state.cr3, entered.root);
}

/* Intel SDM vol. 3A, "IA32_PAT MSR": entries 0-3 as after reset (WB, WT, UC-, UC), then WC, WP, UC-, UC. */
static enum verdict check_pat(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "pat", control_state.pat, 0x0007050100070406);
}

static enum verdict check_cr8(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "cr8", control_state.cr8, 0);
}

static enum verdict check_dr7(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	return expect(f, "dr7", control_state.dr7, DR7_ONES);
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

/* Intel SDM vol. 3A, "Segment Descriptors" (§3.4.5) and "Code Segment Descriptor in 64-bit Mode" (§5.2.1) */
#define DESCRIPTOR_ACCESSED (1ull << 40)
#define DESCRIPTOR_KIND     (0x9eull << 40) /* P, S, executable, conforming or expand-down, readable or writable */
#define DESCRIPTOR_DPL      (3ull << 45)
#define DESCRIPTOR_CODE     (0x9aull << 40)
#define DESCRIPTOR_DATA     (0x92ull << 40)
#define DESCRIPTOR_LONG     (1ull << 53)
#define DESCRIPTOR_DEFAULT  (1ull << 54)

/* The GDT's descriptor for a selector, or 0. */
static uint64_t descriptor(const struct hobnail_boot *boot, uint16_t selector)
{
	const struct descriptor_table *gdt = &control_state.gdt;

	if ((selector & 7) || !mapped_in_net(boot, gdt->base, gdt->limit + 1ull) || selector + 7u > gdt->limit)
		return 0;
	return *(const volatile uint64_t *)(gdt->base + selector);
}

static enum verdict check_selectors(const struct hobnail_boot *boot, struct finding *f)
{
	const struct control_state *c = &control_state;
	uint64_t code = descriptor(boot, c->cs), data = descriptor(boot, c->ss);
	const uint64_t mask = DESCRIPTOR_KIND | DESCRIPTOR_DPL;

	if ((code & (mask | DESCRIPTOR_LONG | DESCRIPTOR_DEFAULT)) != (DESCRIPTOR_CODE | DESCRIPTOR_LONG))
		return broken(f, "cs = %#x has the descriptor %#lx", c->cs, (unsigned long)code);
	if ((data & mask) != DESCRIPTOR_DATA)
		return broken(f, "ss = %#x has the descriptor %#lx", c->ss, (unsigned long)data);
	if (c->ds != c->ss || c->es != c->ss || c->fs || c->gs)
		return broken(f, "ds %#x es %#x ss %#x fs %#x gs %#x", c->ds, c->es, c->ss, c->fs, c->gs);
	return holds(f, "cs %#x, ss ds es %#x", c->cs, c->ss);
}

static enum verdict check_bases(const struct hobnail_boot *boot, struct finding *f)
{
	const struct control_state *c = &control_state;

	(void)boot;
	if (c->fs_base | c->gs_base | c->kernel_gs_base)
		return broken(f, "fs %#lx gs %#lx kernel gs %#lx", (unsigned long)c->fs_base, (unsigned long)c->gs_base,
		              (unsigned long)c->kernel_gs_base);
	return expect(f, "ldtr", c->ldtr, 0);
}

static uint64_t tss_base(uint64_t low, uint64_t high)
{
	return (low >> 16 & 0xffffff) | (low >> 56) << 24 | high << 32;
}

static enum verdict check_gdt_tss(const struct hobnail_boot *boot, struct finding *f)
{
	const struct control_state *c = &control_state;

	if (!mapped_in_net(boot, c->gdt.base, c->gdt.limit + 1ull))
		return broken(f, "the GDT at %#lx is not in the net", (unsigned long)c->gdt.base);
	uint64_t low = descriptor(boot, c->tr), high = descriptor(boot, (uint16_t)(c->tr + 8));
	if ((low >> 40 & 0xff) != DESCRIPTOR_TSS_BUSY)
		return broken(f, "tr = %#x has the descriptor %#lx", c->tr, (unsigned long)low);
	uint64_t base = tss_base(low, high);
	uint64_t limit = (low & 0xffff) | (low >> 48 & 0xf) << 16;
	if (limit + 1 < sizeof(struct descriptor_tss) || !mapped_in_net(boot, base, sizeof(struct descriptor_tss)))
		return broken(f, "the TSS at %#lx with limit %#lx is not in the net", (unsigned long)base,
		              (unsigned long)limit);
	return holds(f, "GDT %#lx, TSS %#lx", (unsigned long)c->gdt.base, (unsigned long)base);
}

/* GDT, TSS, and the four stacks that exceptions use. */
void arch_own(uint64_t own[OWN_MOST])
{
	const uint64_t *gdt = (const uint64_t *)control_state.gdt.base;
	unsigned at = control_state.tr / 8;
	const struct descriptor_tss *tss;

	own[0] = control_state.gdt.base;
	own[1] = at + 1 < (control_state.gdt.limit + 1u) / 8 ? tss_base(gdt[at], gdt[at + 1]) : 0;
	tss = (const struct descriptor_tss *)own[1];
	for (unsigned i = 2; i < OWN_MOST; i++)
		own[i] = tss ? tss->ist[i - 2] : 0;
}

/* Exceptions that the architecture defines (Intel SDM vol. 3A, "Exception and Interrupt Vectors"): 0-8, 10-14,
 * 16-21. */
#define EXCEPTIONS 0x003f7dffu

static enum verdict check_gate(const struct hobnail_boot *boot, unsigned vector, const struct descriptor_gate *g,
                               struct finding *f)
{
	uint64_t target = descriptor_gate_target(g);

	if (g->type != DESCRIPTOR_GATE || g->selector != control_state.cs || (g->stack & 7) == 0)
		return broken(f, "vector %u: type %#x, selector %#x, stack %u", vector, g->type, g->selector,
		              g->stack & 7);
	if (!live_net_executes(boot, target))
		return broken(f, "vector %u leads to %#lx, no code in the net", vector, (unsigned long)target);
	return HOLDS;
}

static enum verdict check_idt(const struct hobnail_boot *boot, struct finding *f)
{
	const struct descriptor_table *idt = &control_state.idt;
	const struct descriptor_gate *gates = (const struct descriptor_gate *)idt->base;
	unsigned used[8] = { 0 }; /* number of gates that use each stack */

	if (idt->limit + 1u < VECTOR_EXCEPTIONS * sizeof *gates || !mapped_in_net(boot, idt->base, idt->limit + 1ull))
		return broken(f, "the IDT at %#lx with limit %#x is not in the net", (unsigned long)idt->base,
		              idt->limit);
	for (unsigned i = 0; i < VECTOR_EXCEPTIONS; i++) {
		if (!(EXCEPTIONS >> i & 1))
			continue;
		enum verdict v = check_gate(boot, i, &gates[i], f);
		if (v != HOLDS)
			return v;
		used[gates[i].stack & 7]++;
	}
	static const unsigned alone[] = { VECTOR_NMI, VECTOR_DOUBLE_FAULT, VECTOR_MACHINE_CHECK };
	for (size_t i = 0; i < COUNT_OF(alone); i++)
		if (used[gates[alone[i]].stack & 7] != 1)
			return broken(f, "vector %u shares its stack", alone[i]);
	return holds(f, "IDT %#lx", (unsigned long)idt->base);
}

/* ---- Floating point ------------------------------------------------------------------------------------ */

/* Intel SDM vol. 1, "FINIT/FNINIT". */
static enum verdict check_floating_point(const struct hobnail_boot *boot, struct finding *f)
{
	const struct control_state *c = &control_state;

	(void)boot;
	if (c->cr0 & CR0_TS)
		return not_applicable(f, "trapped, as asked");
	if (c->x87_control != 0x37f || c->x87_status != 0 || c->x87_tags != 0xffff)
		return broken(f, "x87 control %#x status %#x tags %#x", c->x87_control, c->x87_status, c->x87_tags);
	return expect(f, "mxcsr", c->mxcsr, MXCSR_RESET);
}

static const struct promise promises[] = {
	{ 64, "rdi and rcx hold the record's address", check_argument },
	{ 65, "rsp is as after a call, its return address caught by the loader", check_stack_pointer },
	{ 66, "all other general registers are zero", check_general },
	{ 67, "RFLAGS is clear", check_flags },
	{ 68, "CR0 is exact", check_cr0 },
	{ 69, "CR4 is exact", check_cr4 },
	{ 70, "EFER is exact", check_efer },
	{ 71, "CR3 is the root table alone, below 4 GiB", check_cr3 },
	{ 72, "the PAT is exact", check_pat },
	{ 73, "CR8 is 0", check_cr8 },
	{ 74, "segment registers are flat, FS and GS null", check_selectors },
	{ 75, "FS, GS and kernel GS bases are 0, LDTR null", check_bases },
	{ 76, "GDT and TSS lie in the net", check_gdt_tss },
	{ 77, "every exception has a handler in the net, on a stack of its own", check_idt },
	{ 78, "no breakpoints are set", check_dr7 },
	{ 79, "x87 and SSE are in their initial state", check_floating_point },
	{ 80, "both 8259s mask all inputs", check_8259 },
	{ 81, "every I/O APIC masks all inputs", check_ioapics },
	{ 82, "the local APIC masks all its own sources", check_local_apic },
};

const struct chapter arch_chapter = { promises, COUNT_OF(promises) };
