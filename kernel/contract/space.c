/* space.c — docs/protocol.md, "The address space" but for its stack and net (net.c): checks of the live tables, which
 * core/walk.c reads. */
#include "contract/entry.h"
#include "contract.h"
#include "image.h"
#include "memory.h"
#include "live.h"
#include "plan.h"
#include "space.h"
#include "spans.h"
#include "tables.h"

const char space_off[] = "translation is off";

static const char *memory_name(enum walk_memory memory)
{
	static const char *const names[] = { "normal", "write-combining", "device", "other" };

	return memory <= WALK_MEMORY_OTHER ? names[memory] : "?";
}

/* ---- One range ----------------------------------------------------------------------------------------- */

static bool leaf_right(const struct live_leaf *leaf, const struct space_want *want)
{
	return leaf->walk.writable == !!(want->flags & HOBNAIL_WRITE) &&
	       leaf->walk.executable == !!(want->flags & HOBNAIL_EXECUTE) && leaf->walk.memory == want->memory;
}

static enum verdict leaf_wrong(struct finding *f, const char *what, const struct live_leaf *leaf,
                               const struct space_want *want)
{
	return broken(f, "%s at %#lx: got r%c%c %s, want r%c%c %s", what, (unsigned long)leaf->va,
	              leaf->walk.writable ? 'w' : '-', leaf->walk.executable ? 'x' : '-',
	              memory_name(leaf->walk.memory), want->flags & HOBNAIL_WRITE ? 'w' : '-',
	              want->flags & HOBNAIL_EXECUTE ? 'x' : '-', memory_name(want->memory));
}

enum verdict space_check_range(const struct live *s, const char *what, vaddr va, paddr phys, uint64_t bytes,
                               const struct space_want *want, struct finding *f)
{
	struct live_leaf leaf = { .va = va };
	uint64_t done = 0;

	while (live_next(s, va, bytes, &leaf) && leaf.va == va + done) {
		if (!leaf_right(&leaf, want))
			return leaf_wrong(f, what, &leaf, want);
		if (!want->anywhere && leaf.walk.phys != phys + done)
			return broken(f, "%s at %#lx: got phys %#lx, want %#lx", what, (unsigned long)leaf.va,
			              (unsigned long)leaf.walk.phys, (unsigned long)(phys + done));
		done += leaf.bytes;
	}
	if (done != bytes)
		return broken(f, "%s is not mapped at %#lx", what, (unsigned long)(va + done));
	return HOLDS;
}

/* Calls judge() for every leaf of both ranges of addresses, until one does not hold. */
static enum verdict each_leaf(const struct hobnail_boot *boot, struct finding *f,
                              enum verdict (*judge)(const struct hobnail_boot *, const struct live_leaf *,
                                                    struct finding *))
{
	struct live s;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	for (unsigned upper = 0; upper < 2; upper++) {
		struct span range = arch_range(upper);
		struct live_leaf leaf = { .va = range.base };
		while (live_next(&s, range.base, range.bytes, &leaf)) {
			enum verdict v = judge(boot, &leaf, f);
			if (v != HOLDS)
				return v;
		}
	}
	return HOLDS;
}

/* ---- The tables ---------------------------------------------------------------------------------------- */

static enum verdict check_root(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t bits = HOBNAIL_HAS_PAGE_TABLES | HOBNAIL_HAS_NET | HOBNAIL_HAS_DIRECT_MAP;
	struct live s;

	if (!live_open(boot, &s)) {
		if (boot->valid & bits)
			return broken(f, "translation is off, but valid = %#lx", (unsigned long)boot->valid);
		return expect(f, "mmu-off request", image_request(HOBNAIL_REQUEST_MMU_OFF, 0), 1);
	}
	if ((boot->valid & bits) != bits)
		return broken(f, "translation is on, but valid = %#lx", (unsigned long)boot->valid);
	if (boot->paging_levels != arch_levels())
		return expect(f, "paging_levels", boot->paging_levels, arch_levels());
	paddr lower = s.walker.upper_root ? s.walker.root : 0;
	if (boot->lower_root != lower)
		return expect(f, "lower_root", boot->lower_root, lower);
	return expect(f, "root", boot->root, s.walker.upper_root ? s.walker.upper_root : s.walker.root);
}

static enum verdict judge_tables(const struct hobnail_boot *boot, const struct live_leaf *leaf, struct finding *f)
{
	static paddr last[COUNT_OF(leaf->walk.step)]; /* checked already: most adjacent leaves share their tables */

	for (unsigned i = 0; i < leaf->walk.steps; i++) {
		paddr table = align_down(leaf->walk.step[i].at, PAGE_BYTES);
		if (table == last[i])
			continue;
		if (!memory_is(boot, table, PAGE_BYTES, HOBNAIL_MEMORY_TABLES))
			return broken(f, "the table at %#lx, level %u of %#lx, is not", (unsigned long)table,
			              leaf->walk.step[i].level, (unsigned long)leaf->va);
		last[i] = table;
	}
	return HOLDS;
}

static enum verdict check_tables(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->lower_root && !memory_is(boot, boot->lower_root, PAGE_BYTES, HOBNAIL_MEMORY_TABLES))
		return broken(f, "lower_root at %#lx is not", (unsigned long)boot->lower_root);
	return each_leaf(boot, f, judge_tables);
}

static enum verdict check_segments(const struct hobnail_boot *boot, struct finding *f)
{
	struct live s;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	for (unsigned i = 0; i < IMAGE_SEGMENTS; i++) {
		struct image_segment own = image_segment(i);
		const struct hobnail_segment *recorded = hobnail_entry(boot, &boot->segments, i);
		const struct space_want want = { own.flags & ~(uint32_t)HOBNAIL_READ, WALK_NORMAL, !recorded };
		uint64_t lead = own.virt % PAGE_BYTES;
		paddr phys = recorded ? recorded->phys - lead : 0;
		uint64_t bytes = align_up(lead + own.bytes, PAGE_BYTES);
		enum verdict v = space_check_range(&s, own.name, own.virt - lead, phys, bytes, &want, f);
		if (v != HOLDS)
			return v;
	}
	return HOLDS;
}

static enum verdict judge_write_execute(const struct hobnail_boot *boot, const struct live_leaf *leaf,
                                        struct finding *f)
{
	(void)boot;
	if (leaf->walk.writable && leaf->walk.executable)
		return broken(f, "%#lx is both", (unsigned long)leaf->va);
	return HOLDS;
}

static enum verdict check_write_execute(const struct hobnail_boot *boot, struct finding *f)
{
	return each_leaf(boot, f, judge_write_execute);
}

static enum verdict judge_user(const struct hobnail_boot *boot, const struct live_leaf *leaf, struct finding *f)
{
	(void)boot;
	if (leaf->walk.user || leaf->walk.user_executable)
		return broken(f, "%#lx is open to user mode", (unsigned long)leaf->va);
	return HOLDS;
}

static enum verdict check_user(const struct hobnail_boot *boot, struct finding *f)
{
	return each_leaf(boot, f, judge_user);
}

/* ---- The parts of the address space -------------------------------------------------------------------- */

static bool in_segment(const struct hobnail_boot *boot, const struct live_leaf *leaf)
{
	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *seg = hobnail_entry(boot, &boot->segments, i);
		vaddr base = align_down(seg->virt, PAGE_BYTES);
		uint64_t bytes = align_up(seg->virt + seg->bytes, PAGE_BYTES) - base;
		if (leaf->va >= base && range_within(leaf->va - base, leaf->bytes, bytes))
			return true;
	}
	return false;
}

static bool has_identity_map(void)
{
	return image_request(HOBNAIL_REQUEST_IDENTITY_MAP, 0) == 1;
}

static bool in_identity_map(const struct hobnail_boot *boot, const struct live_leaf *leaf)
{
	return has_identity_map() && leaf->walk.phys == leaf->va && memory_covered(boot, leaf->walk.phys, leaf->bytes);
}

/* The end of RAM or of the last MMIO entry, and at least 4 GiB: docs/protocol.md, P49. */
static uint64_t physical_end(const struct hobnail_boot *boot)
{
	uint64_t end = GIB(4);

	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (memory_in_direct_map(m) || m->type == HOBNAIL_MEMORY_MMIO)
			end = max_u64(end, m->base + m->bytes);
	}
	return end;
}

static uint64_t map_bytes(const struct hobnail_boot *boot)
{
	return align_up(physical_end(boot), live_slot_bytes());
}

static bool in_direct_map(const struct hobnail_boot *boot, const struct live_leaf *leaf)
{
	return leaf->walk.phys + boot->direct_map == leaf->va;
}

static bool in_device_map(const struct hobnail_boot *boot, const struct live_leaf *leaf)
{
	return (boot->valid & HOBNAIL_HAS_DEVICE_MAP) && leaf->walk.phys + boot->device_map == leaf->va;
}

static bool in_net_slot(const struct hobnail_boot *boot, vaddr va)
{
	return va - align_down(boot->net_base, live_slot_bytes()) < live_slot_bytes();
}

static enum verdict judge_known(const struct hobnail_boot *boot, const struct live_leaf *leaf, struct finding *f)
{
	if (in_segment(boot, leaf) || in_identity_map(boot, leaf) || in_net_slot(boot, leaf->va) ||
	    in_direct_map(boot, leaf) || in_device_map(boot, leaf))
		return HOLDS;
	return broken(f, "%#lx, mapped to %#lx, is part of nothing", (unsigned long)leaf->va,
	              (unsigned long)leaf->walk.phys);
}

static enum verdict check_known(const struct hobnail_boot *boot, struct finding *f)
{
	return each_leaf(boot, f, judge_known);
}

static enum verdict check_lower_half(const struct hobnail_boot *boot, struct finding *f)
{
	struct span range = arch_range(0);
	struct live s;
	struct live_leaf leaf = { .va = range.base };
	unsigned leaves = 0;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	if (!arch_range(1).bytes)
		return not_applicable(f, "there is one range of addresses");
	for (; live_next(&s, range.base, range.bytes, &leaf); leaves++)
		if (!in_segment(boot, &leaf) && !in_identity_map(boot, &leaf))
			return broken(f, "%#lx is mapped to %#lx", (unsigned long)leaf.va,
			              (unsigned long)leaf.walk.phys);
	return holds(f, leaves ? "%u pages, of low segments or the identity map" : "%u pages", leaves);
}

/* ---- Direct map ---------------------------------------------------------------------------------------- */

bool space_segment_meets(const struct hobnail_boot *boot, vaddr va, uint64_t bytes)
{
	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *seg = hobnail_entry(boot, &boot->segments, i);
		if (ranges_overlap(va, bytes, seg->virt, seg->bytes))
			return true;
	}
	return false;
}

static enum verdict check_direct_base(const struct hobnail_boot *boot, struct finding *f)
{
	struct live s;
	uint64_t want = image_request(HOBNAIL_REQUEST_DIRECT_MAP, arch_direct_map_default());

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	if (!is_aligned(boot->direct_map, live_slot_bytes()))
		return broken(f, "%#lx does not begin a top-level entry", (unsigned long)boot->direct_map);
	if (boot->direct_map != want && space_segment_meets(boot, want, map_bytes(boot)))
		return holds(f, "%#lx, because the kernel lies at its default", (unsigned long)boot->direct_map);
	return expect(f, "direct_map", boot->direct_map, want);
}

static const struct space_want ram = { HOBNAIL_WRITE, WALK_NORMAL, false };
static const struct space_want registers = { HOBNAIL_WRITE, WALK_DEVICE, false };

/* Is all memory of the direct map mapped at its physical address plus `base`? Skips entries that a framebuffer
 * touches. */
static enum verdict check_ram_at(const struct hobnail_boot *boot, uint64_t base, bool kernel_too, struct finding *f)
{
	struct live s;
	uint64_t pages = 0;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (!memory_covered(boot, m->base, m->bytes) || (m->type == HOBNAIL_MEMORY_KERNEL && !kernel_too))
			continue;
		enum verdict v = space_check_range(&s, memory_type_name(m->type), m->base + base, m->base, m->bytes,
		                                   &ram, f);
		if (v != HOLDS)
			return v;
		pages += m->bytes >> PAGE_SHIFT;
	}
	return holds(f, "%lu KiB", (unsigned long)(pages * 4));
}

static enum verdict check_direct_covers(const struct hobnail_boot *boot, struct finding *f)
{
	return check_ram_at(boot, boot->direct_map, true, f);
}

static enum verdict check_direct_only(const struct hobnail_boot *boot, struct finding *f)
{
	struct live s;
	struct live_leaf leaf = { .va = boot->direct_map };
	unsigned leaves = 0;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	for (uint64_t bytes = map_bytes(boot); live_next(&s, boot->direct_map, bytes, &leaf); leaves++) {
		if (!in_direct_map(boot, &leaf))
			return broken(f, "%#lx is mapped to %#lx", (unsigned long)leaf.va,
			              (unsigned long)leaf.walk.phys);
		if (!memory_covered(boot, leaf.walk.phys, leaf.bytes))
			return broken(f, "%#lx maps %#lx bytes at %#lx, which do not all belong there",
			              (unsigned long)leaf.va, (unsigned long)leaf.bytes, (unsigned long)leaf.walk.phys);
		if (!leaf_right(&leaf, &ram))
			return leaf_wrong(f, "the direct map", &leaf, &ram);
	}
	return holds(f, "%u leaves", leaves);
}

static enum verdict check_direct_large(const struct hobnail_boot *boot, struct finding *f)
{
	struct live s;
	struct live_leaf leaf = { .va = boot->direct_map };

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	for (uint64_t bytes = map_bytes(boot); live_next(&s, boot->direct_map, bytes, &leaf);) {
		paddr block = align_down(leaf.walk.phys, MIB(2));
		if (leaf.walk.page_bytes < MIB(2) && memory_covered(boot, block, MIB(2)))
			return broken(f, "%#lx has a page of 4 KiB, 2 MiB fit", (unsigned long)leaf.va);
	}
	return HOLDS;
}

/* ---- Maps on request ----------------------------------------------------------------------------------- */

static enum verdict check_identity(const struct hobnail_boot *boot, struct finding *f)
{
	if (!has_identity_map())
		return not_applicable(f, "not asked for");
	return check_ram_at(boot, 0, false, f);
}

/* Does the device map have [from, to)? The range may be empty. */
static enum verdict check_devices(const struct hobnail_boot *boot, struct live *s, paddr from, paddr to,
                                  uint64_t *pages, struct finding *f)
{
	if (from >= to)
		return HOLDS;
	*pages += (to - from) >> PAGE_SHIFT;
	return space_check_range(s, "the device map", from + boot->device_map, from, to - from, &registers, f);
}

/* PCI's ranges that firmware tables name, below the end of this processor's physical addresses. */
static size_t named_devices(const struct hobnail_boot *boot, unsigned phys_bits, struct span *list, size_t capacity)
{
	struct acpi acpi;
	struct fdt tree;
	size_t count = memory_acpi(boot, &acpi) ? acpi_pci(&acpi, list, capacity) : 0;
	bool cut;

	if (memory_tree(boot, &tree))
		count += fdt_pci(&tree, list + count, capacity - count, &cut);
	return spans_sort(list, count, min_u64(PLAN_DEVICE_LIMIT, 1ull << phys_bits));
}

/* Checks the device map for a range [from, end) that tables name: its parts that are reserved, MMIO, or in no entry. */
static enum verdict check_named(const struct hobnail_boot *boot, struct live *s, paddr from, paddr end, uint64_t *pages,
                                struct finding *f)
{
	enum verdict v = HOLDS;

	for (uint32_t i = 0; i < boot->memory_map.count && v == HOLDS; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (!ranges_overlap(m->base, m->bytes, from, end - from))
			continue;
		v = check_devices(boot, s, from, m->base, pages, f);
		from = max_u64(from, m->base);
		paddr next = min_u64(end, m->base + m->bytes);
		if (v == HOLDS && (m->type == HOBNAIL_MEMORY_RESERVED || m->type == HOBNAIL_MEMORY_MMIO))
			v = check_devices(boot, s, from, next, pages, f);
		from = next;
	}
	return v == HOLDS ? check_devices(boot, s, from, end, pages, f) : v;
}

/* MMIO entries and addresses without an entry, up to physical_end(); and the ranges that tables name, above it, too. */
static enum verdict check_device_map(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t from = 0, end = physical_end(boot), pages = 0, named_pages = 0;
	struct span named[PLAN_MAX_DEVICES];
	enum verdict v = HOLDS;
	struct live s;

	if (!(boot->valid & HOBNAIL_HAS_DEVICE_MAP) || !live_open(boot, &s))
		return not_applicable(f, "not asked for");
	for (uint32_t i = 0; i <= boot->memory_map.count && v == HOLDS; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (m && m->type == HOBNAIL_MEMORY_MMIO)
			continue;
		v = check_devices(boot, &s, from, m ? min_u64(m->base, end) : end, &pages, f);
		if (m)
			from = m->base + m->bytes;
	}
	size_t count = named_devices(boot, s.walker.phys_bits, named, COUNT_OF(named));
	for (size_t i = 0; i < count && v == HOLDS; i++)
		v = check_named(boot, &s, named[i].base, named[i].base + named[i].bytes, &named_pages, f);
	if (v != HOLDS)
		return v;
	return holds(f, "%lu KiB at %#lx, %lu KiB of PCI's", (unsigned long)(pages * 4),
	             (unsigned long)boot->device_map, (unsigned long)(named_pages * 4));
}

/* With all indices equal to the slot's, the walk ends at the top-level table itself. */
static enum verdict check_recursive(const struct hobnail_boot *boot, struct finding *f)
{
	struct live s;

	if (!live_open(boot, &s) || !s.recursive.bytes)
		return not_applicable(f, "not asked for");
	uint64_t index = (s.recursive.base / s.recursive.bytes) % 512;
	vaddr root = s.recursive.base;
	for (uint64_t slot = s.recursive.bytes; slot > PAGE_BYTES;) {
		slot /= 512;
		root += index * slot;
	}
	struct walk w;
	walk(&s.walker, root, &w);
	if (!w.mapped || w.phys != s.walker.root)
		return broken(f, "%#lx leads to %#lx, want the root at %#lx", (unsigned long)root,
		              (unsigned long)w.phys, (unsigned long)s.walker.root);
	return expect(f, "its own entry", ((const volatile uint64_t *)root)[index] & ~arch_entry_volatile,
	              live_top_entry(&s, root) & ~arch_entry_volatile);
}

static const struct promise space_promises[] = {
	{ 37, "root and paging_levels are what the processor uses", check_root },
	{ 38, "every table lies in memory of type tables", check_tables },
	{ 39, "every page of every segment is mapped with exactly its rights", check_segments },
	{ 40, "nothing is both writable and executable", check_write_execute },
	{ 41, "nothing is open to user mode", check_user },
	{ 42, "the lower half holds nothing but what was asked for", check_lower_half },
	{ 43, "the direct map is where it was asked for, or at its default", check_direct_base },
	{ 44, "the direct map covers all memory that it must", check_direct_covers },
	{ 45, "the direct map holds nothing else, writable and never executable", check_direct_only },
	{ 46, "the direct map uses large pages wherever they fit", check_direct_large },
	{ 47, "everything that is mapped is part of something", check_known },
	{ 48, "the identity map covers all memory that it must", check_identity },
	{ 49, "the device map covers device addresses, as device memory", check_device_map },
	{ 50, "the recursive slot maps the tables", check_recursive },
};

const struct chapter space_chapter = { space_promises, COUNT_OF(space_promises) };
