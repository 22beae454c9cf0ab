/* mmu.c — address spaces. TTBR1 always has the kernel's tables, TTBR0 those of the running process.
 *
 * The TLB tags user translations with an ASID. Each space has an ASID of its own while there are any left; the other
 * spaces share one. A process runs on one processor at a time, so no TLB shootdown is needed: a processor that did not
 * use the space last flushes the space's ASID first, and changes made while the process runs are flushed on its
 * processor alone. One ASID, ASID_NOBODY, belongs to an empty table, which is installed when there are no user
 * addresses. */
#include "arch/aarch64/traps.h"

#include "cpu.h"

enum { ASID_NOBODY, ASID_SHARED, ASIDS_RESERVED };

enum { ASIDS_MOST = 1 << 16, WORD_BITS = 64, TABLE_ENTRIES = 512, PAGES_MOST = 64 };

static uint64_t asids_taken[ASIDS_MOST / WORD_BITS] = { (1u << ASIDS_RESERVED) - 1 };
static unsigned asid_count;
static uint64_t empty_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static paddr no_addresses; /* the physical address of empty_table */

const struct pt_format *arch_format(void)
{
	return &pt_aarch64;
}

unsigned arch_max_leaf(void)
{
	return pt_aarch64.largest_leaf; /* every processor with a 4 KiB granule has all block sizes */
}

/* ---- Starting ------------------------------------------------------------------------------------------ */

static paddr physical_of(const struct hobnail_boot *boot, const void *of_kernel)
{
	uint64_t at = (uint64_t)of_kernel;

	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(boot, &boot->segments, i);
		if (at >= s->virt && at - s->virt < s->bytes)
			return s->phys + (at - s->virt);
	}
	return 0;
}

const char *mmu_start(const struct hobnail_boot *boot)
{
	bool wide = cpu_id_field(cpu_read(id_aa64mmfr0_el1), ID_AA64MMFR0_ASIDBITS) == 2;

	asid_count = wide ? ASIDS_MOST : 256;
	no_addresses = physical_of(boot, empty_table);
	return no_addresses ? NULL : "the record does not say where the kernel lies";
}

void mmu_join(void)
{
	arch_space_use(NULL);
	if (asid_count == ASIDS_MOST)
		cpu_write(tcr_el1, cpu_read(tcr_el1) | TCR_AS);
	cpu_instruction_barrier();
	cpu_flush_here();
}

void arch_kernel_root_use(paddr root)
{
	arch_root_install(root);
}

/* ---- Spaces -------------------------------------------------------------------------------------------- */

static unsigned asid_new(void)
{
	for (unsigned i = 0; i < asid_count / WORD_BITS; i++) {
		uint64_t taken = __atomic_load_n(&asids_taken[i], __ATOMIC_RELAXED);
		while (~taken) {
			unsigned bit = (unsigned)__builtin_ctzll(~taken);
			uint64_t with = taken | 1ull << bit;
			if (__atomic_compare_exchange_n(&asids_taken[i], &taken, with, false, __ATOMIC_ACQUIRE,
			                                __ATOMIC_RELAXED))
				return i * WORD_BITS + bit;
		}
	}
	return ASID_SHARED;
}

static void asid_give_back(uint64_t asid)
{
	if (asid != ASID_SHARED)
		__atomic_fetch_and(&asids_taken[asid / WORD_BITS], ~(1ull << asid % WORD_BITS), __ATOMIC_RELEASE);
}

/* The zeroed root is complete: TTBR0's tables have no entries of the kernel. */
void arch_space_make(struct arch_space *space, paddr root, paddr kernel_root)
{
	(void)kernel_root;
	*space = (struct arch_space){ .root = root, .asid = asid_new() };
}

/* TLBs may still hold translations with this ASID: its next user flushes it first. */
void arch_space_drop(struct arch_space *space)
{
	asid_give_back(space->asid);
}

static void user_tables(paddr root, uint64_t asid)
{
	cpu_write(ttbr0_el1, root | asid << TTBR_ASID_SHIFT);
	cpu_instruction_barrier();
}

void arch_space_use(struct arch_space *space)
{
	const struct cpu *self = arch_this_cpu();

	if (!space || space->asid == ASID_SHARED || space->last != self)
		user_tables(no_addresses, ASID_NOBODY);
	if (!space)
		return;
	if (space->asid == ASID_SHARED || space->last != self)
		cpu_flush_asid(space->asid);
	space->last = self;
	user_tables(space->root, space->asid);
}

/* ---- Changes ------------------------------------------------------------------------------------------- */

void arch_tables_changed(void)
{
	cpu_tables_barrier();
}

void arch_tlb_flush_user(struct arch_space *space, vaddr va, uint64_t bytes)
{
	cpu_tables_barrier();
	if (space->last != arch_this_cpu()) {
		space->last = NULL; /* flushed by the next arch_space_use() */
		return;
	}
	if (bytes > PAGES_MOST * PAGE_BYTES)
		cpu_flush_asid(space->asid);
	else
		for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
			cpu_flush_page(va + at);
	cpu_instruction_barrier();
}

void arch_tlb_flush_kernel(vaddr va, uint64_t bytes)
{
	cpu_tables_barrier();
	if (bytes > PAGES_MOST * PAGE_BYTES)
		cpu_flush_all();
	else
		for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
			cpu_flush_page_all(va + at);
	cpu_flush_wait();
}

/* Cleans the data cache to the point of unification and invalidates instruction caches. Other processors execute a
 * context synchronization event when they return to user mode. */
void arch_sync_code(uintptr_t at, uint64_t bytes)
{
	uint64_t line = cpu_data_line_bytes(), end = at + bytes;

	for (uint64_t l = align_down(at, line); l < end; l += line)
		cpu_clean_to_pou(l);
	__asm__ volatile("dsb ish" : : : "memory");
	cpu_invalidate_instructions();
}
