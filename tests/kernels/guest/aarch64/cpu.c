/* cpu.c — aarch64: the guest at EL1, and the reasons for which it comes back to EL2. */
#include "el2.h"

#include <string.h>

/* Arm ARM, "Stage 2 attributes": AF; SH inner; S2AP read and write; MemAttr normal write-back, or Device-nGnRE; XN */
#define STAGE_AF        BIT(10)
#define STAGE_SH_INNER  (3 * BIT(8))
#define STAGE_RW        (3 * BIT(6))
#define STAGE_WRITEBACK (15 * BIT(2))
#define STAGE_DEVICE    (1 * BIT(2))
#define STAGE_XN        BIT(54)

const struct stage_format stage_format = {
	.table = 3,
	.large = 1,
	.page = 3,
	.memory = STAGE_AF | STAGE_SH_INNER | STAGE_RW | STAGE_WRITEBACK,
	.device = STAGE_AF | STAGE_SH_INNER | STAGE_RW | STAGE_DEVICE | STAGE_XN,
};

bool machine_shares(uint32_t type)
{
	(void)type; /* its device tree is the guest's own */
	return false;
}

uint64_t machine_limit(void)
{
	return 1ull << STAGE_BITS;
}

uint64_t machine_room_end(void)
{
	return machine_limit();
}

void machine_check(const struct hobnail_boot *boot)
{
	unsigned range = cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_PARANGE);

	if (boot->exception_level != HOBNAIL_LEVEL_EL2 && boot->exception_level != HOBNAIL_LEVEL_EL2_VHE)
		give_up("this is not EL2");
	if (cpu_range_bits(range) < STAGE_BITS)
		give_up("this processor's physical addresses are too short");
}

/* ---- Into the guest ---- */

/* Timers, counters and interrupts are the guest's: the counter has no offset, HCR_EL2.IMO and FMO are clear. With E2H
 * the bits of CNTHCTL_EL2 lie elsewhere. */
static void open_timers_and_interrupts(bool vhe)
{
	cpu_write(cntvoff_el2, 0);
	cpu_write(cnthctl_el2, vhe ? CNTHCTL_EL1_ALL_E2H : CNTHCTL_EL1_ALL);
	if (cpu_has_gic_registers()) {
		cpu_write(ICC_SRE_EL2, cpu_read(ICC_SRE_EL2) | ICC_SRE_SRE | ICC_SRE_ENABLE);
		cpu_instruction_barrier();
		cpu_write(ICH_HCR_EL2, 0);
	}
}

/* Fine-grained traps: 0 traps what features.c keeps from the guest, and nothing older. */
static void close_new_features(void)
{
	if (!cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_FGT))
		return;
	cpu_write(HFGRTR_EL2, 0);
	cpu_write(HFGWTR_EL2, 0);
	cpu_write(HFGITR_EL2, 0);
	cpu_write(HDFGRTR_EL2, 0);
	cpu_write(HDFGWTR_EL2, 0);
}

static void second_stage_on(const struct guest *g)
{
	cpu_write(vtcr_el2, VTCR_T0SZ(STAGE_BITS) | VTCR_SL0_LEVEL_1 | VTCR_IRGN0_WB | VTCR_ORGN0_WB |
	                    VTCR_SH0_INNER | VTCR_PS_40 | VTCR_RES1);
	cpu_write(vttbr_el2, stage_root(g->boot) | VTTBR_VMID(1));
	cpu_write(hcr_el2, (cpu_read(hcr_el2) & ~HCR_TGE) | HCR_VM | HCR_RW | HCR_TSC | HCR_TID3);
	__asm__ volatile("dsb ish\n\tisb\n\ttlbi vmalls12e1\n\tdsb nsh\n\tisb" : : : "memory");
}

/* Where E2H is set, the name SCTLR_EL1 means EL2's register: the guest's is SCTLR_EL12. */
static void first_stage_off(bool vhe)
{
	if (vhe)
		cpu_write(S3_5_C1_C0_0, SCTLR_EL1_RES1);
	else
		cpu_write(sctlr_el1, SCTLR_EL1_RES1);
}

static void prepare(const struct guest *g)
{
	bool vhe = g->boot->exception_level == HOBNAIL_LEVEL_EL2_VHE;

	cpu_write(vpidr_el2, cpu_read(midr_el1));
	cpu_write(vmpidr_el2, cpu_read(mpidr_el1));
	open_timers_and_interrupts(vhe);
	close_new_features();
	first_stage_off(vhe);
	second_stage_on(g);
	cpu_write(vbar_el2, (uintptr_t)guest_vectors);
	cpu_write(spsr_el2, SPSR_DAIF | SPSR_EL1H);
	cpu_instruction_barrier();
}

/* ---- Back from the guest ---- */

static void step_over(void)
{
	cpu_write(elr_el2, cpu_read(elr_el2) + INSTRUCTION_BYTES);
}

/* Arm ARM, "HPFAR_EL2": the page of the guest's address; FAR_EL2 has the rest. */
static void memory_fault(const struct guest *g, uint64_t syndrome)
{
	uint64_t address = HPFAR_PAGE(cpu_read(hpfar_el2)) | (cpu_read(far_el2) & (PAGE_BYTES - 1));
	const char *access = ESR_CLASS(syndrome) == CLASS_FETCH ? "a fetch from"
	                     : syndrome & DATA_WRITE            ? "a write to"
	                                                        : "a read of";

	guest_stopped_at(g, access, address, syndrome, cpu_read(elr_el2));
}

static void answer(const struct guest *g, struct registers *r)
{
	uint64_t syndrome = cpu_read(esr_el2);

	switch (ESR_CLASS(syndrome)) {
	case CLASS_SMC:
		step_over(); /* HVC's return address is the next instruction already */
		psci_answer(g, r);
		return;
	case ESR_CLASS_HVC:
		psci_answer(g, r);
		return;
	case CLASS_REGISTER:
		if (!features_answer(syndrome, r))
			break;
		step_over();
		return;
	case CLASS_FETCH:
	case CLASS_DATA:
		memory_fault(g, syndrome);
	}
	guest_stopped("trapped in an unknown way; syndrome %#llx, PC %#llx", (unsigned long long)syndrome,
	              (unsigned long long)cpu_read(elr_el2));
}

/* From the vectors: an exception of this kernel. */
void own_fault(void) __attribute__((noreturn));
void own_fault(void)
{
	say("FAILED: a fault in the hypervisor; syndrome %#llx, PC %#llx, address %#llx",
	    (unsigned long long)cpu_read(esr_el2), (unsigned long long)cpu_read(elr_el2),
	    (unsigned long long)cpu_read(far_el2));
	wait_for_ever();
}

/* Linux, Documentation/arm64/booting.rst: x0 is the device tree; x1 to x3 are 0; MMU off, interrupts masked. */
static struct registers registers;

void machine_run(const struct guest *g)
{
	prepare(g);
	for (;;) {
		guest_enter(&registers);
		answer(g, &registers);
	}
}

/* ---- The guest's files ---- */

/* Linux, Documentation/arm64/booting.rst, "Call the kernel image": the header. */
struct image_header {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_bytes;
	uint64_t flags;
	uint64_t reserved[3];
	char magic[4];
	uint32_t pe_offset;
};

/* The guest begins with its caches off. */
static void clean(const struct guest *g, uint64_t phys, uint64_t bytes)
{
	uintptr_t at = (uintptr_t)hobnail_virt(g->boot, phys);

	for (uintptr_t end = at + bytes; at < end; at += cpu_data_line_bytes())
		cpu_clean_invalidate_to_poc(at);
	cpu_data_barrier();
	cpu_invalidate_instructions();
}

static uint64_t image_load(struct guest *g)
{
	const struct image_header *h = (const struct image_header *)g->image.at;
	uint64_t phys;

	if (g->image.bytes < sizeof *h || memcmp(h->magic, "ARM\x64", 4) != 0)
		give_up("the first module is no arm64 Image");
	if (h->text_offset > MIB(2) || h->image_bytes > GIB(1))
		give_up("the Image's header is broken");
	uint8_t *at = room_take(g, h->text_offset + max_u64(h->image_bytes, g->image.bytes), MIB(2), &phys);
	memcpy(at + h->text_offset, g->image.at, g->image.bytes);
	return phys + h->text_offset;
}

/* The module, or what the firmware has. */
static struct file machine_tree(const struct guest *g)
{
	const struct hobnail_boot *boot = g->boot;

	if (g->tree.at)
		return g->tree;
	if (!(boot->valid & HOBNAIL_HAS_DEVICE_TREE))
		give_up("there is no device tree, neither a module nor the firmware's");
	return (struct file){ hobnail_virt(boot, boot->device_tree), boot->device_tree_bytes, "" };
}

/* All that was loaded is cleaned at once: the files lie side by side. */
void machine_load(struct guest *g)
{
	struct file tree = machine_tree(g);
	struct span initrd = { 0 };
	uint64_t begin = g->room.base;

	uint64_t entry = image_load(g);
	if (g->initrd.at)
		initrd = (struct span){ room_copy(g, &g->initrd), g->initrd.bytes };
	registers.x[0] = tree_write(g, &tree, initrd);
	clean(g, begin, g->room.base - begin);
	cpu_write(elr_el2, entry);
	say("guest at %#llx, device tree at %#llx, initrd of %llu bytes", (unsigned long long)entry,
	    (unsigned long long)registers.x[0], (unsigned long long)initrd.bytes);
}
