/* cpu.c — x86_64: the guest under SVM, and the reasons for which it comes back. */
#include "descriptor.h"
#include "svm.h"

#include <string.h>

/* AMD64 APM vol. 2, "Nested Paging": the guest's accesses count as user mode's. Bits as in ordinary tables: P, R/W,
 * U/S, PWT, PCD, PS, NX. */
#define NESTED_RWU      7
#define NESTED_UNCACHED (BIT(3) | BIT(4))
#define NESTED_LARGE    BIT(7)
#define NESTED_NX       BIT(63)

const struct stage_format stage_format = {
	.table = NESTED_RWU,
	.large = NESTED_LARGE,
	.page = 0,
	.memory = NESTED_RWU,
	.device = NESTED_RWU | NESTED_UNCACHED | NESTED_NX,
};

enum { VECTOR_UNDEFINED = 6, VECTOR_PROTECTION = 13, LEAF_SVM = 0x8000000a };

static struct vmcb vmcb __attribute__((aligned(PAGE_BYTES)));
static struct vmcb own_vmcb __attribute__((aligned(PAGE_BYTES)));
static uint8_t own_state[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static uint64_t nested_root[512] __attribute__((aligned(PAGE_BYTES)));
static uint8_t msr_map[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static struct registers registers;

/* Linux reads ACPI's tables, and the firmware's data in NVS belongs to them. */
bool machine_shares(uint32_t type)
{
	return type == HOBNAIL_MEMORY_ACPI_RECLAIM || type == HOBNAIL_MEMORY_ACPI_NVS;
}

/* Without pages of 1 GiB the holes above 4 GiB would take more tables than there are. */
uint64_t machine_limit(void)
{
	return cpu_has_1g_pages() ? 1ull << min_u64(cpu_phys_bits(), STAGE_BITS) : GIB(4);
}

/* The zero page has 32 bits for the addresses of files, and the guest's first tables map as much. */
uint64_t machine_room_end(void)
{
	return GIB(4);
}

/* The guest has the local APIC, and could start other processors with it: these would run outside of nested paging. */
void machine_check(const struct hobnail_boot *boot)
{
	uint32_t enabled = 0;

	if (cpu_id(0x80000000, 0).a < LEAF_SVM || !(cpu_id(0x80000001, 0).c & CPUID_SVM))
		give_up("this processor has no SVM");
	if (cpu_read_msr(MSR_VM_CR) & VM_CR_SVMDIS)
		give_up("the firmware has disabled SVM");
	if (!(cpu_id(LEAF_SVM, 0).d & CPUID_NP))
		give_up("this processor has no nested paging");
	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *cpu = hobnail_entry(boot, &boot->cpus, i);
		enabled += (cpu->flags & HOBNAIL_CPU_ENABLED) != 0;
	}
	if (enabled != 1)
		give_up("there is more than one processor, and the guest could start the others");
}

/* ---- Into the guest ---- */

/* AMD64 APM vol. 2, "MSR Intercepts": two bits for each, and the third 2 KiB are for those from C0010000H on. */
static void stop_msr(uint32_t msr)
{
	unsigned bit = 2 * (msr - 0xc0010000);

	msr_map[0x1000 + bit / 8] |= (uint8_t)(3 << bit % 8);
}

static void svm_on(const struct hobnail_boot *boot)
{
	cpu_write_msr(MSR_EFER, cpu_read_msr(MSR_EFER) | EFER_SVME);
	cpu_write_msr(MSR_VM_HSAVE_PA, phys_of(boot, own_state));
	stop_msr(MSR_VM_CR);
	stop_msr(MSR_VM_HSAVE_PA);
}

/* Two entries, for the two tables of the second stage's root. */
static uint64_t nested_tables(const struct hobnail_boot *boot)
{
	nested_root[0] = stage_root(boot) | NESTED_RWU;
	nested_root[1] = (stage_root(boot) + PAGE_BYTES) | NESTED_RWU;
	return phys_of(boot, nested_root);
}

/* Interrupts do not stop the guest: with V_INTR_MASKING clear they are delivered by its own IDT. */
static void control_fill(const struct hobnail_boot *boot)
{
	vmcb.stop[0] = STOP_CPUID | STOP_HLT | STOP_INVLPGA | STOP_MSR | STOP_SHUTDOWN;
	vmcb.stop[1] = STOP_SVM;
	vmcb.msr_map = phys_of(boot, msr_map);
	vmcb.asid = 1;
	vmcb.nested = 1;
	vmcb.nested_root = nested_tables(boot);
}

/* A segment's attributes: bits 40 to 47 and 52 to 55 of its descriptor. */
static struct vmcb_segment segment(uint16_t selector, uint64_t descriptor)
{
	uint16_t attributes = (uint16_t)((descriptor >> 40 & 0xff) | (descriptor >> 44 & 0xf00));

	return (struct vmcb_segment){ selector, attributes, UINT32_MAX, 0 };
}

/* Linux, Documentation/x86/boot.rst, "64-bit Boot Protocol": 64-bit mode, selectors 10H and 18H, interrupts masked. */
static void state_fill(void)
{
	struct vmcb_segment data = segment(0x18, SEGMENT_DATA);

	vmcb.cs = segment(0x10, SEGMENT_CODE_64);
	vmcb.ds = vmcb.es = vmcb.ss = data;
	vmcb.tr.attributes = DESCRIPTOR_TSS_BUSY;
	vmcb.efer = EFER_LME | EFER_LMA | EFER_SVME;
	vmcb.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	vmcb.cr4 = CR4_PAE;
	vmcb.dr6 = DR6_ONES;
	vmcb.dr7 = DR7_ONES;
	vmcb.rflags = RFLAGS_ONES;
	vmcb.pat = cpu_read_msr(MSR_PAT);
}

void machine_load(struct guest *g)
{
	svm_on(g->boot);
	control_fill(g->boot);
	state_fill();
	linux_load(g, &vmcb, &registers);
}

/* ---- Back from the guest ---- */

static void step_over(unsigned bytes)
{
	vmcb.rip += bytes;
	vmcb.shadow = 0;
}

/* The processor's, without SVM; two bits show CR4, which is another here. Intel SDM vol. 2A, "CPUID": OSXSAVE, OSPKE */
static void answer_cpuid(struct registers *r)
{
	uint32_t leaf = (uint32_t)vmcb.rax;
	struct cpu_id id = cpu_id(leaf, (uint32_t)r->rcx);

	if (leaf == 1)
		id.c = (uint32_t)((id.c & ~BIT(27)) | (vmcb.cr4 >> 18 & 1) << 27);
	else if (leaf == 7)
		id.c = (uint32_t)((id.c & ~BIT(4)) | (vmcb.cr4 >> 22 & 1) << 4);
	else if (leaf == 0x80000001)
		id.c &= (uint32_t)~CPUID_SVM;
	else if (leaf == LEAF_SVM)
		id = (struct cpu_id){ 0 };
	vmcb.rax = id.a;
	r->rbx = id.b;
	r->rcx = id.c;
	r->rdx = id.d;
	step_over(2);
}

/* The guest waits itself: it executes HLT once more, without a stop, and the first interrupt stops it instead. That
 * interrupt stays pending, and is delivered to the guest when it goes on. */
static void wait(bool for_interrupt)
{
	if (for_interrupt && !(vmcb.rflags & RFLAGS_IF))
		guest_stopped("it halts with interrupts off (PC %#llx)", (unsigned long long)vmcb.rip);
	vmcb.stop[0] ^= STOP_HLT | STOP_INTR;
}

static void answer_call(const struct guest *g)
{
	switch (vmcb.rax) {
	case GUEST_CALL_OWN_MEMORY: vmcb.rax = phys_of(g->boot, (const void *)guest_enter); break;
	case GUEST_CALL_RECORD: vmcb.rax = g->boot->phys; break;
	default: vmcb.rax = UINT64_MAX;
	}
	step_over(3);
}

static void memory_fault(const struct guest *g)
{
	uint64_t syndrome = vmcb.exit_info[0];

	guest_stopped_at(g, syndrome & NPF_FETCH ? "a fetch from" : syndrome & NPF_WRITE ? "a write to" : "a read of",
	                 vmcb.exit_info[1], syndrome, vmcb.rip);
}

static void answer(const struct guest *g, struct registers *r)
{
	switch (vmcb.exit_code) {
	case EXIT_CPUID: answer_cpuid(r); return;
	case EXIT_HLT: wait(true); return;
	case EXIT_INTR: wait(false); return;
	case EXIT_VMMCALL: answer_call(g); return;
	case EXIT_MSR: vmcb.inject = INJECT_ERROR(VECTOR_PROTECTION); return;
	case EXIT_NPF: memory_fault(g); return;
	case EXIT_SHUTDOWN: guest_stopped("a triple fault (PC %#llx)", (unsigned long long)vmcb.rip);
	}
	/* SVM's instructions: there is none here. */
	if (vmcb.exit_code == EXIT_INVLPGA || (vmcb.exit_code >= EXIT_VMRUN && vmcb.exit_code <= EXIT_SKINIT))
		vmcb.inject = INJECT(VECTOR_UNDEFINED);
	else
		guest_stopped("it came back in an unknown way (exit code %#llx, PC %#llx)",
		              (unsigned long long)vmcb.exit_code, (unsigned long long)vmcb.rip);
}

void machine_run(const struct guest *g)
{
	uint64_t guest = phys_of(g->boot, &vmcb), own = phys_of(g->boot, &own_vmcb);

	for (;;) {
		guest_enter(&registers, guest, own);
		answer(g, &registers);
	}
}
