/* space.c — address spaces: a root table each, whose upper half is the kernel's in all of them. No PCIDs: writing CR3 forgets
 * every translation that is not global. */
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

/* The kernel's entries are copied once: all tables right below its root are there from the start (vm.c). */
void arch_space_make(struct arch_space *space, paddr root, paddr kernel)
{
	enum { HALF = PT_ENTRIES / 2 };
	uint64_t *to = vm_page(root);
	const uint64_t *from = vm_page(kernel);

	space->root = root;
	memcpy(to + HALF, from + HALF, HALF * sizeof *to);
}

/* Each processor that has left it has written CR3. */
void arch_space_drop(struct arch_space *space)
{
	(void)space;
}

/* Written even when it is there already: the process may have run, and lost pages, elsewhere in between. */
void arch_space_use(struct arch_space *space)
{
	cpu_write_cr3(space ? space->root : kernel_root);
}

/* Instruction fetch sees what was written. */
void arch_sync_code(const void *at, uint64_t bytes)
{
	(void)at, (void)bytes;
}

/* Intel SDM vol. 3A, "Caching Paging-Related Information about Memory Typing": what is not present is not cached. */
void arch_tables_changed(void)
{
}
