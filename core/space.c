/* space.c — the kernel's page tables, the net, and the transition space; built in firmware, installed by the hand-off.
 *
 * Three things share one net: the kernel's tables map it in a top-level entry of its own, and the transition space
 * has the same entry, so the switch from one to the other happens at an address that both translate alike. The
 * transition space adds an identity map of the memory that the hand-off works on. */
#include "attempt.h"

#include <string.h>

enum { POOL_BYTES = 16 * PAGE_BYTES, NET_STACK_BYTES = 4 * PAGE_BYTES };

/* ---- Table pages --------------------------------------------------------------------------------------- */

/* Each pool is as large as all before it together: few requests whatever the size of memory. */
static enum err pool_grow(struct attempt *a, struct problem *p)
{
	struct space *s = &a->space;
	uint64_t bytes = max_u64(POOL_BYTES, s->table_bytes);
	enum err e = pages_take(a->pages, bytes, HOBNAIL_MEMORY_TABLES, &s->pool, p);

	if (!e)
		s->pool_bytes = bytes;
	if (!e && a->mode.mmu_off)
		e = handoff_touch(a->handoff, s->pool, bytes, false, true, p);
	return e;
}

static paddr new_table(void *context)
{
	struct attempt *a = context;
	struct space *s = &a->space;

	if (!s->pool_bytes && pool_grow(a, NULL))
		return 0;
	paddr table = s->pool;
	s->pool += PAGE_BYTES;
	s->pool_bytes -= PAGE_BYTES;
	s->table_bytes += PAGE_BYTES;
	memset(pages_at(a->pages, table), 0, PAGE_BYTES);
	return table;
}

static uint64_t *table_at(void *context, paddr table)
{
	const struct attempt *a = context;

	return pages_at(a->pages, table);
}

/* An empty space. Its root is taken by itself, from where the switch can load it: x86_64 does so in 32-bit mode, and
 * aarch64's TTBR has an address of 48 bits as it is. */
static enum err new_pt(struct attempt *a, const struct pt_format *format, struct pt *out, struct problem *p)
{
	uint64_t limit = a->platform.arch.net_limit;
	struct page_wish wish = { .bytes = PAGE_BYTES, .type = HOBNAIL_MEMORY_TABLES,
	                          .below = format->root_limit ? min_u64(limit, format->root_limit) : limit };
	paddr root;
	enum err e = a->pages->take(a->pages->context, &wish, &root, p);

	if (!e && a->mode.mmu_off)
		e = handoff_touch(a->handoff, root, PAGE_BYTES, false, true, p);
	if (e)
		return e;
	memset(pages_at(a->pages, root), 0, PAGE_BYTES);
	a->space.table_bytes += PAGE_BYTES;
	*out = (struct pt){
		.format = format,
		.max_leaf = (unsigned)min_u64(format->largest_leaf, a->platform.arch.max_leaf),
		.root = root,
		.new_table = new_table,
		.table_at = table_at,
		.context = a,
	};
	return OK;
}

static struct pt *table_for(struct space *s, vaddr va)
{
	return va >> 63 ? &s->upper : &s->lower;
}

/* ---- The plan ------------------------------------------------------------------------------------------ */

enum err space_plan(struct attempt *a, struct problem *p)
{
	const struct platform *m = &a->platform;
	struct plan_piece screen = { .phys = m->framebuffer.phys, .bytes = m->framebuffer.bytes };
	struct plan_input in = {
		.layout = a->mode.layout,
		.wants = &a->wants,
		.memory = &m->memory,
		.segments = a->kernel.layout.segments,
		.segment_count = a->kernel.layout.segment_count,
		.avoid = &screen,
		.avoid_count = m->has_framebuffer,
		.tables = m->tables,
		.table_count = m->table_count,
		.devices = m->devices,
		.device_count = m->device_count,
	};

	return plan_make(&a->space.plan, &in, p);
}

/* ---- The net ------------------------------------------------------------------------------------------- */

/* Memory for the image's copy and the hand-off's stack. */
static enum err take_net(struct attempt *a, paddr *stack, struct problem *p)
{
	struct page_wish copy = { .bytes = a->image->end, .type = HOBNAIL_MEMORY_NET,
	                          .below = a->platform.arch.net_limit, .code = true };
	enum err e = a->pages->take(a->pages->context, &copy, &a->handoff->net_phys, p);

	return e ? e : pages_take(a->pages, NET_STACK_BYTES, HOBNAIL_MEMORY_NET, stack, p);
}

/* The image keeps its shape: text, read-only data and data, at the offsets at which it was linked. */
static enum err place_image(struct attempt *a, struct problem *p)
{
	const struct image *image = a->image;
	const struct { uint64_t from, to; unsigned rights; } parts[] = {
		{ image->text, image->text_end, PT_EXECUTE },
		{ image->rodata, image->rodata_end, 0 },
		{ image->data, image->end, PT_WRITE },
	};
	struct plan *plan = &a->space.plan;
	vaddr base = plan->net_next;
	enum err e = OK;

	for (unsigned i = 0; !e && i < COUNT_OF(parts); i++) {
		struct plan_piece piece = {
			.phys = a->handoff->net_phys + parts[i].from,
			.bytes = align_up(parts[i].to - parts[i].from, PAGE_BYTES),
			.rights = parts[i].rights, .memory = PT_NORMAL, .kind = PLAN_NET_IMAGE, .index = i,
		};
		plan->net_next = base + parts[i].from;
		e = plan_piece(plan, a->mode.layout, &piece, p);
	}
	a->handoff->net_virt = base;
	return e;
}

static enum err place_devices(struct attempt *a, struct problem *p)
{
	const struct platform *m = &a->platform;
	struct space *s = &a->space;
	enum err e = OK;

	if (platform_maps_console(m)) {
		s->console = (struct plan_piece){
			.phys = m->console.phys, .bytes = PAGE_BYTES - m->console.phys % PAGE_BYTES,
			.rights = PT_WRITE, .memory = PT_DEVICE, .kind = PLAN_CONSOLE,
		};
		e = plan_piece(&s->plan, a->mode.layout, &s->console, p);
	}
	if (!e && m->has_framebuffer) {
		s->framebuffer = (struct plan_piece){
			.phys = m->framebuffer.phys, .bytes = m->framebuffer.bytes,
			.rights = PT_WRITE, .memory = PT_WRITE_COMBINING, .kind = PLAN_FRAMEBUFFER,
		};
		e = plan_piece(&s->plan, a->mode.layout, &s->framebuffer, p);
	}
	return e;
}

/* No tables of the kernel's: everything runs where it lies. */
static enum err net_where_it_lies(struct attempt *a, const struct plan_piece *stack, struct problem *p)
{
	struct handoff *h = a->handoff;

	h->net_virt = h->net_phys;
	h->stack_top = stack->phys + stack->bytes;
	enum err e = handoff_touch(h, h->net_phys, a->image->end, false, true, p);
	return e ? e : handoff_touch(h, stack->phys, stack->bytes, false, false, p);
}

enum err space_place_net(struct attempt *a, struct problem *p)
{
	struct plan_piece stack = { .bytes = NET_STACK_BYTES,
	                            .rights = PT_WRITE, .memory = PT_NORMAL, .kind = PLAN_NET_STACK };
	enum err e = take_net(a, &stack.phys, p);

	if (e)
		return e;
	if (a->mode.mmu_off)
		return net_where_it_lies(a, &stack, p);
	e = place_image(a, p);
	if (!e)
		e = plan_piece(&a->space.plan, a->mode.layout, &stack, p);
	if (!e)
		e = place_devices(a, p);
	a->handoff->stack_top = stack.virt + stack.bytes;
	return e;
}

/* ---- Processors ---------------------------------------------------------------------------------------- */

/* At their physical addresses, by which they are reached while the firmware is there. */
static struct handoff_cpu *cpu_entries(const struct attempt *a)
{
	return pages_at(a->pages, a->handoff->cpus_phys);
}

/* An entry for each processor, then the architecture's own data for each. */
static enum err place_areas(struct attempt *a, struct problem *p)
{
	struct handoff *h = a->handoff;
	uint64_t list = align_up(h->cpu_count * sizeof(struct handoff_cpu), PAGE_BYTES);
	struct plan_piece piece = { .bytes = list + (uint64_t)h->cpu_count * a->cpu_area_bytes, .rights = PT_WRITE,
	                            .memory = PT_NORMAL, .kind = PLAN_NET_CPUS };
	enum err e = pages_take(a->pages, piece.bytes, HOBNAIL_MEMORY_NET, &piece.phys, p);

	piece.virt = piece.phys;
	if (!e && !a->mode.mmu_off)
		e = plan_piece(&a->space.plan, a->mode.layout, &piece, p);
	if (!e && (a->mode.mmu_off || a->platform.arch.starts_uncached))
		e = handoff_touch(h, piece.phys, piece.bytes, false, true, p);
	if (!e && a->platform.arch.starts_uncached) /* twice with the MMU off, which does no harm */
		e = handoff_touch(h, h->net_phys, a->image->end, false, true, p);
	if (e)
		return e;
	h->cpus_phys = piece.phys;
	h->cpus = (struct handoff_cpu *)(uintptr_t)piece.virt;
	memset(cpu_entries(a), 0, piece.bytes);
	for (unsigned i = 0, k = 0; k < h->cpu_count; i++) {
		const struct table_cpu *c = &a->platform.cpus[i];
		if (!platform_is_other(&a->platform, c))
			continue;
		cpu_entries(a)[k] = (struct handoff_cpu){
			.hardware_id = c->hardware_id, .index = (uint16_t)i, .release = c->release,
			.nmi_pins = c->nmi_pins,
			.area = piece.virt + list + (uint64_t)k * a->cpu_area_bytes,
		};
		k++;
	}
	return OK;
}

/* One block of memory; with translation each stack has its own place in the window, between guards, unless the kernel
 * wants them in the direct map. The first is the boot processor's. */
static enum err place_stacks(struct attempt *a, struct problem *p)
{
	struct handoff *h = a->handoff;
	uint64_t bytes = align_up(a->wants.stack_bytes, PAGE_BYTES);
	uint64_t all = (1 + (uint64_t)h->cpu_count) * bytes;
	paddr at;
	enum err e = pages_take(a->pages, all, HOBNAIL_MEMORY_STACKS, &at, p);

	if (!e && a->mode.mmu_off)
		e = handoff_touch(h, at, all, false, true, p);
	for (unsigned i = 0; !e && i <= h->cpu_count; i++) {
		struct plan_piece piece = {
			.phys = at + i * bytes, .bytes = bytes,
			.rights = PT_WRITE, .memory = PT_NORMAL, .kind = PLAN_STACK,
			.index = i ? cpu_entries(a)[i - 1].index : h->boot_index,
			.virt = at + i * bytes,
		};
		if (a->wants.stack_direct)
			piece.virt = piece.phys + a->space.plan.direct_map;
		else if (!a->mode.mmu_off)
			e = plan_piece(&a->space.plan, a->mode.layout, &piece, p);
		if (i)
			cpu_entries(a)[i - 1].stack = piece.virt + bytes;
		else
			a->space.stack = piece;
	}
	h->kernel_stack = a->space.stack.virt + bytes;
	return e;
}

enum err space_place_cpus(struct attempt *a, struct problem *p)
{
	enum err e = a->handoff->cpu_count ? place_areas(a, p) : OK;

	return e ? e : place_stacks(a, p);
}

/* ---- Tables from the plan ------------------------------------------------------------------------------ */

enum err space_build(struct attempt *a, struct problem *p)
{
	struct space *s = &a->space;
	enum err e = new_pt(a, a->mode.layout->format, &s->upper, p);

	s->lower = s->upper;
	if (!e && a->mode.layout->two_roots)
		e = new_pt(a, a->mode.layout->format, &s->lower, p);
	for (size_t i = 0; !e && i < s->plan.count; i++) {
		const struct plan_range *r = &s->plan.ranges[i];
		e = pt_map(table_for(s, r->va), r->va, r->pa, r->bytes, r->rights, r->memory, p);
	}
	if (!e && a->wants.recursive_slot)
		table_at(a, s->upper.root)[a->wants.recursive_slot] = s->upper.format->table |
		                                                      (s->upper.root >> PAGE_SHIFT)
		                                                              << s->upper.format->frame_shift |
		                                                      1ull << 63;
	a->handoff->root = s->upper.root;
	a->handoff->lower_root = s->lower.root;
	return e;
}

/* ---- The transition space ------------------------------------------------------------------------------- */

/* Map [base, base + bytes) one to one, page by page if part of it is mapped already. */
static enum err map_identity(struct pt *pt, uint64_t base, uint64_t bytes, unsigned rights, enum pt_memory memory,
                             struct problem *p)
{
	uint64_t from = align_down(base, PAGE_BYTES), end = align_up(base + bytes, PAGE_BYTES);
	enum err e = pt_map(pt, from, from, end - from, rights, memory, p);
	struct pt_leaf leaf;

	if (e != ERR_PT_MAPPED)
		return e;
	for (e = OK; !e && from < end; from += PAGE_BYTES)
		if (!pt_lookup(pt, from, &leaf))
			e = pt_map(pt, from, from, PAGE_BYTES, rights, memory, p);
	return e;
}

/* The code that makes the switch is the running image's text. Its copy's is reached one to one, too, when the MMU is
 * off in between: for a change of paging levels, for other processors, and for a kernel that starts with the MMU
 * off. */
static enum err map_switch_code(const struct attempt *a, struct pt *pt, struct problem *p)
{
	const struct image *image = a->image;
	uint64_t text_bytes = image->text_end - image->text;
	paddr copy = a->handoff->net_phys;
	enum err e = map_identity(pt, image->base + image->text, text_bytes, PT_EXECUTE, PT_NORMAL, p);

	if (e || (!attempt_changes_levels(a) && !a->mode.mmu_off && !a->handoff->cpu_count))
		return e;
	e = map_identity(pt, copy + image->text, text_bytes, PT_EXECUTE, PT_NORMAL, p);
	return e ? e : map_identity(pt, copy + image->data, image->end - image->data, PT_WRITE, PT_NORMAL, p);
}

/* Console and framebuffer: with the MMU off no other tables have them. */
static enum err map_output(const struct platform *m, struct pt *pt, struct problem *p)
{
	enum err e = platform_maps_console(m) ? map_identity(pt, m->console.phys, 1, PT_WRITE, PT_DEVICE, p) : OK;

	if (!e && m->has_framebuffer)
		e = map_identity(pt, m->framebuffer.phys, m->framebuffer.bytes, PT_WRITE, PT_WRITE_COMBINING, p);
	return e;
}

/* Tables for this may be taken from a new pool, which with the MMU off becomes the last of the list (pool_grow()): the
 * loop comes to it, too. */
static enum err map_touched(const struct handoff *h, struct pt *pt, struct problem *p)
{
	enum err e = OK;

	for (unsigned i = 0; !e && i < h->touch_count; i++)
		e = map_identity(pt, h->touch[i].base, h->touch[i].bytes, PT_WRITE, PT_NORMAL, p);
	return e;
}

static enum err build_transition(struct attempt *a, struct problem *p)
{
	struct handoff *h = a->handoff;
	struct pt pt;
	enum err e = new_pt(a, a->mode.layout->format, &pt, p);

	if (!e)
		e = map_switch_code(a, &pt, p);
	if (!e && h->startup.bytes)
		e = map_identity(&pt, h->startup.base, h->startup.bytes, PT_EXECUTE, PT_NORMAL, p);
	for (unsigned i = 0; !e && i < h->device_count; i++)
		e = map_identity(&pt, h->devices[i].base, h->devices[i].bytes, PT_WRITE, PT_DEVICE, p);
	for (unsigned i = 0; !e && i < h->move_count; i++)
		e = map_identity(&pt, h->moves[i].to, h->moves[i].bytes, PT_WRITE, PT_NORMAL, p);
	if (!e && a->mode.mmu_off)
		e = map_output(&a->platform, &pt, p);
	if (!e && !a->mode.mmu_off && !a->mode.layout->two_roots)
		table_at(a, pt.root)[a->space.plan.net_index] = table_at(a,
		                                                         a->space.upper.root)[a->space.plan.net_index];
	if (!e)
		e = map_touched(h, &pt, p); /* last: with the MMU off, each pool of tables taken above is in its list */
	h->transition = pt.root;
	return e;
}

/* When the number of levels changes, the first step is taken in a space with the firmware's number of them. */
static enum err build_first_transition(struct attempt *a, struct problem *p)
{
	if (!attempt_changes_levels(a))
		return OK;
	struct pt pt;
	enum err e = new_pt(a, a->mode.layout->other_levels->format, &pt, p);
	if (e)
		return e;
	a->handoff->transition_first = pt.root;
	return map_switch_code(a, &pt, p);
}

enum err space_build_transition(struct attempt *a, struct problem *p)
{
	enum err e = build_transition(a, p);

	return e ? e : build_first_transition(a, p);
}
