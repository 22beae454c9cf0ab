#include "vm.h"

#include <pith/syscall.h>

#include "memory.h"
#include "pages.h"
#include "panic.h"
#include "string.h"

static struct pt kernel_tables;
static struct lock lock; /* guards kernel_tables and the stack slots */

/* ---- Tables ------------------------------------------------------------------------------------------------- */

void *vm_page(paddr page)
{
	return (void *)(uintptr_t)(page + pages.offset);
}

static uint64_t *table_at(void *context, paddr table)
{
	(void)context;
	return vm_page(table);
}

static paddr new_kernel_table(void *context)
{
	(void)context;
	return page_take_zeroed(&pages);
}

/* Used at boot only, where a failure is the end. Later only stacks add to the kernel's tables. */
static void map_kernel(vaddr va, paddr pa, uint64_t bytes, unsigned rights, enum pt_memory memory)
{
	struct problem p;

	if (pt_map(&kernel_tables, va, pa, bytes, rights | PT_GLOBAL, memory, &p))
		panic("cannot map %#lx to %#lx: %s", (unsigned long)va, (unsigned long)pa, err_name(p.code));
}

/* ---- The direct map and the kernel itself ------------------------------------------------------------------- */

static void map_direct(paddr base, uint64_t bytes)
{
	map_kernel(base + pages.offset, base, bytes, PT_WRITE, PT_NORMAL);
}

/* Adjacent entries of the memory map are mapped as one range, to allow large pages. */
static void map_memory(const struct hobnail_boot *boot)
{
	enum { FRAMEBUFFERS_MOST = 16 };
	struct span holes[FRAMEBUFFERS_MOST];
	unsigned hole_count = memory_framebuffers(boot, holes, FRAMEBUFFERS_MOST);
	paddr base = 0, end = 0;

	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (!memory_in_direct_map(m))
			continue;
		if (m->base != end) {
			memory_without(holes, hole_count, base, end - base, map_direct);
			base = m->base;
		}
		end = m->base + m->bytes;
	}
	memory_without(holes, hole_count, base, end - base, map_direct);
}

/* Maps a segment with its rights. A read-only segment becomes read-only in the direct map, too. */
static void map_segment(const struct hobnail_segment *s)
{
	vaddr base = align_down(s->virt, PAGE_BYTES);
	paddr phys = align_down(s->phys, PAGE_BYTES);
	uint64_t bytes = align_up(s->virt + s->bytes, PAGE_BYTES) - base;
	unsigned rights = (s->flags & HOBNAIL_WRITE ? PT_WRITE : 0u) | (s->flags & HOBNAIL_EXECUTE ? PT_EXECUTE : 0u);

	map_kernel(base, phys, bytes, rights, PT_NORMAL);
	if (!(s->flags & HOBNAIL_WRITE) &&
	    pt_protect(&kernel_tables, phys + pages.offset, bytes, PT_GLOBAL, PT_NORMAL, NULL) != OK)
		panic("cannot write-protect the kernel at %#lx", (unsigned long)phys);
}

paddr vm_phys(vaddr at)
{
	struct pt_leaf leaf;

	must(pt_lookup(&kernel_tables, at, &leaf));
	return leaf.base + at % leaf.bytes;
}

void vm_start(const struct hobnail_boot *boot)
{
	kernel_tables = (struct pt){
		.format = arch_format(), .max_leaf = arch_max_leaf(), .root = page_take_zeroed(&pages),
		.new_table = new_kernel_table, .table_at = table_at,
	};
	must(kernel_tables.root);
	map_memory(boot);
	for (uint32_t i = 0; i < boot->segments.count; i++)
		map_segment(hobnail_entry(boot, &boot->segments, i));
	/* Processes copy the root's entries of the upper half, which must not change afterwards: the first stack makes
	 * the window's entry now. */
	must(vm_stack_new());
	vm_join();
}

void vm_join(void)
{
	arch_kernel_root_use(kernel_tables.root);
}

/* ---- The window: stacks in its lower half, devices in the upper ---------------------------------------------- */

enum { STACKS_MOST = 4096, SLOT_BYTES = 2 * VM_STACK_BYTES, STACK_PAGES = VM_STACK_BYTES / PAGE_BYTES };
#define DEVICES (VM_WINDOW + VM_WINDOW_BYTES / 2)

_Static_assert(VM_STACK_BYTES == 1 << VM_STACK_BIT, "one bit of an address distinguishes stack and guard");

static uint64_t used[STACKS_MOST / 64]; /* one bit for each stack slot */
static vaddr next_device = DEVICES;

static void *map_device(paddr phys, uint64_t bytes, enum pt_memory memory)
{
	paddr base = align_down(phys, PAGE_BYTES);
	uint64_t whole = align_up(phys + bytes, PAGE_BYTES) - base;
	vaddr at = next_device, end = VM_WINDOW + VM_WINDOW_BYTES;

	if (whole >= MIB(2)) /* allow 2 MiB pages */
		at = align_up(at, MIB(2)) + base % MIB(2);
	if (at > end || whole > end - at || pt_map(&kernel_tables, at, base, whole, PT_WRITE | PT_GLOBAL, memory, NULL))
		return NULL;
	next_device = at + whole + PAGE_BYTES;
	arch_tables_changed();
	return (void *)(uintptr_t)(at + (phys - base));
}

void *vm_device(paddr phys, uint64_t bytes)
{
	return map_device(phys, bytes, PT_DEVICE);
}

void *vm_framebuffer(paddr phys, uint64_t bytes)
{
	return map_device(phys, bytes, PT_WRITE_COMBINING);
}

static bool slot_take(unsigned *slot)
{
	for (unsigned i = 0; i < COUNT_OF(used); i++)
		if (~used[i]) {
			unsigned bit = (unsigned)__builtin_ctzll(~used[i]);
			used[i] |= 1ull << bit;
			*slot = i * 64 + bit;
			return true;
		}
	return false;
}

static void slot_give(unsigned slot)
{
	used[slot / 64] &= ~(1ull << slot % 64);
}

/* Unmaps the pages of a stack; returns their number. */
static unsigned stack_pages(vaddr base, paddr page[STACK_PAGES])
{
	struct pt_leaf leaf;
	unsigned count = 0;

	for (; count < STACK_PAGES && pt_lookup(&kernel_tables, base + count * PAGE_BYTES, &leaf); count++)
		page[count] = leaf.base;
	if (count)
		pt_unmap(&kernel_tables, base, count * PAGE_BYTES, NULL);
	return count;
}

static bool stack_map(vaddr base)
{
	for (unsigned i = 0; i < STACK_PAGES; i++) {
		vaddr at = base + i * PAGE_BYTES;
		paddr page = page_take(&pages);
		if (page && !pt_map(&kernel_tables, at, page, PAGE_BYTES, PT_WRITE | PT_GLOBAL, PT_NORMAL, NULL))
			continue;
		if (page)
			page_give(&pages, page);
		return false;
	}
	return true;
}

static vaddr stack_base(unsigned slot)
{
	return VM_WINDOW + (vaddr)slot * SLOT_BYTES + VM_STACK_BYTES;
}

void *vm_stack_new(void)
{
	unsigned slot;

	lock_take(&lock);
	bool found = slot_take(&slot), good = found && stack_map(stack_base(slot));
	lock_give(&lock);
	arch_tables_changed();
	if (good)
		return (void *)(uintptr_t)(stack_base(slot) + VM_STACK_BYTES);
	if (found)
		vm_stack_free((void *)(uintptr_t)(stack_base(slot) + VM_STACK_BYTES));
	return NULL;
}

void vm_stack_free(void *top)
{
	vaddr base = (vaddr)(uintptr_t)top - VM_STACK_BYTES;
	paddr page[STACK_PAGES];

	lock_take(&lock);
	unsigned count = stack_pages(base, page);
	lock_give(&lock);
	arch_tlb_flush_kernel(base, VM_STACK_BYTES); /* before the pages or the slot are reused */
	for (unsigned i = 0; i < count; i++)
		page_give(&pages, page[i]);
	lock_take(&lock);
	slot_give((unsigned)((base - VM_WINDOW) / SLOT_BYTES));
	lock_give(&lock);
}

bool vm_is_guard(vaddr at)
{
	return at - VM_WINDOW < (vaddr)STACKS_MOST * SLOT_BYTES && !(at >> VM_STACK_BIT & 1);
}

/* ---- Address spaces of processes ------------------------------------------------------------------------------ */

enum { PIECE_PAGES = 1024 }; /* freed in one go: well under a millisecond */

#define USER_MAPS 0x100000000000ull /* the lowest address for mappings without a requested address */

static paddr new_user_table(void *context)
{
	struct vm_space *s = context;
	paddr table = page_take_zeroed(&pages);

	s->pages += table != 0;
	return table;
}

bool vm_space_new(struct vm_space *s)
{
	*s = (struct vm_space){ .next = USER_MAPS };
	s->pt = (struct pt){ .format = arch_format(), .max_leaf = 0, .new_table = new_user_table, .table_at = table_at,
	                     .context = s };
	s->pt.root = new_user_table(s);
	if (s->pt.root)
		arch_space_make(&s->arch, s->pt.root, kernel_tables.root);
	return s->pt.root != 0;
}

static paddr frame_of(const struct pt_format *f, uint64_t entry)
{
	return (entry & f->frame_mask) >> f->frame_shift << PAGE_SHIFT;
}

/* A list of pages to free: each page holds the next one's address. */
static void chain_add(paddr *chain, paddr page)
{
	*(paddr *)vm_page(page) = *chain;
	*chain = page;
}

static void chain_give(paddr chain)
{
	while (chain) {
		paddr next = *(paddr *)vm_page(chain);
		page_give(&pages, chain);
		chain = next;
	}
}

/* The index of the first used entry in [i, end); `end`: none. */
static unsigned next_used(const uint64_t *entries, unsigned i, unsigned end)
{
	while (i < end && !entries[i])
		i++;
	return i;
}

/* Removes the pages of [from, to) from a space, at most `left` of them, and collects them in `chain`. */
struct taking {
	vaddr from, to;
	uint64_t left;
	paddr chain;
};

/* Removes the pages below a table that covers addresses from `base` on, and tables below it that become empty. Returns
 * whether the table itself is empty. */
static bool take_out(struct vm_space *s, struct taking *t, paddr table, unsigned level, vaddr base)
{
	const unsigned shift = PAGE_SHIFT + PT_INDEX_BITS * level;
	uint64_t *entries = table_at(s, table);
	unsigned first = t->from > base ? (unsigned)((t->from - base) >> shift) : 0;
	unsigned end = (unsigned)min_u64(PT_ENTRIES, ((t->to - base - 1) >> shift) + 1);
	unsigned kept = 0;

	for (unsigned i = next_used(entries, first, end); i < end; i = next_used(entries, i + 1, end)) {
		paddr below = frame_of(s->pt.format, entries[i]);
		if (!t->left)
			return false;
		if (level > 0 && !take_out(s, t, below, level - 1, base + ((uint64_t)i << shift))) {
			kept++;
			continue;
		}
		entries[i] = 0;
		s->pages--;
		t->left -= level == 0;
		chain_add(&t->chain, below);
	}
	return !kept && next_used(entries, 0, first) == first && next_used(entries, end, PT_ENTRIES) == PT_ENTRIES;
}

/* Frees at most `most` pages of [at, at + bytes). true: there may be more. */
static bool take_range(struct vm_space *s, vaddr at, uint64_t bytes, uint64_t most)
{
	struct taking t = { .from = at, .to = at + bytes, .left = most };

	s->expected = 0;
	take_out(s, &t, s->pt.root, s->pt.format->levels - 1, 0);
	arch_tlb_flush_user(&s->arch, at, bytes); /* before the pages are reused */
	chain_give(t.chain);
	return !t.left;
}

bool vm_space_shrink(struct vm_space *s)
{
	return s->pages > PIECE_PAGES && take_range(s, VM_USER_START, VM_USER_END - VM_USER_START, PIECE_PAGES);
}

void vm_space_free(struct vm_space *s)
{
	struct taking t = { .to = s->pt.format->lower_bytes, .left = UINT64_MAX };

	take_out(s, &t, s->pt.root, s->pt.format->levels - 1, 0);
	arch_space_drop(&s->arch);
	chain_give(t.chain);
	page_give(&pages, s->pt.root);
}

static bool is_user_range(vaddr at, uint64_t bytes)
{
	return bytes && is_aligned(at | bytes, PAGE_BYTES) && vm_is_user(at, bytes);
}

/* Returns 0 or an error. */
static int64_t map_page(struct vm_space *s, vaddr at, paddr page, unsigned rights)
{
	enum err e = pt_map(&s->pt, at, page, PAGE_BYTES, rights | PT_USER, PT_NORMAL, NULL);

	s->pages += e == OK;
	return e == OK ? 0 : e == ERR_PT_MAPPED ? PITH_BUSY : PITH_NO_MEMORY;
}

static int64_t map_new_page(struct vm_space *s, vaddr at, unsigned rights)
{
	paddr page = page_take_zeroed(&pages);
	int64_t e = page ? map_page(s, at, page, rights) : PITH_NO_MEMORY;

	if (e && page)
		page_give(&pages, page);
	else if (page && rights & PT_EXECUTE)
		arch_sync_code((uintptr_t)vm_page(page), PAGE_BYTES); /* no stale instructions of previous contents */
	return e;
}

/* The end of the last mapped page in [from, to), in a table that covers addresses from `base` on; 0: none is mapped. */
static vaddr end_of_mapped(struct vm_space *s, paddr table, unsigned level, vaddr base, vaddr from, vaddr to)
{
	const unsigned shift = PAGE_SHIFT + PT_INDEX_BITS * level;
	const uint64_t *entries = table_at(s, table);
	unsigned first = from > base ? (unsigned)((from - base) >> shift) : 0;
	vaddr end = 0;

	for (unsigned i = (unsigned)min_u64(PT_ENTRIES, ((to - base - 1) >> shift) + 1); i-- > first && !end;) {
		vaddr at = base + ((uint64_t)i << shift);
		if (!entries[i])
			continue;
		paddr below = frame_of(s->pt.format, entries[i]);
		end = level == 0 ? at + PAGE_BYTES : end_of_mapped(s, below, level - 1, at, from, to);
	}
	return end;
}

/* A free range, usually just behind the last one; 0: there is none from there on and once around. The search visits no
 * page twice, so its time is bounded by the process's mapped memory. */
static vaddr find_room(struct vm_space *s, uint64_t bytes)
{
	bool around = false;

	for (vaddr at = s->next, end;; at = end) {
		if (!is_user_range(at, bytes)) {
			if (around)
				return 0;
			around = true;
			at = USER_MAPS;
		}
		end = end_of_mapped(s, s->pt.root, s->pt.format->levels - 1, 0, at, at + bytes);
		if (!end)
			return s->next = at;
	}
}

/* Undoes a failed map: [at, at + done) was mapped, and the next page could not be. New tables for that page must go,
 * too; but if it was mapped before, it stays. */
static void unmap_part(struct vm_space *s, vaddr at, uint64_t done)
{
	struct pt_leaf leaf;

	take_range(s, at, pt_lookup(&s->pt, at + done, &leaf) ? done : done + PAGE_BYTES, UINT64_MAX);
}

int64_t vm_user_map(struct vm_space *s, vaddr at, uint64_t bytes, unsigned rights)
{
	if (!is_user_range(at ? at : USER_MAPS, bytes) || (rights & PT_WRITE && rights & PT_EXECUTE))
		return PITH_BAD_ARGUMENT;
	vaddr base = at ? at : find_room(s, bytes);
	if (!base)
		return PITH_NO_MEMORY;
	if (bytes / PAGE_BYTES > __atomic_load_n(&pages.free, __ATOMIC_RELAXED))
		return PITH_NO_MEMORY;
	s->expected = 0;
	for (uint64_t done = 0; done < bytes; done += PAGE_BYTES) {
		int64_t e = map_new_page(s, base + done, rights);
		if (e) {
			unmap_part(s, base, done);
			return e;
		}
	}
	if (!at)
		s->next = base + bytes;
	arch_tables_changed();
	return (int64_t)base;
}

int64_t vm_user_unmap(struct vm_space *s, vaddr at, uint64_t bytes)
{
	if (!is_user_range(at, bytes))
		return PITH_BAD_ARGUMENT;
	return take_range(s, at, bytes, PIECE_PAGES);
}

void vm_user_write(struct vm_space *s, vaddr to, const void *from, uint64_t bytes)
{
	struct pt_leaf leaf;

	for (uint64_t done = 0, part; done < bytes; done += part) {
		uint64_t offset = (to + done) % PAGE_BYTES;
		part = min_u64(bytes - done, PAGE_BYTES - offset);
		must(pt_lookup(&s->pt, to + done, &leaf));
		uint8_t *at = (uint8_t *)vm_page(leaf.base) + offset;
		memcpy(at, (const uint8_t *)from + done, part);
		arch_sync_code((uintptr_t)at, part);
	}
}

paddr vm_user_take(struct vm_space *s, vaddr at)
{
	const struct pt_format *f = s->pt.format;
	struct pt_leaf leaf;

	if (!is_user_range(at, PAGE_BYTES) || !pt_lookup(&s->pt, at, &leaf))
		return 0;
	if ((leaf.entry & (f->writable | f->read_only)) != f->writable)
		return 0;
	pt_unmap(&s->pt, at, PAGE_BYTES, NULL);
	s->pages--;
	arch_tlb_flush_user(&s->arch, at, PAGE_BYTES);
	return leaf.base;
}

/* Needs no memory: the page's tables are still there. */
void vm_user_put(struct vm_space *s, vaddr at, paddr page)
{
	must(map_page(s, at, page, PT_WRITE) == 0);
	arch_tables_changed();
}

/* Is there a last-level table for this page? */
static bool has_table(struct vm_space *s, vaddr at)
{
	const struct pt_format *f = s->pt.format;
	paddr table = s->pt.root;

	for (unsigned level = f->levels - 1; level > 0; level--) {
		uint64_t entry = table_at(s, table)[at >> (PAGE_SHIFT + PT_INDEX_BITS * level) & (PT_ENTRIES - 1)];
		if (!(entry & f->valid))
			return false;
		table = frame_of(f, entry);
	}
	return true;
}

bool vm_user_expect(struct vm_space *s)
{
	if (s->expected)
		return true;
	vaddr at = find_room(s, PAGE_BYTES);
	if (at && !has_table(s, at)) {
		if (map_new_page(s, at, PT_WRITE))
			return false;
		page_give(&pages, vm_user_take(s, at)); /* the table stays */
	}
	s->expected = at;
	return at;
}

vaddr vm_user_give(struct vm_space *s, paddr page)
{
	vaddr at = s->expected;

	must(at && map_page(s, at, page, PT_WRITE) == 0);
	s->expected = 0;
	s->next = at + PAGE_BYTES;
	arch_tables_changed();
	return at;
}
