/* space.c — the kernel's page tables, the net, and the transition space; built in firmware, installed by the hand-off.
 *
 * Three things share one net: the kernel's tables map it in a top-level entry of its own, and the transition space has
 * the same entry, so the switch from one to the other happens at an address that both translate alike. The transition
 * space adds an identity map of what the hand-off works on. */
#include "boot.h"
#include "cpus.h"
#include "image.h"
#include "log.h"
#include "net.h"
#include "sabotage.h"

#include <string.h>

enum { POOL_BYTES = 16 * PAGE_BYTES, NET_STACK_BYTES = 4 * PAGE_BYTES };

/* ---- Table pages --------------------------------------------------------------------------------------- */

/* Each pool is as large as all before it together: few requests whatever the size of memory. */
static enum err pool_grow(struct boot *b, struct problem *p)
{
	struct space *s = &b->space;
	uint64_t bytes = max_u64(POOL_BYTES, s->table_bytes);
	enum err e = firmware_pages(&b->fw, bytes, HOBNAIL_MEMORY_TABLES, &s->pool, p);

	if (!e)
		s->pool_bytes = bytes;
	if (!e && b->mode.mmu_off)
		e = handoff_touch(&handoff, s->pool, bytes, false, true, p);
	return e;
}

static paddr new_table(void *context)
{
	struct boot *b = context;
	struct space *s = &b->space;

	if (!s->pool_bytes && pool_grow(b, NULL))
		return 0;
	paddr table = s->pool;
	s->pool += PAGE_BYTES;
	s->pool_bytes -= PAGE_BYTES;
	s->table_bytes += PAGE_BYTES;
	memset(memory_at(table), 0, PAGE_BYTES);
	return table;
}

static uint64_t *table_at(void *context, paddr table)
{
	(void)context;
	return memory_at(table);
}

/* An empty space. Its root is taken by itself, from where the switch can load it: x86_64 does so in 32-bit mode. */
static enum err new_pt(struct boot *b, const struct pt_format *format, struct pt *out, struct problem *p)
{
	paddr root;
	enum err e = firmware_pages_below(&b->fw, PAGE_BYTES, b->arch.net_limit, false, HOBNAIL_MEMORY_TABLES, &root, p);

	if (!e && b->mode.mmu_off)
		e = handoff_touch(&handoff, root, PAGE_BYTES, false, true, p);
	if (e)
		return e;
	memset(memory_at(root), 0, PAGE_BYTES);
	b->space.table_bytes += PAGE_BYTES;
	*out = (struct pt){
		.format = format,
		.max_leaf = (unsigned)min_u64(format->largest_leaf, b->arch.max_leaf),
		.root = root,
		.new_table = new_table,
		.table_at = table_at,
		.context = b,
	};
	return OK;
}

static struct pt *table_for(struct space *s, vaddr va)
{
	return va >> 63 ? &s->upper : &s->lower;
}

/* ---- The plan ------------------------------------------------------------------------------------------ */

static enum err plan_space(struct boot *b, struct problem *p)
{
	const struct facts *f = &b->facts;
	struct plan_piece screen = { .phys = f->framebuffer.phys, .bytes = f->framebuffer.bytes };
	struct plan_input in = {
		.layout = b->mode.layout,
		.requests = &b->kernel.requests,
		.memory = &b->memory,
		.segments = b->kernel.segments,
		.segment_count = b->kernel.layout.segment_count,
		.avoid = &screen,
		.avoid_count = f->has_framebuffer,
		.devices = f->devices,
		.device_count = f->device_count,
	};

	enum err e = plan_make(&b->space.plan, &in, p);
	const struct span *last = f->device_count ? &f->devices[f->device_count - 1] : NULL;
	uint64_t end = b->space.plan.device_end;
	if (!e && b->space.plan.has_device_map && last && last->base + last->bytes > end)
		log_line("the device map ends at physical %#llx: there is no room for what tables name of PCI up to %#llx",
		         (unsigned long long)end, (unsigned long long)(last->base + last->bytes));
	return e;
}

/* ---- The net ------------------------------------------------------------------------------------------- */

/* Memory for the image's copy and the hand-off's stack. */
static enum err net_allocate(struct boot *b, paddr *stack, struct problem *p)
{
	enum err e = firmware_pages_below(&b->fw, image_bytes(), b->arch.net_limit, true, HOBNAIL_MEMORY_NET,
	                                  &handoff.net_phys, p);

	if (!e)
		e = firmware_pages(&b->fw, NET_STACK_BYTES, HOBNAIL_MEMORY_NET, stack, p);
	return e;
}

/* The image keeps its shape: text, read-only data and data, at the offsets at which it was linked. */
static enum err net_image(struct boot *b, struct problem *p)
{
	const struct { const char *from, *to; unsigned rights; } parts[] = {
		{ image_text, image_text_end, PT_EXECUTE },
		{ image_rodata, image_rodata_end, 0 },
		{ image_data, image_end, PT_WRITE },
	};
	struct plan *plan = &b->space.plan;
	vaddr base = plan->net_next;
	enum err e = OK;

	for (unsigned i = 0; !e && i < COUNT_OF(parts); i++) {
		struct plan_piece piece = {
			.phys = handoff.net_phys + (uint64_t)(parts[i].from - image_base),
			.bytes = align_up((uint64_t)(parts[i].to - parts[i].from), PAGE_BYTES),
			.rights = parts[i].rights, .memory = PT_NORMAL, .kind = PLAN_NET_IMAGE, .index = i,
		};
		plan->net_next = base + (uint64_t)(parts[i].from - image_base);
		e = plan_piece(plan, b->mode.layout, &piece, p);
	}
	handoff.net_virt = base;
	return e;
}

static enum err net_devices(struct boot *b, struct problem *p)
{
	const struct facts *f = &b->facts;
	struct space *s = &b->space;
	enum err e = OK;

	if (f->has_console && f->console.kind != HOBNAIL_CONSOLE_16550_PORT) {
		s->console = (struct plan_piece){ .phys = f->console.phys, .bytes = PAGE_BYTES - f->console.phys % PAGE_BYTES,
		                                  .rights = PT_WRITE, .memory = PT_DEVICE, .kind = PLAN_CONSOLE };
		e = plan_piece(&s->plan, b->mode.layout, &s->console, p);
	}
	if (!e && f->has_framebuffer) {
		s->framebuffer = (struct plan_piece){ .phys = f->framebuffer.phys, .bytes = f->framebuffer.bytes, .rights = PT_WRITE,
		                                      .memory = PT_WRITE_COMBINING, .kind = PLAN_FRAMEBUFFER };
		e = plan_piece(&s->plan, b->mode.layout, &s->framebuffer, p);
	}
	return e;
}

static enum err net_place(struct boot *b, struct problem *p)
{
	struct plan_piece stack = { .bytes = NET_STACK_BYTES, .rights = PT_WRITE, .memory = PT_NORMAL, .kind = PLAN_NET_STACK };
	enum err e = net_allocate(b, &stack.phys, p);

	if (e)
		return e;
	if (b->mode.mmu_off) { /* no kernel tables: everything runs where it lies */
		handoff.net_virt = handoff.net_phys;
		handoff.stack_top = stack.phys + stack.bytes;
		e = handoff_touch(&handoff, handoff.net_phys, image_bytes(), false, true, p);
		return e ? e : handoff_touch(&handoff, stack.phys, stack.bytes, false, false, p);
	}
	e = net_image(b, p);
	if (!e)
		e = plan_piece(&b->space.plan, b->mode.layout, &stack, p);
	if (!e)
		e = net_devices(b, p);
	handoff.stack_top = stack.virt + stack.bytes;
	return e;
}

/* ---- Tables from the plan ------------------------------------------------------------------------------ */

static enum err build_kernel_tables(struct boot *b, struct problem *p)
{
	struct space *s = &b->space;
	const struct request *recursive = &b->kernel.requests.of[HOBNAIL_REQUEST_RECURSIVE];
	enum err e = OK;

	if (!e)
		e = new_pt(b, b->mode.layout->format, &s->upper, p);
	s->lower = s->upper;
	if (!e && b->mode.layout->two_roots)
		e = new_pt(b, b->mode.layout->format, &s->lower, p);
	for (size_t i = 0; !e && i < s->plan.count; i++) {
		const struct plan_range *r = &s->plan.ranges[i];
		e = pt_map(table_for(s, r->va), r->va, r->pa, r->bytes, r->rights, r->memory, p);
	}
	if (!e && recursive->asked)
		table_at(b, s->upper.root)[recursive->value] =
			s->upper.format->table | (s->upper.root >> PAGE_SHIFT) << s->upper.format->frame_shift | 1ull << 63;
	handoff.root = s->upper.root;
	handoff.lower_root = s->lower.root;
	return e;
}

static bool changes_levels(const struct boot *b)
{
	return !b->mode.mmu_off && b->mode.paging_levels != b->arch.paging_levels;
}

/* Map [base, base + bytes) one to one, page by page where something of it is there already. */
static enum err map_identity(struct pt *pt, uint64_t base, uint64_t bytes, unsigned rights, enum pt_memory memory, struct problem *p)
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
 * off in between: for a change of paging levels, for other processors, and for a kernel that starts so. */
static enum err map_switch_code(const struct boot *b, struct pt *pt, struct problem *p)
{
	uint64_t text = (uint64_t)(image_text - image_base), text_bytes = (uint64_t)(image_text_end - image_text);
	uint64_t data = (uint64_t)(image_data - image_base);
	enum err e = map_identity(pt, (uintptr_t)image_text, text_bytes, PT_EXECUTE, PT_NORMAL, p);

	if (e || (!changes_levels(b) && !b->mode.mmu_off && !handoff.cpu_count))
		return e;
	e = map_identity(pt, handoff.net_phys + text, text_bytes, PT_EXECUTE, PT_NORMAL, p);
	return e ? e : map_identity(pt, handoff.net_phys + data, image_bytes() - data, PT_WRITE, PT_NORMAL, p);
}

/* Tables for this may be taken from a new pool, which with the MMU off becomes the last of the list (pool_grow()): the loop
 * comes to it, too. */
static enum err map_touched(struct pt *pt, struct problem *p)
{
	enum err e = OK;

	for (unsigned i = 0; !e && i < handoff.touch_count; i++)
		e = map_identity(pt, handoff.touch[i].base, handoff.touch[i].bytes, PT_WRITE, PT_NORMAL, p);
	return e;
}

static enum err build_transition(struct boot *b, struct problem *p)
{
	const struct pt_format *format = b->mode.layout->format;
	struct pt pt;
	enum err e = new_pt(b, format, &pt, p);

	if (!e)
		e = map_switch_code(b, &pt, p);
	if (!e && handoff.startup.bytes)
		e = map_identity(&pt, handoff.startup.base, handoff.startup.bytes, PT_EXECUTE, PT_NORMAL, p);
	for (unsigned i = 0; !e && i < handoff.device_count; i++)
		e = map_identity(&pt, handoff.devices[i].base, handoff.devices[i].bytes, PT_WRITE, PT_DEVICE, p);
	for (unsigned i = 0; !e && i < handoff.move_count; i++)
		e = map_identity(&pt, handoff.moves[i].to, handoff.moves[i].bytes, PT_WRITE, PT_NORMAL, p);
	if (!e && b->mode.mmu_off && b->facts.has_console && b->facts.console.kind != HOBNAIL_CONSOLE_16550_PORT)
		e = map_identity(&pt, b->facts.console.phys, 1, PT_WRITE, PT_DEVICE, p);
	if (!e && b->mode.mmu_off && b->facts.has_framebuffer)
		e = map_identity(&pt, b->facts.framebuffer.phys, b->facts.framebuffer.bytes, PT_WRITE, PT_WRITE_COMBINING, p);
	if (!e && !b->mode.mmu_off && !b->mode.layout->two_roots)
		table_at(b, pt.root)[b->space.plan.net_index] = table_at(b, b->space.upper.root)[b->space.plan.net_index];
	if (!e)
		e = map_touched(&pt, p); /* last: with the MMU off, each pool of tables taken above is on its list */
	handoff.transition = pt.root;
	return e;
}

/* When the number of levels changes, the first step is taken in a space with the firmware's number of them. */
static enum err build_first_transition(struct boot *b, struct problem *p)
{
	if (!changes_levels(b))
		return OK;
	struct pt pt;
	enum err e = new_pt(b, b->arch.paging_levels == 5 ? &pt_x86_64_5 : &pt_x86_64_4, &pt, p);
	if (e)
		return e;
	handoff.transition_first = pt.root;
	return map_switch_code(b, &pt, p);
}

static void log_space(const struct boot *b)
{
	const struct space *s = &b->space;

	for (size_t i = 0; i < s->plan.count; i++) {
		const struct plan_range *r = &s->plan.ranges[i];
		if (r->kind != PLAN_DIRECT_MAP && r->kind != PLAN_IDENTITY_MAP && r->kind != PLAN_DEVICE_MAP)
			log_unshown("%#018llx %#12llx bytes %c%c %s", (unsigned long long)r->va, (unsigned long long)r->bytes,
			         r->rights & PT_WRITE ? 'w' : '-', r->rights & PT_EXECUTE ? 'x' : '-', plan_kind_name(r->kind));
	}
	log_line("direct map at %#llx; %llu KiB of page tables (%s)", (unsigned long long)s->plan.direct_map,
	         (unsigned long long)s->table_bytes >> 10, b->mode.layout->format->name);
}

enum err space_build(struct boot *b, struct problem *p)
{
	step_set(b, "build the address space of", b->entry.kernel);
	handoff.mode = b->mode;
	handoff.facts = b->arch;
	handoff.device_count = (unsigned)arch_quiet_devices(b->facts.has_acpi ? &b->facts.acpi : NULL, handoff.devices,
	                                                    HANDOFF_MAX_DEVICES);
	enum err e = net_facts_allocate(b, p);
	if (!e && !b->mode.mmu_off)
		e = plan_space(b, p);
	if (!e)
		e = net_place(b, p);
	if (!e)
		e = cpus_place(b, p);
	if (!e)
		e = net_facts_place(b, p);
	if (!e && !b->mode.mmu_off)
		e = build_kernel_tables(b, p);
	if (!e && !b->mode.mmu_off)
		e = net_window_open(b, p);
	if (e)
		return e;
	log_space(b);
	stage_mark(b, HOBNAIL_STAGE_SPACE);
	return OK;
}

/* After the record, which is one of the things that the hand-off may have to reach. */
enum err transition_build(struct boot *b, struct problem *p)
{
	sabotage_space(b);
	enum err e = build_transition(b, p);
	if (!e)
		e = build_first_transition(b, p);
	return e;
}
