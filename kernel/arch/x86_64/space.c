/* space.c — address spaces. Each has a root table, and all root tables have the kernel's entries in the upper half.
 * There are no PCIDs: writing CR3 flushes every translation that is not global. */
#include "cpu.h"
#include "string.h"
#include "vm.h"

static paddr kernel_root;

const struct pt_format *arch_format(void)
{
	return arch_levels() == 5 ? &pt_x86_64_5 : &pt_x86_64_4;
}

unsigned arch_max_leaf(void)
{
	return cpu_has_1g_pages() ? 2 : 1;
}

void arch_kernel_root_use(paddr root)
{
	kernel_root = root;
	arch_root_install(root);
}

/* Copies the kernel's entries once; they never change, because vm_start() makes all tables below the kernel's root. */
void arch_space_make(struct arch_space *space, paddr root, paddr kernel)
{
	enum { HALF = PT_ENTRIES / 2 };
	uint64_t *to = vm_page(root);
	const uint64_t *from = vm_page(kernel);

	space->root = root;
	memcpy(to + HALF, from + HALF, HALF * sizeof *to);
}

/* Nothing to do: every processor that left the space has written CR3. */
void arch_space_drop(struct arch_space *space)
{
	(void)space;
}

/* Writes CR3 even if it has this root: the process may have run on another processor in between and lost pages
 * there. */
void arch_space_use(struct arch_space *space)
{
	cpu_write_cr3(space ? space->root : kernel_root);
}

/* Nothing to do: instruction fetch is coherent with stores. */
void arch_sync_code(uintptr_t at, uint64_t bytes)
{
	(void)at, (void)bytes;
}

/* Intel SDM vol. 3A, "Caching Paging-Related Information about Memory Typing": entries that are not present are not
 * cached. */
void arch_tables_changed(void)
{
}
