/* The plan of an address space: against numbers from the manuals, against a plain array of pages, and, through the
 * builder, against the independent walker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan.h"
#include "request.h"
#include "walk.h"

enum { ENTRIES = 1024, RANGES = 4096, SEGMENTS = 16, AVOID = 16, WB = 8, UC = 1 };

#define TOP_2G 0xffffffff80000000ull

/* ---- What a plan is made from --------------------------------------------------------------------------- */

struct world {
	const struct plan_layout *layout;
	struct hobnail_memory entries[ENTRIES];
	struct memmap memory;
	struct requests requests;
	struct elf_segment segments[SEGMENTS];
	unsigned segment_count;
	struct plan_piece avoid[AVOID];
	unsigned avoid_count;
	struct span devices[PLAN_MAX_DEVICES];
	unsigned device_count;
	struct plan_range ranges[RANGES];
	struct plan plan;
	struct problem problem;
};

static struct world *world_new(const struct plan_layout *layout)
{
	static struct world w;

	memset(&w, 0, sizeof w);
	w.layout = layout;
	w.memory = (struct memmap){ w.entries, 0, ENTRIES };
	requests_init(&w.requests);
	w.plan = (struct plan){ .ranges = w.ranges, .capacity = RANGES };
	return &w;
}

/* In ascending order, as a memory map is. */
static void memory(struct world *w, uint32_t type, paddr base, uint64_t bytes)
{
	w->entries[w->memory.count++] = (struct hobnail_memory){ base, bytes, type, 0,
	                                                         type == HOBNAIL_MEMORY_MMIO ? UC : WB };
}

static void ram(struct world *w, paddr base, uint64_t bytes)
{
	memory(w, HOBNAIL_MEMORY_USABLE, base, bytes);
}

static void segment(struct world *w, vaddr virt, paddr phys, uint64_t bytes, uint32_t rights)
{
	w->segments[w->segment_count++] = (struct elf_segment){
		.run = virt, .place = phys, .memory_bytes = bytes, .rights = rights | ELF_READ,
		.low = virt < w->layout->low_limit,
	};
}

static void avoid(struct world *w, paddr at, uint64_t bytes)
{
	w->avoid[w->avoid_count++] = (struct plan_piece){ .phys = at, .bytes = bytes };
}

static void device(struct world *w, paddr at, uint64_t bytes)
{
	w->devices[w->device_count++] = (struct span){ at, bytes };
}

static void ask(struct world *w, uint32_t request, uint64_t value)
{
	w->requests.of[request] = (struct request){ .asked = true, .value = value };
}

static enum err make(struct world *w)
{
	struct wants wants;
	requests_wants(&w->requests, &wants);
	struct plan_input in = {
		.layout = w->layout, .wants = &wants, .memory = &w->memory, .segments = w->segments,
		.segment_count = w->segment_count, .avoid = w->avoid, .avoid_count = w->avoid_count,
		.devices = w->devices, .device_count = w->device_count,
	};

	return plan_make(&w->plan, &in, &w->problem);
}

/* The header's promises about the list. */
static void check_list(const struct world *w)
{
	for (size_t i = 0; i < w->plan.count; i++) {
		const struct plan_range *r = &w->ranges[i];
		assert_true(r->bytes > 0);
		assert_true(is_aligned(r->va | r->pa | r->bytes, PAGE_BYTES));
		assert_true(sum_fits(r->va, r->bytes - 1));
		assert_true(pt_canonical(w->layout->format, r->va));
		assert_true(pt_canonical(w->layout->format, r->va + (r->bytes - 1)));
		if (i)
			assert_true(w->ranges[i - 1].va + (w->ranges[i - 1].bytes - 1) < r->va);
	}
}

static void make_well(struct world *w)
{
	assert_int_equal(make(w), OK);
	check_list(w);
}

static void refused(struct world *w, enum err code, uint64_t value0)
{
	assert_int_equal(make(w), code);
	assert_int_equal(w->problem.code, code);
	assert_true(w->problem.value[0] == value0);
}

/* The range that holds va, or NULL. */
static const struct plan_range *at(const struct world *w, vaddr va)
{
	for (size_t i = 0; i < w->plan.count; i++)
		if (va - w->ranges[i].va < w->ranges[i].bytes)
			return &w->ranges[i];
	return NULL;
}

static unsigned count_kind(const struct world *w, enum plan_kind kind)
{
	unsigned n = 0;

	for (size_t i = 0; i < w->plan.count; i++)
		n += w->ranges[i].kind == kind;
	return n;
}

static bool kind_at(const struct world *w, vaddr va, enum plan_kind kind)
{
	const struct plan_range *r = at(w, va);

	return r && r->kind == kind;
}

/* ---- Layouts ------------------------------------------------------------------------------------------- */

/* Where the halves are: Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging"; Arm ARM DDI 0487, "VMSAv8-64 address
 * translation"; RISC-V privileged architecture, "Sv39", "Sv48". */
static const struct {
	const struct plan_layout *layout;
	uint64_t slot, base, end; /* end 0: 2^64 */
	unsigned levels, first_index;
	uint64_t low_limit, lower_end;
	bool upper;
} facts[] = {
	{ &plan_x86_64_4, GIB(512), 0xffff800000000000, 0, 4, 256, 1ull << 47, 1ull << 47, true },
	{ &plan_x86_64_5, TIB(256), 0xff00000000000000, 0, 5, 256, 1ull << 47, 1ull << 56, true },
	{ &plan_aarch64, GIB(512), 0xffff000000000000, 0, 4, 0, 1ull << 48, 1ull << 48, true },
	{ &plan_aarch64_el2, GIB(512), 0, 1ull << 48, 4, 0, 1ull << 48, 1ull << 48, false },
	{ &plan_aarch64_5, TIB(256), 0xfff0000000000000, 0, 5, 0, 1ull << 48, 1ull << 52, true },
	{ &plan_riscv_sv39, GIB(1), 0xffffffc000000000, 0, 3, 256, 1ull << 38, 1ull << 38, true },
	{ &plan_riscv_sv48, GIB(512), 0xffff800000000000, 0, 4, 256, 1ull << 47, 1ull << 47, true },
};

#define EACH_LAYOUT(i) (unsigned i = 0; i < COUNT_OF(facts); i++)

/* aarch64's root has 16 entries where there are five levels. */
static unsigned index_at_root(unsigned which, vaddr va)
{
	unsigned entries = facts[which].layout == &plan_aarch64_5 ? 16 : 512;

	return va >> (12 + 9 * (facts[which].levels - 1)) & (entries - 1);
}

static void layouts_agree_with_their_formats(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		const struct plan_layout *l = facts[i].layout;
		assert_int_equal(l->format->levels, facts[i].levels);
		assert_true(l->base == facts[i].base);
		assert_true(l->base + l->slots * facts[i].slot == facts[i].end);
		assert_int_equal(l->first_index, facts[i].first_index);
		assert_int_equal(l->first_index, index_at_root(i, l->base));
		assert_true(l->direct_slot < l->slots);
		assert_true(l->low_limit == facts[i].low_limit);
		assert_true(l->format->lower_bytes == facts[i].lower_end);
		assert_true(l->top == (facts[i].upper ? TOP_2G : 0));
		assert_int_equal(l->two_roots, l == &plan_aarch64 || l == &plan_aarch64_5);
	}
}

static void a_requested_base_begins_a_slot(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		vaddr base = facts[i].base + 8 * facts[i].slot;
		ram(w, MIB(1), MIB(64));
		ask(w, HOBNAIL_REQUEST_DIRECT_MAP, base + PAGE_BYTES);
		refused(w, ERR_PLAN_BASE, base + PAGE_BYTES);
		assert_true(w->problem.value[1] == facts[i].slot);
		ask(w, HOBNAIL_REQUEST_DIRECT_MAP, base + facts[i].slot / 2);
		refused(w, ERR_PLAN_BASE, base + facts[i].slot / 2);
		ask(w, HOBNAIL_REQUEST_DIRECT_MAP, base);
		make_well(w);
		assert_true(w->plan.direct_map == base);
	}
}

static void a_requested_base_lies_in_the_kernels_half(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, MIB(1), MIB(64));
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, 0x0000400000000000);
	refused(w, ERR_PLAN_BASE, 0x0000400000000000);
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, 0x0010000000000000);
	refused(w, ERR_PLAN_BASE, 0x0010000000000000);
	w->layout = &plan_aarch64_el2;
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, 1ull << 48);
	refused(w, ERR_PLAN_BASE, 1ull << 48);
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

struct kernel {
	struct elf_file file;
	struct elf_layout elf;
	uint64_t slide;
	struct problem problem;
};

static struct kernel kernel_new(bool position_independent)
{
	return (struct kernel){ .file = { .position_independent = position_independent }, .slide = 1 };
}

static void kernel_segment(struct kernel *k, vaddr virt, paddr phys, uint64_t bytes, uint32_t rights)
{
	unsigned i = k->elf.segment_count++;

	k->elf.segments[i] = (struct elf_segment){ .virt = virt, .phys = phys, .memory_bytes = bytes, .rights = rights,
	                                           .index = 5 + i };
}

static enum err place(struct kernel *k, const struct plan_layout *layout, bool mmu_off)
{
	return plan_segments(layout, &k->file, &k->elf, mmu_off, &k->slide, &k->problem);
}

static void place_refused(struct kernel *k, const struct plan_layout *layout, bool mmu_off, enum err code,
                          uint64_t value0)
{
	k->slide = 1;
	assert_int_equal(place(k, layout, mmu_off), code);
	assert_int_equal(k->problem.code, code);
	assert_true(k->problem.value[0] == value0);
	assert_true(k->problem.value[2] == elf_segment_name(&k->elf, k->elf.segment_count - 1));
	assert_int_equal(k->slide, 1);
}

static void static_high_segments_stay(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct kernel k = kernel_new(false);
		kernel_segment(&k, TOP_2G + 0x100123, 77, 0x5000, ELF_READ | ELF_EXECUTE);
		kernel_segment(&k, TOP_2G + 0x200000, 78, 0x7001, ELF_READ | ELF_WRITE);
		if (!facts[i].upper)
			continue;
		assert_int_equal(place(&k, facts[i].layout, false), OK);
		assert_true(k.elf.segments[0].run == TOP_2G + 0x100123);
		assert_int_equal(k.elf.segments[1].memory_bytes, 0x7001);
		assert_int_equal(k.elf.segments[1].rights, ELF_READ | ELF_WRITE);
		assert_false(k.elf.segments[0].low || k.elf.segments[1].low);
		assert_int_equal(k.slide, 0);
	}
}

static void static_low_segments_are_low(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct kernel k = kernel_new(false);
		uint64_t limit = facts[i].low_limit;
		kernel_segment(&k, 0x40080123, 0x80123, 0x5000, ELF_READ);
		kernel_segment(&k, limit - 0x3000, 0x100000, 0x3000, ELF_READ);
		assert_int_equal(place(&k, facts[i].layout, false), OK);
		assert_true(k.elf.segments[0].low && k.elf.segments[1].low);
		assert_int_equal(k.elf.segments[0].run, 0x40080123);
		assert_int_equal(k.slide, 0);
		k.elf.segments[1].memory_bytes++;
		place_refused(&k, facts[i].layout, false, facts[i].upper ? ERR_PLAN_CANONICAL : ERR_PLAN_ONE_RANGE,
			      limit - 0x3000);
	}
}

static void segments_between_the_halves_are_refused(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct kernel k = kernel_new(false);
		if (!facts[i].upper)
			continue;
		kernel_segment(&k, facts[i].low_limit, 0, 4096, ELF_READ);
		if (facts[i].low_limit < facts[i].base) {
			place_refused(&k, facts[i].layout, false, ERR_PLAN_CANONICAL, facts[i].low_limit);
			k.elf.segments[0].virt = facts[i].base - 4096;
			place_refused(&k, facts[i].layout, false, ERR_PLAN_CANONICAL, facts[i].base - 4096);
		}
		k.elf.segments[0].virt = facts[i].base;
		assert_int_equal(place(&k, facts[i].layout, false), OK);
		assert_false(k.elf.segments[0].low);
	}
}

static void one_range_refuses_the_upper_half(void **state)
{
	struct kernel k = kernel_new(false);

	(void)state;
	kernel_segment(&k, 0x40000000, 0x40000000, 4096, ELF_READ);
	kernel_segment(&k, TOP_2G, 0, 4096, ELF_READ);
	place_refused(&k, &plan_aarch64_el2, false, ERR_PLAN_ONE_RANGE, TOP_2G);
}

static void a_segment_may_end_with_the_address_space_but_not_beyond(void **state)
{
	struct kernel k = kernel_new(false);

	(void)state;
	kernel_segment(&k, 0xfffffffffffff000, 0, 4096, ELF_READ);
	assert_int_equal(place(&k, &plan_x86_64_4, false), OK);
	k.elf.segments[0].memory_bytes++;
	place_refused(&k, &plan_x86_64_4, false, ERR_PLAN_CANONICAL, 0xfffffffffffff000);
}

static void low_segments_keep_their_place_in_the_page(void **state)
{
	struct kernel k = kernel_new(false);

	(void)state;
	kernel_segment(&k, 0x200123, 0x100124, 4096, ELF_READ);
	place_refused(&k, &plan_x86_64_4, false, ERR_PLAN_PAGE_OFFSET, 0x200123);
	assert_int_equal(k.problem.value[1], 0x100124);
	assert_int_equal(place(&k, &plan_aarch64, true), OK); /* nothing translates: only p_paddr counts */
	k.elf.segments[0].virt += TOP_2G;
	assert_int_equal(place(&k, &plan_x86_64_4, false), OK); /* p_paddr is ignored */
}

static void position_independent_kernels_go_to_the_top(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct kernel k = kernel_new(true);
		uint64_t move = facts[i].upper ? TOP_2G - 0x1400000 : 0;
		kernel_segment(&k, 0x1412345, 9, 0x1000, ELF_READ | ELF_EXECUTE);
		kernel_segment(&k, 0x1600000, 9, 0x1000, ELF_READ);
		assert_int_equal(place(&k, facts[i].layout, false), OK);
		assert_true(k.slide == move);
		assert_true(k.elf.segments[0].run == 0x1412345 + move);
		assert_true(k.elf.segments[1].run == 0x1600000 + move);
		assert_false(k.elf.segments[0].low || k.elf.segments[1].low);
	}
}

/* ... and keep what their program headers say about alignment: a multiple of it stays one. */
static void position_independent_kernels_keep_their_alignment(void **state)
{
	struct kernel k = kernel_new(true);

	(void)state;
	kernel_segment(&k, 0x1412345, 9, 0x1000, ELF_READ | ELF_EXECUTE);
	kernel_segment(&k, 0x2000000, 9, 0x1000, ELF_READ);
	k.elf.segments[1].alignment = MIB(32);
	assert_int_equal(place(&k, &plan_x86_64_4, false), OK);
	assert_true(k.slide == TOP_2G);
	assert_true(k.elf.segments[1].run == TOP_2G + MIB(32));
}

static void a_position_independent_kernel_may_be_linked_high(void **state)
{
	struct kernel k = kernel_new(true);

	(void)state;
	kernel_segment(&k, 0xffffffffc0000000, 9, 0x1000, ELF_READ);
	assert_int_equal(place(&k, &plan_x86_64_4, false), OK);
	assert_true(k.elf.segments[0].run == TOP_2G);
	assert_true(k.slide == 0ull - 0x40000000);
	assert_int_equal(place(&k, &plan_aarch64_el2, false), OK); /* it will be moved to where it is loaded */
	assert_int_equal(k.slide, 0);
}

static void a_position_independent_kernel_that_would_wrap_is_refused(void **state)
{
	struct kernel k = kernel_new(true);
	uint64_t room = GIB(2) - 4096;

	(void)state;
	kernel_segment(&k, 0, 0, 0x1000, ELF_READ);
	kernel_segment(&k, room - 0x1000, 0, 0x1000, ELF_READ);
	assert_int_equal(place(&k, &plan_x86_64_4, false), OK);
	k.elf.segments[1].memory_bytes++;
	place_refused(&k, &plan_x86_64_4, false, ERR_PLAN_TOO_LARGE, room - 0x1000);
	assert_int_equal(k.problem.value[1], room);
	k.elf.segments[1].memory_bytes = 0x1000;
	k.elf.segments[1].virt = GIB(3);
	place_refused(&k, &plan_x86_64_4, false, ERR_PLAN_TOO_LARGE, GIB(3));
}

static void with_the_mmu_off_segments_keep_their_linked_addresses(void **state)
{
	struct kernel fixed = kernel_new(false), movable = kernel_new(true);

	(void)state;
	kernel_segment(&fixed, TOP_2G + 0x80000, 0x40080000, 0x1000, ELF_READ);
	assert_int_equal(place(&fixed, &plan_aarch64, true), OK);
	assert_true(fixed.elf.segments[0].low);
	assert_true(fixed.elf.segments[0].run == TOP_2G + 0x80000);
	assert_int_equal(fixed.slide, 0);
	fixed.elf.segments[0].phys = (1ull << 48) - 0xfff;
	place_refused(&fixed, &plan_aarch64, true, ERR_PLAN_MMU_OFF_HIGH, (1ull << 48) - 0xfff);

	kernel_segment(&movable, 0x80000, 1ull << 60, 0x1000, ELF_READ);
	assert_int_equal(place(&movable, &plan_aarch64, true), OK);
	assert_false(movable.elf.segments[0].low);
	assert_int_equal(movable.elf.segments[0].run, 0x80000);
	assert_int_equal(movable.slide, 0);
}

/* ---- Segments in the list ------------------------------------------------------------------------------ */

static void segments_have_exactly_their_rights(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, MIB(1), MIB(64));
	segment(w, 0x400000, MIB(8), 0x1000, ELF_WRITE);
	segment(w, TOP_2G + 0x123, MIB(2) + 0x123, 0x1000, ELF_EXECUTE);
	segment(w, TOP_2G + 0x2000, MIB(2) + 0x2000, 0x1000, 0);
	segment(w, TOP_2G + 0x3000, MIB(2) + 0x3000, 0x2fff, ELF_WRITE);
	make_well(w);
	assert_int_equal(at(w, 0x400000)->rights, PT_WRITE);
	assert_int_equal(at(w, TOP_2G)->rights, PT_EXECUTE | PT_GLOBAL);
	assert_int_equal(at(w, TOP_2G)->bytes, 0x2000);
	assert_true(at(w, TOP_2G)->pa == MIB(2));
	assert_int_equal(at(w, TOP_2G + 0x2000)->rights, PT_GLOBAL);
	assert_int_equal(at(w, TOP_2G + 0x3000)->rights, PT_GLOBAL | PT_WRITE);
	assert_int_equal(at(w, TOP_2G + 0x3000)->bytes, 0x3000);
	assert_int_equal(at(w, TOP_2G + 0x3000)->index, 3);
	assert_null(at(w, TOP_2G + 0x6000));
}

static void segments_of_equal_rights_share_a_page_anywhere(void **state)
{
	static const vaddr bases[] = { 0xffffffffffffe000, TOP_2G };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(bases); i++) {
		struct world *w = world_new(&plan_x86_64_4);
		vaddr base = bases[i];
		segment(w, base + 0x010, MIB(2) + 0x010, 0x1100, ELF_WRITE);
		segment(w, base + 0x1400, MIB(2) + 0x1400, 0x100, ELF_WRITE);
		segment(w, base + 0x1600, MIB(2) + 0x1600, 0xa00, ELF_WRITE);
		make_well(w);
		assert_int_equal(count_kind(w, PLAN_SEGMENT), 1);
		assert_int_equal(at(w, base)->bytes, 0x2000);
	}
}

static void segments_that_share_a_page_of_two_places_are_refused(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	segment(w, 0x400000, 0x400000, 0x1100, ELF_WRITE);
	segment(w, 0x401200, 0x801200, 0x1100, ELF_WRITE);
	refused(w, ERR_PLAN_OVERLAP, 0x401000);
	assert_int_equal(w->problem.value[1], PLAN_SEGMENT);
	assert_int_equal(w->problem.value[2], PLAN_SEGMENT);
}

/* ---- Slots --------------------------------------------------------------------------------------------- */

static void the_direct_map_has_its_default_place(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		vaddr expected = facts[i].upper ? facts[i].base : 1ull << 47;
		ram(w, MIB(1), MIB(64));
		make_well(w);
		assert_true(w->plan.direct_map == expected);
		assert_true(at(w, expected + MIB(1))->pa == MIB(1));
		assert_int_equal(at(w, expected + MIB(1))->rights, PT_WRITE | PT_GLOBAL);
		assert_false(w->plan.has_device_map);
	}
}

static void a_segment_in_the_default_place_moves_the_direct_map(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		uint64_t slot = facts[i].slot;
		vaddr base = facts[i].upper ? facts[i].base : 1ull << 47;
		unsigned needs = facts[i].layout == &plan_riscv_sv39 ? 4 : 1;
		ram(w, MIB(1), MIB(64));
		segment(w, base + (needs - 1) * slot, MIB(2), 0x1000, 0);
		make_well(w);
		assert_true(w->plan.direct_map == base + needs * slot);
	}
}

static void a_map_of_several_slots_skips_gaps_that_are_too_small(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	vaddr base = 0xffff800000000000;

	(void)state;
	ram(w, MIB(1), MIB(64));
	ram(w, TIB(1) + GIB(1), GIB(1)); /* three slots */
	segment(w, base + 2 * GIB(512), MIB(2), 0x1000, 0);
	segment(w, base + 5 * GIB(512) + GIB(511), MIB(2), GIB(2), 0); /* into the sixth */
	make_well(w);
	assert_true(w->plan.direct_map == base + 7 * GIB(512));
	assert_true(at(w, w->plan.direct_map + TIB(1) + GIB(1))->pa == TIB(1) + GIB(1));
}

static void a_map_that_ends_with_its_slot_takes_no_more(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	vaddr base = 0xffff800000000000;

	(void)state;
	ram(w, GIB(511), GIB(1));
	segment(w, base + GIB(512), MIB(2), 0x1000, 0);
	make_well(w);
	assert_true(w->plan.direct_map == base);
	w->entries[0].bytes += PAGE_BYTES;
	make_well(w);
	assert_true(w->plan.direct_map == base + 2 * GIB(512));
}

static void memory_beyond_the_upper_half_is_refused(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	uint64_t most = 253 * GIB(512); /* the net, and two for the kernel */

	(void)state;
	ram(w, MIB(1), MIB(64));
	ram(w, most - GIB(1), GIB(1));
	make_well(w);
	assert_true(w->plan.net_base == 0xffff800000000000 + most);
	w->entries[1].bytes += PAGE_BYTES;
	refused(w, ERR_PLAN_NO_SLOT, GIB(512)); /* for the net */
	w->entries[1].base = 255 * GIB(512);
	w->entries[1].bytes = GIB(512);
	segment(w, TOP_2G, MIB(2), 0x1000, 0);
	refused(w, ERR_PLAN_NO_SLOT, 256 * GIB(512));
	w->layout = &plan_x86_64_5;
	make_well(w);
}

static void memory_at_the_end_of_the_physical_space_is_refused(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		ram(w, MIB(1), MIB(64));
		ram(w, 0ull - MIB(2), MIB(1));
		refused(w, ERR_PLAN_NO_SLOT, 0ull - MIB(1));
		/* 2^32 slots of 1 GiB and one more: no number of slots may be cut to 32 bits */
		w->entries[1].base = 1ull << 62;
		refused(w, ERR_PLAN_NO_SLOT, (1ull << 62) + MIB(1));
	}
}

static void a_requested_base_that_is_taken_is_refused(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	vaddr base = 0xffff800000000000;

	(void)state;
	ram(w, MIB(1), MIB(64));
	ram(w, GIB(600), MIB(64)); /* two slots */
	segment(w, base + 11 * GIB(512) + 0x5000, MIB(2), 0x1000, 0);
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, base + 10 * GIB(512));
	refused(w, ERR_PLAN_BASE_TAKEN, base + 10 * GIB(512));
	assert_true(w->problem.value[1] == base + 11 * GIB(512));
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, base + 255 * GIB(512));
	refused(w, ERR_PLAN_BASE_HIGH, base + 255 * GIB(512));
	assert_int_equal(w->problem.value[1], 2);
	assert_int_equal(w->problem.value[2], 1);
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, base + 9 * GIB(512));
	make_well(w);
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, base + 8 * GIB(512));
	refused(w, ERR_PLAN_BASE_TAKEN, base + 9 * GIB(512));
}

static void the_direct_map_makes_way_for_a_requested_device_map(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	vaddr base = 0xffff800000000000;

	(void)state;
	ram(w, MIB(1), MIB(64));
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, base);
	make_well(w);
	assert_true(w->plan.has_device_map && w->plan.device_map == base);
	assert_true(w->plan.direct_map == base + GIB(512));
}

static void the_recursive_slot_is_nobody_elses(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, MIB(1), MIB(64));
	segment(w, TOP_2G, MIB(2), 0x1000, 0);
	ask(w, HOBNAIL_REQUEST_RECURSIVE, 511);
	refused(w, ERR_PLAN_SLOT, 511);
	assert_true(w->problem.value[1] == 0xffffff8000000000);
	ask(w, HOBNAIL_REQUEST_RECURSIVE, 256);
	make_well(w);
	assert_true(w->plan.direct_map == 0xffff808000000000);
	ask(w, HOBNAIL_REQUEST_RECURSIVE, 509);
	make_well(w);
	assert_int_equal(w->plan.net_index, 508);
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, 0xfffffe8000000000);
	refused(w, ERR_PLAN_BASE_TAKEN, 0xfffffe8000000000);
	ask(w, HOBNAIL_REQUEST_RECURSIVE, 255);
	refused(w, ERR_PLAN_SLOT_INDEX, 255);
	ask(w, HOBNAIL_REQUEST_RECURSIVE, 512);
	refused(w, ERR_PLAN_SLOT_INDEX, 512);
	ask(w, HOBNAIL_REQUEST_RECURSIVE, (1ull << 32) + 300);
	refused(w, ERR_PLAN_SLOT_INDEX, (1ull << 32) + 300);
}

static void the_net_has_a_slot_of_its_own(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		unsigned slots = facts[i].layout->slots;
		vaddr expected = facts[i].base + (slots - 3) * facts[i].slot;
		ram(w, MIB(1), MIB(64));
		make_well(w);
		assert_true(w->plan.net_base == expected);
		assert_int_equal(w->plan.net_index, index_at_root(i, expected));
		assert_true(w->plan.net_bytes <= facts[i].slot / 2);
		assert_true(w->plan.net_bytes == PLAN_NET_BYTES || facts[i].layout == &plan_riscv_sv39);
		segment(w, expected + GIB(1) - 0x1000, MIB(2), 0x1000, 0);
		make_well(w);
		assert_true(w->plan.net_base == expected - facts[i].slot);
		assert_int_equal(w->plan.net_index, index_at_root(i, expected) - 1);
	}
}

/* ---- Identity map -------------------------------------------------------------------------------------- */

static void the_identity_map_leaves_a_segment_that_agrees_alone(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, 0x1000, MIB(64));
	segment(w, 0x1000, 0x1000, 0x1000, ELF_EXECUTE);         /* at its beginning */
	segment(w, 0x400000, 0x400000, 0x2000, ELF_EXECUTE);
	segment(w, 0x402000, 0x402000, 0x1000, ELF_WRITE);       /* touching */
	segment(w, MIB(64), MIB(64), 0x1000, 0);                 /* at its end */
	ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	make_well(w);
	assert_int_equal(at(w, 0x400000)->rights, PT_EXECUTE);
	assert_int_equal(at(w, 0x402000)->rights, PT_WRITE);
	assert_int_equal(count_kind(w, PLAN_IDENTITY_MAP), 2);
	assert_int_equal(at(w, 0x3ff000)->rights, PT_WRITE);
	for (vaddr va = 0x1000; va <= MIB(64); va += 0x1000)
		assert_true(at(w, va) && va - at(w, va)->va + at(w, va)->pa == va);
	assert_null(at(w, MIB(64) + 0x1000));
}

static void the_identity_map_refuses_a_segment_that_disagrees(void **state)
{
	static const uint64_t places[] = { 0x100000, 0x180000, 0x1ff000, 0xff000 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(places); i++) {
		struct world *w = world_new(&plan_x86_64_4);
		ram(w, 0x100000, 0x100000);
		segment(w, places[i], 0x140000, 0x2000, ELF_EXECUTE);
		ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
		refused(w, ERR_PLAN_OVERLAP, max_u64(places[i], 0x100000));
		assert_int_equal(w->problem.value[1], PLAN_IDENTITY_MAP);
		assert_int_equal(w->problem.value[2], PLAN_SEGMENT);
	}
}

static void an_identity_map_of_value_0_is_none(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, 0x100000, 0x100000);
	ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 0);
	make_well(w);
	assert_int_equal(count_kind(w, PLAN_IDENTITY_MAP), 0);
}

static void memory_above_the_lower_half_has_no_identity(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		uint64_t end = facts[i].lower_end;
		if (facts[i].layout != &plan_x86_64_5 && facts[i].layout != &plan_riscv_sv39)
			continue;
		ram(w, end - MIB(4), MIB(4));
		ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
		assert_int_not_equal(make(w), ERR_PLAN_IDENTITY);
		w->entries[0].bytes += 4096;
		refused(w, ERR_PLAN_IDENTITY, end + 4096);
		assert_true(w->problem.value[1] == end);
	}
}

static void in_one_range_the_identity_map_keeps_the_others_off(void **state)
{
	struct world *w = world_new(&plan_aarch64_el2);

	(void)state;
	ram(w, MIB(1), MIB(64));
	ram(w, GIB(513), MIB(64));
	segment(w, 0x400000, 0x400000, 0x2000, ELF_EXECUTE);
	ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, GIB(512));
	refused(w, ERR_PLAN_BASE_TAKEN, GIB(512));
	ask(w, HOBNAIL_REQUEST_DIRECT_MAP, GIB(1024));
	make_well(w);
	assert_true(kind_at(w, GIB(513), PLAN_IDENTITY_MAP));
	assert_true(kind_at(w, GIB(1024) + GIB(513), PLAN_DIRECT_MAP));
}

/* ---- Framebuffers -------------------------------------------------------------------------------------- */

/* RAM from 1 MiB to 5 MiB in two entries that differ in type; which pages are left? */
static void check_avoided(paddr from, uint64_t bytes, paddr hole, paddr hole_end)
{
	struct world *w = world_new(&plan_aarch64);

	ram(w, MIB(1), MIB(2));
	memory(w, HOBNAIL_MEMORY_MODULE, MIB(3), MIB(2));
	avoid(w, MIB(700), MIB(1)); /* somewhere else */
	avoid(w, from, bytes);
	ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	make_well(w);
	for (paddr pa = 0; pa < MIB(6); pa += PAGE_BYTES) {
		bool expected = pa >= MIB(1) && pa < MIB(5) && !(pa >= hole && pa < hole_end);
		assert_int_equal(kind_at(w, w->plan.direct_map + pa, PLAN_DIRECT_MAP), expected);
		assert_int_equal(kind_at(w, pa, PLAN_IDENTITY_MAP), expected);
	}
}

static void framebuffers_are_not_in_the_direct_map(void **state)
{
	(void)state;
	check_avoided(MIB(2), MIB(1) / 2, MIB(2), MIB(2) + MIB(1) / 2);           /* inside       */
	check_avoided(MIB(1), MIB(1), MIB(1), MIB(2));                            /* at its beginning */
	check_avoided(MIB(1) - 0x2000, 0x5000, MIB(1), MIB(1) + 0x3000);          /* across it    */
	check_avoided(MIB(4), MIB(1), MIB(4), MIB(5));                            /* at its end   */
	check_avoided(MIB(5) - 0x1000, MIB(9), MIB(5) - 0x1000, MIB(5));          /* across it    */
	check_avoided(MIB(2), MIB(2), MIB(2), MIB(4));                            /* two entries  */
	check_avoided(0, MIB(100), MIB(1), MIB(5));                               /* all of it    */
	check_avoided(MIB(2) + 0x123, 0x1000, MIB(2), MIB(2) + 0x2000);           /* parts of pages */
	check_avoided(MIB(2), 0, 0, 0);                                           /* nothing      */
	check_avoided(MIB(2) + 5, 0, 0, 0);
	check_avoided(MIB(4), 0ull - MIB(4), MIB(4), MIB(5));                     /* to the end of everything */
	check_avoided(MIB(4), UINT64_MAX, MIB(4), MIB(5));                        /* beyond it    */
	check_avoided(MIB(4) + 1, 0ull - MIB(4) - 1, MIB(4), MIB(5));
}

static void several_framebuffers_may_overlap(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, MIB(1), MIB(4));
	avoid(w, MIB(3), MIB(1));
	avoid(w, MIB(2), 0x4000);
	avoid(w, MIB(2) + 0x2000, 0x1000);
	avoid(w, MIB(2) + 0x3000, 0x4000);
	avoid(w, MIB(4), 0x1000);
	make_well(w);
	assert_int_equal(count_kind(w, PLAN_DIRECT_MAP), 3);
	assert_int_equal(at(w, w->plan.direct_map + MIB(1))->bytes, MIB(1));
	assert_null(at(w, w->plan.direct_map + MIB(2)));
	assert_null(at(w, w->plan.direct_map + MIB(2) + 0x6000));
	assert_true(at(w, w->plan.direct_map + MIB(2) + 0x7000)->pa == MIB(2) + 0x7000);
	assert_true(at(w, w->plan.direct_map + MIB(4) + 0x1000)->bytes == MIB(1) - 0x1000);
}

/* ---- Device map ---------------------------------------------------------------------------------------- */

static void the_device_map_is_what_memory_is_not(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	vaddr base = 0xffffa00000000000;

	(void)state;
	ram(w, 0x1000, MIB(1) - 0x1000);
	memory(w, HOBNAIL_MEMORY_RESERVED, MIB(1), MIB(1));
	memory(w, HOBNAIL_MEMORY_MMIO, MIB(2), MIB(1));
	memory(w, HOBNAIL_MEMORY_RUNTIME_CODE, MIB(4), MIB(1));
	memory(w, HOBNAIL_MEMORY_MMIO, GIB(7), MIB(1));
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, base);
	make_well(w);
	assert_true(kind_at(w, base, PLAN_DEVICE_MAP));
	assert_null(at(w, base + 0x1000));
	assert_null(at(w, base + MIB(2) - 1));
	assert_int_equal(at(w, base + MIB(2))->bytes, MIB(2)); /* with the hole behind it */
	assert_int_equal(at(w, base + MIB(2))->rights, PT_WRITE | PT_GLOBAL);
	assert_int_equal(at(w, base + MIB(2))->memory, PT_DEVICE);
	assert_null(at(w, base + MIB(4)));
	assert_true(at(w, base + MIB(5))->bytes == GIB(7) + MIB(1) - MIB(5));
	assert_int_equal(count_kind(w, PLAN_DEVICE_MAP), 3);
}

/* Above the end of the others, and where memory is reserved; what is RAM, or kept of it, stays what it is. */
static void the_device_map_has_what_tables_name(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	vaddr base = 0xffffa00000000000;

	(void)state;
	ram(w, 0x1000, MIB(1));
	memory(w, HOBNAIL_MEMORY_RESERVED, GIB(1), MIB(4));
	memory(w, HOBNAIL_MEMORY_MMIO, GIB(2), MIB(1));
	memory(w, HOBNAIL_MEMORY_RESERVED, GIB(8), MIB(1));
	memory(w, HOBNAIL_MEMORY_RUNTIME_DATA, GIB(9), MIB(1)); /* not write-back: in no map */
	w->entries[w->memory.count - 1].attributes = UC;
	device(w, 0, MIB(1));
	device(w, GIB(1) + MIB(1), MIB(2));
	device(w, GIB(2), GIB(1));
	device(w, GIB(8) - MIB(1), GIB(1) + MIB(3));
	device(w, TIB(1) - MIB(1), MIB(2));
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, base);
	make_well(w);
	assert_null(at(w, base + 0x1000));
	assert_null(at(w, base + GIB(1)));
	assert_true(kind_at(w, base + GIB(1) + MIB(1), PLAN_DEVICE_MAP));
	assert_int_equal(at(w, base + GIB(1) + MIB(1))->bytes, MIB(2));
	assert_null(at(w, base + GIB(1) + MIB(3)));
	assert_null(at(w, base + GIB(8) - MIB(1) - 1));
	assert_int_equal(at(w, base + GIB(8) - MIB(1))->bytes, MIB(1));
	assert_int_equal(at(w, base + GIB(8))->bytes, MIB(1)); /* reserved */
	assert_true(kind_at(w, base + GIB(9) - 1, PLAN_DEVICE_MAP));
	assert_null(at(w, base + GIB(9)));
	assert_int_equal(at(w, base + GIB(9) + MIB(1))->bytes, MIB(1));
	assert_null(at(w, base + GIB(9) + MIB(2)));
	assert_int_equal(at(w, base + TIB(1) - MIB(1))->bytes, MIB(2));
	assert_int_equal(at(w, base + TIB(1))->rights, PT_WRITE | PT_GLOBAL);
	assert_int_equal(at(w, base + TIB(1))->memory, PT_DEVICE);
	assert_int_equal(at(w, base + TIB(1))->pa - at(w, base + TIB(1))->va, 0 - base);
}

/* Its slots are its own as far as the last of them. */
static void what_tables_name_has_slots(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, 0x1000, MIB(1));
	device(w, TIB(40), MIB(1));
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, w->layout->base);
	make_well(w);
	assert_true(w->plan.direct_map >= w->layout->base + TIB(40) + MIB(1));
}

/* What tables name may not take the slots that a kernel asked for. */
static void what_tables_name_gives_way_to_requested_bases(void **state)
{
	const vaddr base = 0xffffa00000000000, last = 0xffffff8000000000;

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		struct world *w = world_new(&plan_aarch64);
		ram(w, GIB(1), GIB(2));
		device(w, GIB(256), MIB(256));
		device(w, GIB(512) - MIB(1), GIB(512));
		ask(w, HOBNAIL_REQUEST_DEVICE_MAP, k == 1 ? last : base);
		if (k != 1)
			ask(w, HOBNAIL_REQUEST_DIRECT_MAP, base + (k == 0 ? GIB(512) : TIB(1)));
		make_well(w);
		vaddr map = k == 1 ? last : base;
		assert_true(w->plan.device_map == map);
		assert_true(w->plan.device_end == (k == 2 ? TIB(1) - MIB(1) : GIB(512)));
		assert_true(kind_at(w, map, PLAN_DEVICE_MAP));
		assert_true(kind_at(w, map + GIB(256), PLAN_DEVICE_MAP));
		assert_true(kind_at(w, map + GIB(512) - 1, PLAN_DEVICE_MAP));
		assert_int_equal(k == 1 ? 0 : kind_at(w, map + GIB(512), PLAN_DEVICE_MAP), k == 2);
		assert_int_equal(at(w, map + GIB(512) - 1)->bytes, k == 2 ? GIB(512) : MIB(1));
	}
}

static void the_device_map_reaches_4_gib_at_least(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, 0x1000, MIB(1));
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	make_well(w);
	assert_true(kind_at(w, 0xffffa000fffff000, PLAN_DEVICE_MAP));
	assert_null(at(w, 0xffffa00100000000));
	memory(w, HOBNAIL_MEMORY_RESERVED, GIB(3), GIB(60)); /* neither: beyond the end */
	make_well(w);
	assert_null(at(w, 0xffffa00000000000 + GIB(3)));
	assert_null(at(w, 0xffffa00000000000 + GIB(63)));
	memory(w, HOBNAIL_MEMORY_RESERVED, GIB(1012), GIB(12)); /* QEMU's q35 has one there */
	make_well(w);
	assert_int_equal(count_kind(w, PLAN_DEVICE_MAP), 2);
	assert_null(at(w, 0xffffa00000000000 + GIB(63)));
}

static void device_registers_too_far_away_are_refused(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	ram(w, 0x1000, MIB(1));
	memory(w, HOBNAIL_MEMORY_MMIO, 1ull << 56, MIB(1));
	make_well(w); /* nobody wants them mapped */
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	refused(w, ERR_PLAN_BASE_HIGH, 0xffffa00000000000);
}

/* ---- Net and stacks ------------------------------------------------------------------------------------ */

static struct plan_piece piece(enum plan_kind kind, paddr at_phys, uint64_t bytes)
{
	return (struct plan_piece){ .phys = at_phys, .bytes = bytes, .rights = PT_WRITE, .kind = kind };
}

/* Nothing is mapped in the page before and in the page behind. */
static void check_guards(const struct world *w, const struct plan_piece *p)
{
	const struct plan_range *r = at(w, p->virt);

	assert_non_null(r);
	assert_true(r->pa + (p->virt - r->va) == p->phys);
	assert_true(at(w, p->virt + p->bytes - 1) == r);
	assert_null(at(w, r->va - PAGE_BYTES));
	assert_null(at(w, r->va + r->bytes));
	assert_int_equal(r->rights, PT_WRITE | PT_GLOBAL);
	assert_int_equal(r->kind, p->kind);
	assert_int_equal(r->index, p->index);
}

static void pieces_have_guards_on_both_sides(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		struct plan_piece pieces[] = {
			piece(PLAN_NET_IMAGE, MIB(5), 0x8000), piece(PLAN_STACK, MIB(7), 0x4000),
			piece(PLAN_CONSOLE, 0x9000123, 0x10), piece(PLAN_STACK, MIB(7) + 0x4000, 0x4000),
			piece(PLAN_FRAMEBUFFER, 0xe0000000, MIB(16)), piece(PLAN_NET_STACK, MIB(9), 0x4000),
			piece(PLAN_CONSOLE, 0x9000fff, 2), piece(PLAN_STACK, MIB(40), MIB(16)),
		};
		ram(w, MIB(1), MIB(64));
		/* the slots on both sides are full to the brim */
		make_well(w);
		segment(w, w->plan.net_base - 0x1000, MIB(1), 0x1000, 0);
		segment(w, w->plan.net_base + facts[i].slot, MIB(1), 0x1000, 0);
		make_well(w);
		for (unsigned j = 0; j < COUNT_OF(pieces); j++) {
			pieces[j].index = 300 + j;
			assert_int_equal(plan_piece(&w->plan, w->layout, &pieces[j], &w->problem), OK);
		}
		check_list(w);
		for (unsigned j = 0; j < COUNT_OF(pieces); j++) {
			bool stack = pieces[j].kind == PLAN_STACK;
			uint64_t offset = pieces[j].virt - w->plan.net_base;
			check_guards(w, &pieces[j]);
			assert_true(stack ? offset >= w->plan.net_bytes
			                  : offset + pieces[j].bytes <= w->plan.net_bytes);
			assert_true(offset + pieces[j].bytes <= facts[i].slot);
		}
	}
}

static void large_pieces_begin_as_their_memory_does(void **state)
{
	static const paddr places[] = { 0, 0x1000, MIB(2) - 0x1000, MIB(1) + 0x123 };
	struct world *w = world_new(&plan_x86_64_4);

	(void)state;
	make_well(w);
	for (unsigned i = 0; i < COUNT_OF(places); i++) {
		struct plan_piece p = piece(PLAN_FRAMEBUFFER, GIB(3) + places[i], MIB(8));
		assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), OK);
		assert_int_equal(p.virt % MIB(2), p.phys % MIB(2));
		check_guards(w, &p);
	}
}

static void the_nets_image_keeps_its_shape_however_large(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	struct plan_piece p = piece(PLAN_NET_IMAGE, MIB(5) + 0x7000, MIB(3));
	vaddr expected;

	(void)state;
	make_well(w);
	expected = w->plan.net_next;
	assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), OK);
	assert_true(p.virt == expected);
}

static void pieces_stay_in_their_window(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		struct world *w = world_new(facts[i].layout);
		make_well(w);
		uint64_t net = w->plan.net_bytes - 2 * PAGE_BYTES,
			 stacks = facts[i].slot - w->plan.net_bytes - PAGE_BYTES;
		struct plan_piece p = piece(PLAN_CONSOLE, MIB(2) + PAGE_BYTES, net + 1);
		vaddr next = w->plan.net_next;
		assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), ERR_PLAN_NET_FULL);
		assert_true(w->problem.value[0] == net + 1 && w->problem.value[1] == w->plan.net_base);
		assert_true(w->plan.net_next == next && !p.virt && !w->plan.count);
		p.bytes = net;
		assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), OK);
		check_guards(w, &p);
		p.bytes = 1;
		assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), ERR_PLAN_NET_FULL);
		p = piece(PLAN_STACK, MIB(2), stacks + 1);
		assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), ERR_PLAN_NET_FULL);
		p.bytes = stacks;
		assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), OK);
		p.bytes = UINT64_MAX - MIB(4);
		assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), ERR_PLAN_NET_FULL);
		check_list(w);
	}
}

static void pieces_without_bytes_or_that_wrap_are_refused(void **state)
{
	struct world *w = world_new(&plan_x86_64_4);
	struct plan_piece empty = piece(PLAN_FRAMEBUFFER, MIB(2), 0),
			  wraps = piece(PLAN_FRAMEBUFFER, 0ull - 0x1000, 0x1001);

	(void)state;
	make_well(w);
	assert_int_equal(plan_piece(&w->plan, w->layout, &empty, &w->problem), ERR_RANGE);
	assert_int_equal(plan_piece(&w->plan, w->layout, &wraps, &w->problem), ERR_RANGE);
	assert_int_equal(w->plan.count, 0);
}

/* ---- Capacity ------------------------------------------------------------------------------------------ */

/* Every page another entry, every range to avoid in the middle of one, everything asked for. */
static struct world *worst_case(unsigned entries)
{
	struct world *w = world_new(&plan_aarch64);
	const uint64_t step = 8 * PAGE_BYTES;

	for (unsigned i = 0; i < entries; i++)
		ram(w, MIB(1) + i * step, 7 * PAGE_BYTES);
	for (unsigned i = 0; i < ELF_MAX_SEGMENTS && i < entries; i++)
		segment(w, MIB(1) + i * step + PAGE_BYTES, MIB(1) + i * step + PAGE_BYTES, PAGE_BYTES, 0);
	for (unsigned i = 0; i < AVOID && i < entries; i++)
		avoid(w, MIB(1) + i * step + 3 * PAGE_BYTES, PAGE_BYTES);
	ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	return w;
}

static void the_bound_is_enough(void **state)
{
	static const unsigned sizes[] = { 0, 1, 16, 17, 500 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
		struct world *w = worst_case(sizes[i]);
		w->plan.capacity = plan_bound(sizes[i], 2 * sizes[i]);
		make_well(w);
		for (unsigned j = 0; j < 32 + 2 * sizes[i]; j++) {
			struct plan_piece p = piece(PLAN_STACK, MIB(64), 0x4000);
			assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), OK);
		}
		check_list(w);
	}
}

static void a_full_list_is_an_error(void **state)
{
	struct world *w = worst_case(3);

	(void)state;
	make_well(w);
	size_t all = w->plan.count;
	struct plan_piece p = piece(PLAN_STACK, MIB(64), 0x4000);
	for (size_t n = 0; n < all; n++) {
		w->plan.capacity = n;
		refused(w, ERR_FULL, n);
	}
	w->plan.capacity = all;
	make_well(w);
	assert_int_equal(plan_piece(&w->plan, w->layout, &p, &w->problem), ERR_FULL);
	assert_int_equal(p.virt, 0);
}

/* ---- Against an array of pages ------------------------------------------------------------------------- */

enum { PAGES = 400 };

struct page {
	uint32_t type; /* 0: no entry */
	bool cached, avoided, segment;
	unsigned direct, identity, device;
};

static uint32_t random_state = 20261121;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

static void random_memory(struct world *w, struct page *pages)
{
	for (unsigned i = 0; i < PAGES;) {
		uint32_t type = random_below(HOBNAIL_MEMORY_SPECIAL + 4);
		bool cached = random_below(4);
		for (unsigned n = 1 + random_below(20); n-- && i < PAGES; i++)
			pages[i] = (struct page){ .type = type > HOBNAIL_MEMORY_SPECIAL ? HOBNAIL_MEMORY_USABLE : type,
			                          .cached = cached };
	}
	for (unsigned i = 0; i < PAGES; i++) {
		struct hobnail_memory *last = w->memory.count ? &w->entries[w->memory.count - 1] : NULL;
		uint64_t attributes = pages[i].cached ? WB : UC;
		if (!pages[i].type)
			continue;
		if (last && last->base + last->bytes == i * (uint64_t)PAGE_BYTES && last->type == pages[i].type &&
		    last->attributes == attributes)
			last->bytes += PAGE_BYTES;
		else
			w->entries[w->memory.count++] =
				(struct hobnail_memory){ i * (uint64_t)PAGE_BYTES, PAGE_BYTES, pages[i].type, 0,
				                         attributes };
	}
}

static void random_avoid(struct world *w, struct page *pages)
{
	for (unsigned n = random_below(6); n--;) {
		uint64_t from = random_below(PAGES * PAGE_BYTES), bytes = random_below(30 * PAGE_BYTES);
		avoid(w, from, bytes);
		for (uint64_t i = from / PAGE_BYTES; bytes && i <= (from + bytes - 1) / PAGE_BYTES && i < PAGES; i++)
			pages[i].avoided = true;
	}
}

/* Segments that lie one to one, ascending, a page apart or touching with other rights. */
static void random_segments(struct world *w, struct page *pages)
{
	unsigned i = random_below(40);

	for (unsigned n = random_below(6); n-- && i < PAGES - 10; i += random_below(60)) {
		unsigned count = 1 + random_below(5);
		segment(w, i * (uint64_t)PAGE_BYTES, i * (uint64_t)PAGE_BYTES, count * (uint64_t)PAGE_BYTES,
		        ELF_EXECUTE);
		while (count--)
			pages[i++].segment = true;
	}
}

static void tally(const struct world *w, struct page *pages)
{
	for (size_t i = 0; i < w->plan.count; i++) {
		const struct plan_range *r = &w->ranges[i];
		uint64_t offset = r->kind == PLAN_DIRECT_MAP   ? w->plan.direct_map
		                  : r->kind == PLAN_DEVICE_MAP ? w->plan.device_map
		                                               : 0;
		assert_true(r->va - r->pa == offset);
		for (uint64_t page = r->pa / PAGE_BYTES; page < (r->pa + r->bytes) / PAGE_BYTES && page < PAGES;
		     page++) {
			pages[page].direct += r->kind == PLAN_DIRECT_MAP;
			pages[page].identity += r->kind == PLAN_IDENTITY_MAP;
			pages[page].device += r->kind == PLAN_DEVICE_MAP;
		}
	}
}

static void random_maps_agree_with_an_array_of_pages(void **state)
{
	static const struct plan_layout *const layouts[] = { &plan_x86_64_4, &plan_x86_64_5, &plan_aarch64,
	                                                     &plan_aarch64_el2, &plan_aarch64_5,
	                                                     &plan_riscv_sv39, &plan_riscv_sv48 };
	static struct page pages[PAGES];

	(void)state;
	for (unsigned round = 0; round < 600; round++) {
		struct world *w = world_new(layouts[round % COUNT_OF(layouts)]);
		random_memory(w, pages);
		random_avoid(w, pages);
		random_segments(w, pages);
		bool identity = random_below(2), device = random_below(2);
		if (identity)
			ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
		if (device)
			ask(w, HOBNAIL_REQUEST_DEVICE_MAP,
			    w->layout->base + w->layout->slots / 16 *
			                              ((uint64_t)PAGE_BYTES << 9 * (w->layout->format->levels - 1)));
		w->plan.capacity = plan_bound(w->memory.count, 0);
		make_well(w);
		tally(w, pages);
		for (unsigned i = 0; i < PAGES; i++) {
			const struct hobnail_memory as = { .type = pages[i].type,
			                                   .attributes = pages[i].cached ? WB : UC };
			bool is_ram = pages[i].type && memmap_in_direct_map(&as) && !pages[i].avoided;
			assert_int_equal(pages[i].direct, is_ram);
			assert_int_equal(pages[i].identity, identity && is_ram && !pages[i].segment);
			assert_int_equal(pages[i].device,
			                 device && (!pages[i].type || pages[i].type == HOBNAIL_MEMORY_MMIO));
		}
	}
}

/* ---- Through the builder, before the walker ------------------------------------------------------------ */

enum { TABLES = 3000 };

#define TABLE_BASE 0x7000000ull

struct tables {
	unsigned max_leaf;
	unsigned used;
	uint64_t page[TABLES][PT_ENTRIES];
};

static paddr new_table(void *context)
{
	struct tables *t = context;

	return t->used < TABLES ? TABLE_BASE + (paddr)PAGE_BYTES * t->used++ : 0;
}

static uint64_t *table_at(void *context, paddr table)
{
	return ((struct tables *)context)->page[(table - TABLE_BASE) / PAGE_BYTES];
}

static bool read_table(void *context, paddr from, uint64_t *out)
{
	struct tables *t = context;
	uint64_t entry = (from - TABLE_BASE) / 8;

	if (from < TABLE_BASE || entry >= (uint64_t)t->used * PT_ENTRIES)
		return false;
	*out = t->page[entry / PT_ENTRIES][entry % PT_ENTRIES];
	return true;
}

/* IA32_PAT with its first four as at reset, MAIR_ELx as the loader writes it; riscv64 has neither. */
static const struct { enum walk_mode mode; uint64_t pat_or_mair; } walkers[] = {
	{ WALK_X86_64_4, 0x0007040100070406 }, { WALK_X86_64_5, 0x0007040100070406 }, { WALK_AARCH64, 0x4404ff },
	{ WALK_AARCH64_EL2, 0x4404ff }, { WALK_AARCH64_LPA2, 0x4404ff }, { WALK_SV39, 0 }, { WALK_SV48, 0 },
};

static struct walker build(const struct world *w, struct tables *t, unsigned which)
{
	struct pt upper = {
		.format = w->layout->format, .max_leaf = t->max_leaf, .new_table = new_table, .table_at = table_at,
		.context = t,
	};
	struct pt lower;
	struct problem p;

	upper.root = new_table(t);
	lower = upper;
	if (w->layout->two_roots)
		lower.root = new_table(t);
	for (size_t i = 0; i < w->plan.count; i++) {
		const struct plan_range *r = &w->ranges[i];
		assert_int_equal(pt_map(r->va >> 63 ? &upper : &lower, r->va, r->pa, r->bytes, r->rights, r->memory,
		                        &p),
		                 OK);
	}
	return (struct walker){ .mode = walkers[which].mode, .root = lower.root, .upper_root = upper.root,
	                        .pat_or_mair = walkers[which].pat_or_mair, .read = read_table, .context = t };
}

/* The processor finds at va what the plan says, or nothing. */
static void check_walk(const struct world *w, const struct walker *walker, vaddr va)
{
	static const enum walk_memory types[] = { WALK_NORMAL, WALK_WRITE_COMBINING, WALK_DEVICE };
	const struct plan_range *r = at(w, va);
	struct walk got;

	walk(walker, va, &got);
	assert_int_equal(got.mapped, r != NULL);
	if (!r)
		return;
	assert_true(got.phys == r->pa + (va - r->va));
	assert_int_equal(got.writable, !!(r->rights & PT_WRITE));
	assert_int_equal(got.executable, !!(r->rights & PT_EXECUTE));
	assert_false(got.user);
	assert_int_equal(got.memory, walker->pat_or_mair ? types[r->memory] : WALK_NORMAL);
}

static void check_edges(const struct world *w, const struct walker *walker)
{
	for (size_t i = 0; i < w->plan.count; i++) {
		const struct plan_range *r = &w->ranges[i];
		check_walk(w, walker, r->va);
		check_walk(w, walker, r->va - 1);
		check_walk(w, walker, r->va + r->bytes / 2);
		check_walk(w, walker, r->va + r->bytes - 1);
		if (sum_fits(r->va, r->bytes))
			check_walk(w, walker, r->va + r->bytes);
	}
}

static void machine(struct world *w, bool high)
{
	ram(w, 0x1000, 0x9e000);
	memory(w, HOBNAIL_MEMORY_RESERVED, 0x9f000, 0x61000);
	ram(w, MIB(1), MIB(300));
	memory(w, HOBNAIL_MEMORY_ACPI_NVS, MIB(301), 0x5000);
	memory(w, HOBNAIL_MEMORY_RUNTIME_CODE, MIB(302), 0x5000);
	memory(w, HOBNAIL_MEMORY_MMIO, 0xfec00000, 0x1000);
	ram(w, GIB(4), GIB(2));
	if (high)
		ram(w, GIB(700) + 0x3000, GIB(400)); /* three slots of 512 GiB */
}

static void check_through_the_builder(unsigned which, bool high)
{
	struct world *w = world_new(facts[which].layout);
	vaddr kernel = facts[which].upper ? 0xffffffffffe00000 : 0x300000000000;
	struct tables *t = calloc(1, sizeof *t);
	struct plan_piece pieces[] = {
		piece(PLAN_NET_IMAGE, MIB(20), 0x9000), piece(PLAN_STACK, MIB(30), 0x10000),
		piece(PLAN_NET_STACK, MIB(40), 0x4000),
		piece(PLAN_CONSOLE, 0x9000000, 0x1000), piece(PLAN_FRAMEBUFFER, MIB(64) + 0x5000, MIB(9)),
	};

	assert_non_null(t);
	t->max_leaf = 2;
	machine(w, high);
	segment(w, 0x400000, 0x400000, 0x3000, ELF_EXECUTE);
	segment(w, kernel, MIB(10), 0x5000, ELF_EXECUTE);
	segment(w, kernel + 0x5000, MIB(10) + 0x5000, 0x1f8000, ELF_WRITE);
	if (facts[which].upper) /* the last page of all */
		segment(w, 0xfffffffffffff000, MIB(14), 0x1000, 0);
	avoid(w, pieces[4].phys, pieces[4].bytes);
	ask(w, HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	ask(w, HOBNAIL_REQUEST_DEVICE_MAP, facts[which].base + facts[which].slot * (facts[which].layout->slots / 8));
	make_well(w);
	pieces[0].rights = PT_EXECUTE;
	pieces[3].memory = PT_DEVICE;
	pieces[4].memory = PT_WRITE_COMBINING;
	for (unsigned i = 0; i < COUNT_OF(pieces); i++)
		assert_int_equal(plan_piece(&w->plan, w->layout, &pieces[i], &w->problem), OK);
	check_list(w);
	struct walker walker = build(w, t, which);
	check_edges(w, &walker);
	check_walk(w, &walker, 0);
	check_walk(w, &walker, UINT64_MAX);
	for (unsigned i = 0; i < 2000; i++)
		check_walk(w, &walker, w->plan.direct_map + (uint64_t)random_below(1 << 24) * (GIB(1200) >> 24));
	free(t);
}

static void the_walker_finds_what_the_plan_says(void **state)
{
	(void)state;
	for EACH_LAYOUT(i) {
		check_through_the_builder(i, false);
		if (facts[i].layout != &plan_riscv_sv39) /* 256 GiB in all */
			check_through_the_builder(i, true);
	}
}

/* ---- Names --------------------------------------------------------------------------------------------- */

/* Pages of tables for a machine with RAM up to `end`, of which `holes` single pages are reserved, each in a GiB of
 * its own. */
static unsigned tables_for(unsigned which, unsigned max_leaf, uint64_t end, unsigned holes)
{
	struct world *w = world_new(facts[which].layout);
	struct tables *t = calloc(1, sizeof *t);
	paddr next = 0;

	assert_non_null(t);
	t->max_leaf = max_leaf;
	for (unsigned i = 0; i < holes; i++) {
		paddr hole = GIB(i) + MIB(101) + 3 * PAGE_BYTES;
		ram(w, next, hole - next);
		memory(w, HOBNAIL_MEMORY_RESERVED, hole, PAGE_BYTES);
		next = hole + PAGE_BYTES;
	}
	ram(w, next, end - next);
	make_well(w);
	build(w, t, which);
	unsigned used = t->used;
	free(t);
	return used;
}

/* With pages of 1 GiB: a table for each 512 GiB, and two for each hole in such a page. With no larger ones than 2
 * MiB there is a table for each GiB of RAM, which no loader can avoid: 512 entries of 2 MiB. */
static void table_pages_follow_regions_and_not_memory(void **state)
{
	static const uint64_t sizes[] = { GIB(64), GIB(512), TIB(1), 2 * TIB(1) };

	(void)state;
	for EACH_LAYOUT(i) {
		unsigned roots = facts[i].levels - 3 + facts[i].layout->two_roots; /* all levels above 512 GiB */
		if (facts[i].layout == &plan_riscv_sv39) /* 256 GiB in all */
			continue;
		for (unsigned s = 0; s < COUNT_OF(sizes); s++)
			for (unsigned holes = 0; holes <= 64; holes += 16) {
				unsigned gib = (unsigned)(sizes[s] >> 30), upper = roots + (gib + 511) / 512;
				assert_int_equal(tables_for(i, 2, sizes[s], holes), upper + 2 * holes);
				assert_int_equal(tables_for(i, 1, sizes[s], holes), upper + gib + holes);
			}
	}
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PLAN_KINDS; i++)
		assert_string_not_equal(plan_kind_name(i), "?");
	assert_string_equal(plan_kind_name(PLAN_KINDS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_agree_with_their_formats),
		cmocka_unit_test(a_requested_base_begins_a_slot),
		cmocka_unit_test(a_requested_base_lies_in_the_kernels_half),
		cmocka_unit_test(static_high_segments_stay),
		cmocka_unit_test(static_low_segments_are_low),
		cmocka_unit_test(segments_between_the_halves_are_refused),
		cmocka_unit_test(one_range_refuses_the_upper_half),
		cmocka_unit_test(a_segment_may_end_with_the_address_space_but_not_beyond),
		cmocka_unit_test(low_segments_keep_their_place_in_the_page),
		cmocka_unit_test(position_independent_kernels_go_to_the_top),
		cmocka_unit_test(position_independent_kernels_keep_their_alignment),
		cmocka_unit_test(a_position_independent_kernel_may_be_linked_high),
		cmocka_unit_test(a_position_independent_kernel_that_would_wrap_is_refused),
		cmocka_unit_test(with_the_mmu_off_segments_keep_their_linked_addresses),
		cmocka_unit_test(segments_have_exactly_their_rights),
		cmocka_unit_test(segments_of_equal_rights_share_a_page_anywhere),
		cmocka_unit_test(segments_that_share_a_page_of_two_places_are_refused),
		cmocka_unit_test(the_direct_map_has_its_default_place),
		cmocka_unit_test(a_segment_in_the_default_place_moves_the_direct_map),
		cmocka_unit_test(a_map_of_several_slots_skips_gaps_that_are_too_small),
		cmocka_unit_test(a_map_that_ends_with_its_slot_takes_no_more),
		cmocka_unit_test(memory_beyond_the_upper_half_is_refused),
		cmocka_unit_test(memory_at_the_end_of_the_physical_space_is_refused),
		cmocka_unit_test(a_requested_base_that_is_taken_is_refused),
		cmocka_unit_test(the_direct_map_makes_way_for_a_requested_device_map),
		cmocka_unit_test(the_recursive_slot_is_nobody_elses),
		cmocka_unit_test(the_net_has_a_slot_of_its_own),
		cmocka_unit_test(the_identity_map_leaves_a_segment_that_agrees_alone),
		cmocka_unit_test(the_identity_map_refuses_a_segment_that_disagrees),
		cmocka_unit_test(an_identity_map_of_value_0_is_none),
		cmocka_unit_test(memory_above_the_lower_half_has_no_identity),
		cmocka_unit_test(in_one_range_the_identity_map_keeps_the_others_off),
		cmocka_unit_test(framebuffers_are_not_in_the_direct_map),
		cmocka_unit_test(several_framebuffers_may_overlap),
		cmocka_unit_test(the_device_map_is_what_memory_is_not),
		cmocka_unit_test(the_device_map_has_what_tables_name),
		cmocka_unit_test(what_tables_name_gives_way_to_requested_bases),
		cmocka_unit_test(what_tables_name_has_slots),
		cmocka_unit_test(the_device_map_reaches_4_gib_at_least),
		cmocka_unit_test(device_registers_too_far_away_are_refused),
		cmocka_unit_test(pieces_have_guards_on_both_sides),
		cmocka_unit_test(large_pieces_begin_as_their_memory_does),
		cmocka_unit_test(the_nets_image_keeps_its_shape_however_large),
		cmocka_unit_test(pieces_stay_in_their_window),
		cmocka_unit_test(pieces_without_bytes_or_that_wrap_are_refused),
		cmocka_unit_test(the_bound_is_enough),
		cmocka_unit_test(a_full_list_is_an_error),
		cmocka_unit_test(random_maps_agree_with_an_array_of_pages),
		cmocka_unit_test(the_walker_finds_what_the_plan_says),
		cmocka_unit_test(table_pages_follow_regions_and_not_memory),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
