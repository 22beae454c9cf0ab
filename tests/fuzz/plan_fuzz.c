/* A machine and a kernel made from the input: its memory map, segments, requests, framebuffers and stacks become a
 * plan, the plan tables, and the walker finds in them every page as planned and nothing else. */
#include "plan.h"
#include "pool.h"

enum { DESCRIPTORS_MOST = 12, DESCRIPTOR_BYTES = 40, SEGMENTS_MOST = 4, AVOID_MOST = 3, PIECES_MOST = 6, RANGES = 512 };

static const struct {
	const struct plan_layout *layout;
	enum walk_mode mode;
	uint64_t pat_or_mair;
} kinds[] = {
	{ &plan_x86_64_4, WALK_X86_64_4, 0x0007040100070406 },
	{ &plan_x86_64_5, WALK_X86_64_5, 0x0007040100070406 },
	{ &plan_aarch64, WALK_AARCH64, 0x4404ff },
	{ &plan_aarch64_el2, WALK_AARCH64_EL2, 0x4404ff },
	{ &plan_riscv_sv39, WALK_SV39, 0 },
	{ &plan_riscv_sv48, WALK_SV48, 0 },
	{ &plan_aarch64_5, WALK_AARCH64_LPA2, 0x4404ff },
	{ &plan_aarch64_5_wc1, WALK_AARCH64_LPA2, 0x44ff },
};

struct machine {
	unsigned kind;
	struct hobnail_memory entries[3 * DESCRIPTORS_MOST + 8];
	struct memmap memory;
	struct wants wants;
	struct elf_layout elf;
	struct plan_piece avoid[AVOID_MOST];
	struct plan_input in;
	struct plan_range ranges[RANGES];
	struct plan plan;
	struct pt low, high; /* the same but where there are two roots */
};

static struct pool pool;

/* ---- From the input ----------------------------------------------------------------------------------------- */

/* Page numbers at different scales: pages, 2 MiB, 1 GiB. */
static uint64_t take_pages(struct input *in, unsigned limit)
{
	static const unsigned shifts[] = { 0, 9, 18 };
	unsigned shift = shifts[pick(in, 3)];

	return take(in, 2) % limit << shift;
}

static enum err make_memory(struct machine *m, struct input *in)
{
	uint64_t raw[DESCRIPTORS_MOST][DESCRIPTOR_BYTES / 8] = { { 0 } };
	unsigned count = pick(in, DESCRIPTORS_MOST + 1);

	for (unsigned i = 0; i < count; i++) {
		raw[i][0] = pick(in, 16);
		raw[i][1] = take_pages(in, 600) * PAGE_BYTES;
		raw[i][3] = take_pages(in, 200);
		raw[i][4] = pick(in, 4) ? 15 : 1;
	}
	struct uefi_map map = { raw, count * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES };
	m->memory = (struct memmap){ m->entries, 0, COUNT_OF(m->entries) };
	return memmap_from_uefi(&m->memory, &map, NULL);
}

static void make_wants(struct machine *m, struct input *in)
{
	const struct plan_layout *layout = kinds[m->kind].layout;
	uint64_t slot = (uint64_t)PAGE_BYTES << 9 * (layout->format->levels - 1);
	unsigned asked = pick(in, 16);

	m->wants = (struct wants){ .stack_bytes = PAGE_BYTES };
	for (unsigned i = 0; i < WANT_MAPS; i++) {
		vaddr base = layout->base + take(in, 2) % 520 * slot;
		if (asked >> i & 1)
			m->wants.maps[i] = (struct want_map){
				.asked = true, .base = i == WANT_IDENTITY_MAP ? 0 : base,
			};
	}
	unsigned recursive = take(in, 2) % 520;
	if (asked >> WANT_MAPS & 1)
		m->wants.recursive_slot = recursive;
}

/* Segments as the ELF reader lets them through: ascending, a page shared only with equal rights. */
static void make_elf(struct elf_layout *elf, struct input *in, const struct plan_layout *layout)
{
	const vaddr starts[] = { 0x400000, 0x1000, layout->top ? layout->top : 0x200000, layout->base + GIB(1),
	                         layout->low_limit - MIB(1) };
	uint64_t at = starts[pick(in, COUNT_OF(starts))] + pick(in, 4) * (uint64_t)0x340;

	elf->segment_count = 1 + pick(in, SEGMENTS_MOST);
	for (unsigned i = 0; i < elf->segment_count; i++) {
		struct elf_segment *s = &elf->segments[i];
		*s = (struct elf_segment){ .virt = at, .memory_bytes = 1 + take(in, 2),
		                           .rights = ELF_READ | pick(in, 4), .index = i };
		s->phys = pick(in, 2) ? s->virt : take_pages(in, 600) * PAGE_BYTES + s->virt % PAGE_BYTES;
		at += s->memory_bytes + take(in, 2) % 0x3000;
		if (i + 1 < elf->segment_count && at / PAGE_BYTES == (s->virt + s->memory_bytes - 1) / PAGE_BYTES)
			at = align_up(at, PAGE_BYTES);
	}
}

static enum err make_segments(struct machine *m, struct input *in, struct problem *p)
{
	const struct plan_layout *layout = kinds[m->kind].layout;
	struct elf_layout *elf = &m->elf;
	uint64_t slide;

	make_elf(elf, in, layout);
	struct elf_file file = { .position_independent = layout->top && pick(in, 2) };
	enum err e = plan_segments(layout, &file, elf, false, &slide, p);
	for (unsigned i = 0; !e && i < elf->segment_count; i++) {
		struct elf_segment *s = &elf->segments[i];
		s->place = s->low ? s->phys : MIB(64) + (s->run - align_down(elf->segments[0].run, MIB(2)));
	}
	m->in.segments = elf->segments;
	m->in.segment_count = elf->segment_count;
	return e;
}

static void make_avoid(struct machine *m, struct input *in)
{
	m->in.avoid = m->avoid;
	m->in.avoid_count = pick(in, AVOID_MOST + 1);
	for (unsigned i = 0; i < m->in.avoid_count; i++) {
		m->avoid[i].phys = take_pages(in, 600) * PAGE_BYTES + pick(in, 2);
		m->avoid[i].bytes = take_pages(in, 40) * PAGE_BYTES;
	}
}

/* ---- What plan.h promises ----------------------------------------------------------------------------------- */

static void check_list(const struct machine *m)
{
	for (size_t i = 0; i < m->plan.count; i++) {
		const struct plan_range *r = &m->ranges[i];
		require(r->bytes && is_aligned(r->va | r->pa | r->bytes, PAGE_BYTES) && sum_fits(r->va, r->bytes - 1));
		require(pt_canonical(m->in.layout->format, r->va) &&
		        pt_canonical(m->in.layout->format, r->va + (r->bytes - 1)));
		require(!i || r[-1].va + (r[-1].bytes - 1) < r->va);
	}
}

static bool planned(const struct machine *m, vaddr va)
{
	for (size_t i = 0; i < m->plan.count; i++)
		if (va - m->ranges[i].va < m->ranges[i].bytes)
			return true;
	return false;
}

static bool avoided(const struct machine *m, paddr pa)
{
	for (unsigned i = 0; i < m->in.avoid_count; i++)
		if (ranges_overlap(pa, PAGE_BYTES, m->avoid[i].phys, m->avoid[i].bytes))
			return true;
	return false;
}

static bool is_map(const struct plan_range *r)
{
	return r->kind == PLAN_DIRECT_MAP || r->kind == PLAN_IDENTITY_MAP || r->kind == PLAN_DEVICE_MAP;
}

/* No memory to avoid in the maps of all RAM, and nothing in a map of the other kind: devices are what is not
 * memory. */
static void check_maps(const struct machine *m)
{
	for (size_t i = 0; i < m->plan.count; i++) {
		const struct plan_range *r = &m->ranges[i];
		bool device = r->kind == PLAN_DEVICE_MAP;
		for (unsigned a = 0; is_map(r) && !device && a < m->in.avoid_count; a++)
			require(!ranges_overlap(r->pa, r->bytes, m->avoid[a].phys, m->avoid[a].bytes));
		for (size_t k = 0; is_map(r) && k < m->memory.count; k++) {
			const struct hobnail_memory *e = &m->entries[k];
			require(!ranges_overlap(r->pa, r->bytes, e->base, e->bytes) ||
			        (device ? e->type == HOBNAIL_MEMORY_MMIO : memmap_in_direct_map(e)));
		}
	}
}

static void add_pieces(struct machine *m, struct input *in)
{
	static const uint8_t kinds_of_piece[] = { PLAN_STACK, PLAN_NET_IMAGE, PLAN_NET_STACK, PLAN_CONSOLE,
	                                          PLAN_FRAMEBUFFER };
	unsigned count = pick(in, PIECES_MOST + 1);
	struct problem p;

	for (unsigned i = 0; i < count; i++) {
		struct plan_piece piece = { .kind = kinds_of_piece[pick(in, COUNT_OF(kinds_of_piece))] };
		piece.rights = pick(in, 4);
		piece.memory = pick(in, PT_MEMORY_KINDS);
		piece.phys = take_pages(in, 600) * PAGE_BYTES;
		piece.bytes = take_pages(in, 40) * PAGE_BYTES + pick(in, 256);
		piece.phys += pick(in, 256);
		if (piece.kind == PLAN_NET_IMAGE)
			piece.bytes %= MIB(2);
		vaddr before = piece.virt;
		enum err e = plan_piece(&m->plan, m->in.layout, &piece, &p);
		require(e == OK || e == ERR_RANGE || e == ERR_PLAN_NET_FULL);
		require(!e || piece.virt == before);
		if (e)
			continue;
		vaddr end = align_up(piece.virt + piece.bytes, PAGE_BYTES);
		require(piece.virt - m->plan.net_base < (piece.kind == PLAN_STACK ? UINT64_MAX : m->plan.net_bytes));
		require(align_down(piece.virt, PAGE_BYTES) - m->plan.net_base >= PAGE_BYTES);
		require(!planned(m, align_down(piece.virt, PAGE_BYTES) - 1) && !planned(m, end));
	}
}

/* ---- The tables --------------------------------------------------------------------------------------------- */

static struct walk walk_to(const struct machine *m, vaddr va)
{
	const struct walker walker = {
		.mode = kinds[m->kind].mode, .root = m->low.root, .upper_root = m->high.root,
		.pat_or_mair = kinds[m->kind].pat_or_mair, .read = pool_read, .context = &pool,
	};
	struct walk got;

	walk(&walker, va, &got);
	return got;
}

static enum err build(struct machine *m, struct problem *p)
{
	const struct plan_layout *layout = m->in.layout;
	enum err e = OK;

	pool_reset(&pool);
	m->low = m->high = pool_pt(&pool, layout->format, 2);
	if (layout->two_roots)
		m->high.root = pool_new(&pool);
	for (size_t i = 0; !e && i < m->plan.count; i++) {
		const struct plan_range *r = &m->ranges[i];
		struct pt *pt = r->va < layout->format->lower_bytes ? &m->low : &m->high;
		e = pt_map(pt, r->va, r->pa, r->bytes, r->rights, r->memory, p);
	}
	return e;
}

static void check_range(const struct machine *m, const struct plan_range *r)
{
	for (uint64_t at = 0; at < r->bytes;) {
		struct walk got = walk_to(m, r->va + at);
		require(pool_page_is(kinds[m->kind].mode, &got, r->pa + at, r->rights, r->memory));
		at += got.page_bytes - ((r->va + at) & (got.page_bytes - 1));
	}
}

/* Bytes that the entries of a table map, as the walker sees each. */
static uint64_t mapped_bytes(const struct machine *m, paddr table, unsigned level, vaddr base)
{
	uint64_t step = (uint64_t)PAGE_BYTES << 9 * level, bytes = 0;
	const uint64_t *entries = pool_at(&pool, table);

	for (unsigned i = 0; i < PT_ENTRIES; i++) {
		if (!entries[i])
			continue;
		vaddr va = base + i * step;
		if (level + 1 == m->in.layout->format->levels && !pt_canonical(m->in.layout->format, va))
			va |= m->in.layout->format->upper_base;
		struct walk got = walk_to(m, va);
		unsigned depth = m->in.layout->format->levels - 1 - level;
		require(got.steps > depth && got.step[depth].entry == entries[i]);
		if (got.steps == depth + 1)
			bytes += got.mapped ? step : 0;
		else
			bytes += mapped_bytes(m, got.step[depth + 1].at - 8 * got.step[depth + 1].index, level - 1, va);
	}
	return bytes;
}

static void check_tables(const struct machine *m)
{
	const struct plan_layout *layout = m->in.layout;
	unsigned level = layout->format->levels - 1;
	uint64_t bytes = mapped_bytes(m, m->low.root, level, 0), want = 0;

	if (layout->two_roots)
		bytes += mapped_bytes(m, m->high.root, level, layout->format->upper_base);
	for (size_t i = 0; i < m->plan.count; i++) {
		check_range(m, &m->ranges[i]);
		want += m->ranges[i].bytes;
	}
	require(bytes == want);
}

/* The first and the last byte of each segment are where it was placed. */
static void check_segments(const struct machine *m)
{
	for (unsigned i = 0; i < m->in.segment_count; i++) {
		const struct elf_segment *s = &m->elf.segments[i];
		const uint64_t ends[] = { 0, s->memory_bytes - 1 };
		for (unsigned k = 0; k < 2; k++) {
			struct walk got = walk_to(m, s->run + ends[k]);
			require(got.mapped && got.phys == s->place + ends[k]);
			require(got.writable == !!(s->rights & ELF_WRITE) &&
			        got.executable == !!(s->rights & ELF_EXECUTE));
		}
	}
}

/* The edges of all RAM are where the plan says that the direct map is. */
static void check_direct_map(const struct machine *m)
{
	for (size_t i = 0; i < m->memory.count; i++) {
		const struct hobnail_memory *e = &m->entries[i];
		const paddr ends[] = { e->base, e->base + e->bytes - PAGE_BYTES };
		for (unsigned k = 0; k < 2 && memmap_in_direct_map(e); k++) {
			struct walk got = walk_to(m, m->plan.direct_map + ends[k]);
			require(got.mapped == !avoided(m, ends[k]) && (!got.mapped || got.phys == ends[k]));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct machine m;
	struct input in = { data, bytes };
	struct problem p = { .code = OK };
	char sentence[512];

	memset(&m.in, 0, sizeof m.in);
	m.kind = pick(&in, COUNT_OF(kinds));
	m.in.layout = kinds[m.kind].layout;
	m.in.wants = &m.wants;
	m.in.memory = &m.memory;
	make_wants(&m, &in);
	enum err e = make_segments(&m, &in, &p);
	make_avoid(&m, &in);
	require(make_memory(&m, &in) == OK);
	m.plan = (struct plan){ .ranges = m.ranges, .capacity = plan_bound(m.memory.count, 0) };
	require(m.plan.capacity <= RANGES);
	if (!e)
		e = plan_make(&m.plan, &m.in, &p);
	if (e) {
		require(e != ERR_FULL && p.code == e && err_sentence(&p, sentence, sizeof sentence) > 0);
		return 0;
	}
	add_pieces(&m, &in);
	check_list(&m);
	check_maps(&m);
	e = build(&m, &p);
	require(e == OK || e == ERR_PT_NO_TABLES);
	if (!e) {
		check_tables(&m);
		check_segments(&m);
		check_direct_map(&m);
	}
	return 0;
}
