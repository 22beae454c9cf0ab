/* live.c — the translation that is live now. */
#include "arch.h"
#include "cpu.h"
#include "descriptor.h"
#include "image.h"

/* Intel SDM vol. 3A, "Paging-Structure Entries": a present entry without the page bit points at a table. */
enum { PRESENT = 1, IS_PAGE = 1 << 7, ENTRIES = 512, GROUP = 16 };

/* Firmware maps most memory by large pages: a group of entries is looked at together. */
static IMAGE_CODE_UNTIL_EXIT bool are_pages(const uint64_t *e)
{
	return e[0] & e[1] & e[2] & e[3] & e[4] & e[5] & e[6] & e[7] & e[8] & e[9] & e[10] & e[11] & e[12] & e[13] &
	       e[14] & e[15] & IS_PAGE;
}

/* The table, and those below it that translate the first `bytes` of its addresses. The last level has pages only; the
 * number of levels ends the walk where a table has itself as an entry. */
static IMAGE_CODE_UNTIL_EXIT void visit_table(paddr table, unsigned level, uint64_t bytes, arch_visit *visit,
                                              void *context)
{
	const uint64_t *entries = (const uint64_t *)(uintptr_t)table;
	unsigned shift = PAGE_SHIFT + 9 * (level - 1);
	uint64_t count = level > 1 ? min_u64(((bytes - 1) >> shift) + 1, ENTRIES) : 0;

	if (!visit(context, table, PAGE_BYTES))
		return;
	for (uint64_t i = 0; i < count; i++) {
		if (i % GROUP == 0 && are_pages(entries + i))
			i += GROUP - 1;
		else if ((entries[i] & (PRESENT | IS_PAGE)) == PRESENT)
			visit_table(entries[i] & CR3_ADDRESS, level - 1, bytes - (i << shift), visit, context);
	}
}

IMAGE_CODE_UNTIL_EXIT void arch_own_memory(uint64_t bytes, arch_visit *visit, void *context)
{
	struct descriptor_table gdt, idt;

	cpu_store_gdt(&gdt);
	cpu_store_idt(&idt);
	visit(context, gdt.base, gdt.limit + 1u);
	visit(context, idt.base, idt.limit + 1u);
	visit_table(cpu_read_cr3() & CR3_ADDRESS, cpu_read_cr4() & CR4_LA57 ? 5 : 4, bytes, visit, context);
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
