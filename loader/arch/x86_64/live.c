/* live.c — the translation that is live now. */
#include "arch.h"
#include "cpu.h"
#include "descriptor.h"
#include "image.h"

/* Intel SDM vol. 3A, "Paging-Structure Entries": all levels but the last have tables, where no bit says that it is a
 * page. A table may have itself as an entry: the number of levels ends the walk. */
static IMAGE_CODE_UNTIL_EXIT void visit_table(paddr table, unsigned level, arch_visit *visit, void *context)
{
	enum { PRESENT = 1, IS_PAGE = 1 << 7, ENTRIES = 512 };
	const uint64_t *entries = (const uint64_t *)(uintptr_t)table;

	if (!visit(context, table, PAGE_BYTES) || level == 1)
		return;
	for (unsigned i = 0; i < ENTRIES; i++)
		if ((entries[i] & (PRESENT | IS_PAGE)) == PRESENT)
			visit_table(entries[i] & CR3_ADDRESS, level - 1, visit, context);
}

IMAGE_CODE_UNTIL_EXIT void arch_own_memory(arch_visit *visit, void *context)
{
	struct descriptor_table idt;

	cpu_store_idt(&idt);
	visit(context, idt.base, idt.limit + 1u);
	visit_table(cpu_read_cr3() & CR3_ADDRESS, cpu_read_cr4() & CR4_LA57 ? 5 : 4, visit, context);
}

bool arch_live_walker(struct walker *out)
{
	uint64_t cr4 = cpu_read_cr4();

	*out = (struct walker){
		.mode = cr4 & CR4_LA57 ? WALK_X86_64_5 : WALK_X86_64_4,
		.flags = (cpu_read_msr(MSR_EFER) & EFER_NXE ? 0 : WALK_NO_NX) | (cpu_has_1g_pages() ? 0 : WALK_NO_1G) |
		         (cpu_read_cr0() & CR0_WP ? 0 : WALK_NO_WP) | (cr4 & CR4_SMEP ? WALK_SMEP : 0) |
		         (cr4 & CR4_SMAP ? WALK_SMAP : 0),
		.phys_bits = (uint8_t)cpu_phys_bits(),
		.root = cpu_read_cr3() & CR3_ADDRESS,
		.pat_or_mair = cpu_read_msr(MSR_PAT),
	};
	return true;
}
