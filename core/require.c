#include "require.h"

#include <string.h>

enum { MORE_REQUIREMENTS = 48 }; /* segments, and requirements added one by one */

enum { READ = REQUIRE_READ, DATA = REQUIRE_READ | REQUIRE_WRITE, CODE = REQUIRE_READ | REQUIRE_EXECUTE };

/* Names in several lists. */
static const char stack_of_cpu[] = "the boot stack of CPU %u";
static const char boot_record[] = "the boot record";
static const char debug_console[] = "the debug console";
static const char framebuffer[] = "the framebuffer";
static const char startup_page[] = "the page where other processors begin";

/* ---- The list ------------------------------------------------------------------------------------------ */

/* The longest list has an entry for each range of the plan, and one for a recursive slot; the others are short. */
enum err needs_open(struct needs *n, const struct attempt *a, struct problem *p)
{
	const struct handoff *h = a->handoff;
	size_t capacity = a->space.plan.capacity + a->module_count + h->cpu_count + h->touch_count + h->device_count +
	                  MORE_REQUIREMENTS;
	paddr at;
	enum err e = pages_take(a->pages, capacity * sizeof *n->list, HOBNAIL_MEMORY_USABLE, &at, p);

	if (e)
		return e;
	n->a = a;
	n->list = pages_at(a->pages, at);
	n->count = 0;
	n->capacity = capacity;
	n->full = false;
	return OK;
}

enum err needs_end(struct needs *n, struct problem *p)
{
	n->count = 0;
	return n->full ? problem(p, ERR_FULL, n->capacity) : OK;
}

/* Insert it in ascending order. */
static void add(struct needs *n, const char *what, vaddr va, paddr pa, uint64_t bytes, unsigned access)
{
	size_t at = n->count;
	struct requirement *list = n->list, *next = &n->next;

	n->full |= n->count == n->capacity;
	if (!bytes || n->full)
		return;
	next->what = what;
	next->va = va;
	next->pa = pa;
	next->bytes = bytes;
	next->access = (uint8_t)access;
	while (at && list[at - 1].va > va)
		at--;
	memmove(&list[at + 1], &list[at], (n->count++ - at) * sizeof *list);
	list[at] = *next;
}

/* Set flags and memory type of the entries that follow. */
static void begin(struct needs *n, unsigned flags, unsigned memory)
{
	n->next.flags = (uint8_t)flags;
	n->next.memory = (uint8_t)memory;
	n->next.index = 0;
}

/* Add the whole pages of a range that is mapped one to one. */
static void add_identity(struct needs *n, const char *what, uint64_t base, uint64_t bytes, unsigned access)
{
	paddr from = align_down(base, PAGE_BYTES);

	add(n, what, from, from, align_up(base + bytes, PAGE_BYTES) - from, access);
}

/* ---- The kernel's space: what matters by itself ------------------------------------------------------------ */

static void add_entry(struct needs *n)
{
	const struct kernel *k = &n->a->kernel;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		if (k->entry - s->run < s->memory_bytes)
			add(n, "the entry point", k->entry, k->entry - s->run + s->place, 1, CODE);
	}
}

/* The last bytes, which the hand-off uses, of the boot stack of each processor that is started. */
static void add_stacks(struct needs *n)
{
	const struct plan_piece *first = &n->a->space.stack;
	const struct handoff *h = n->a->handoff;
	const struct handoff_cpu *cpus = h->cpu_count ? pages_at(n->a->pages, h->cpus_phys) : NULL;
	const uint64_t used = 64;

	for (unsigned i = 0; i <= h->cpu_count; i++) {
		n->next.index = (uint16_t)(i ? cpus[i - 1].index : h->boot_index);
		add(n, stack_of_cpu, (i ? cpus[i - 1].stack : h->kernel_stack) - used,
		    first->phys + (i + 1) * first->bytes - used, used, DATA);
	}
}

static void add_direct(struct needs *n, const char *what, paddr at, uint64_t bytes)
{
	add(n, what, at + n->a->space.plan.direct_map, at, bytes, DATA);
}

/* The copy of this image, at the addresses in the hand-off. Handlers and vectors are in its code; descriptor tables,
 * their stacks and the log are in its data. */
static void add_net(struct needs *n)
{
	const struct image *i = n->a->image;
	vaddr va = n->a->handoff->net_virt;
	paddr pa = n->a->handoff->net_phys;

	add(n, "the code of hand-off and fault handlers", va + i->text, pa + i->text, i->text_end - i->text, CODE);
	add(n, "the constants of the hand-off", va + i->rodata, pa + i->rodata, i->rodata_end - i->rodata, READ);
	add(n, "descriptor tables and stacks of the fault handlers", va + i->data, pa + i->data, i->end - i->data,
	    DATA);
	n->next.flags |= REQUIRE_ANYWHERE;
	add(n, "the stack of the hand-off", n->a->handoff->stack_top - PAGE_BYTES, 0, PAGE_BYTES, DATA);
}

/* The top-level table itself, through a recursive slot: every index is the slot's. */
static void add_recursive(struct needs *n)
{
	uint64_t slot = n->a->wants.recursive_slot;
	vaddr va = ~0ull;

	for (unsigned i = 0; i < n->a->mode.layout->format->levels; i++)
		va = va << 9 | slot;
	begin(n, 0, WALK_NORMAL);
	if (slot)
		add(n, "the top-level table, in its recursive slot,", va << PAGE_SHIFT, n->a->handoff->root, PAGE_BYTES,
		    DATA);
}

void need_named(struct needs *n)
{
	const struct space *s = &n->a->space;

	begin(n, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_entry(n);
	add_stacks(n);
	add_direct(n, boot_record, n->a->record.base, n->a->record.bytes);
	if (n->a->kernel_file.bytes)
		add_direct(n, "the kernel's file", n->a->kernel_file.base, n->a->kernel_file.bytes);
	for (unsigned i = 0; i < n->a->module_count; i++) {
		n->next.index = (uint16_t)i;
		add_direct(n, "module %u", n->a->modules[i].base, n->a->modules[i].bytes);
	}
	add_net(n);
	begin(n, REQUIRE_AT_LEAST, WALK_DEVICE);
	if (s->console.virt)
		add(n, debug_console, s->console.virt, n->a->platform.console.phys, 4, DATA);
	n->next.memory = WALK_WRITE_COMBINING;
	if (s->framebuffer.virt)
		add(n, framebuffer, s->framebuffer.virt, n->a->platform.framebuffer.phys,
		    n->a->platform.framebuffer.bytes, DATA);
	add_recursive(n);
}

/* ---- The kernel's space: all of it, exactly ------------------------------------------------------------- */

/* Ranges in which a map is not as the memory map has it. The first that has an address decides. */
struct places {
	struct { struct span at; uint8_t memory; } of[1 + ELF_MAX_SEGMENTS + PLAN_MAX_TABLES];
	unsigned count;
};

enum { NOTHING = 0xff }; /* of enum pt_memory: not in the map */

static void add_place(struct places *h, uint64_t base, uint64_t bytes, unsigned memory)
{
	uint64_t from = align_down(base, PAGE_BYTES),
		 last = sum_fits(base, bytes + PAGE_BYTES) ? base + bytes - 1 : UINT64_MAX - PAGE_BYTES;

	h->of[h->count].at = (struct span){ from, align_down(last, PAGE_BYTES) + PAGE_BYTES - from };
	h->of[h->count++].memory = (uint8_t)memory;
}

/* A map from low addresses to high ones: a run of pages that are alike is one requirement. */
struct listing {
	struct needs *n;
	const char *what;
	const struct want_map *want;
	vaddr offset;
	paddr from, to;
	uint8_t memory;
};

static void end_run(struct listing *l)
{
	static const uint8_t kinds[] = {
		[PT_NORMAL] = WALK_NORMAL, [PT_WRITE_COMBINING] = WALK_WRITE_COMBINING, [PT_DEVICE] = WALK_DEVICE,
	};

	if (l->from == l->to)
		return;
	begin(l->n, 0, kinds[l->memory]);
	add(l->n, l->what, l->from + l->offset, l->from, l->to - l->from,
	    DATA | (l->want->execute ? REQUIRE_EXECUTE : 0));
}

static void list_run(struct listing *l, paddr from, paddr to, uint8_t memory)
{
	if (memory == NOTHING || from >= to)
		return;
	if (from != l->to || memory != l->memory || l->from == l->to) {
		end_run(l);
		l->from = from;
		l->memory = memory;
	}
	l->to = to;
}

/* [from, to) is alike but for the places in it. */
static void list_around(struct listing *l, const struct places *places, paddr from, paddr to, uint8_t memory)
{
	while (from < to) {
		paddr next = to;
		uint8_t now = memory;
		bool decided = false;

		for (unsigned i = 0; i < places->count; i++) {
			paddr base = places->of[i].at.base, end = base + places->of[i].at.bytes;
			if (base <= from && from < end && !decided) {
				decided = true;
				now = places->of[i].memory;
				next = min_u64(next, end);
			} else if (base > from) {
				next = min_u64(next, base);
			}
		}
		list_run(l, from, next, now);
		from = next;
	}
}

/* docs/protocol.md, "Direct map": RAM that may be cached, but for framebuffers; P48 the same one to one, but for the
 * addresses of low segments. Other protocols want other contents: struct want_map. */
static void list_map(struct needs *n, const char *what, unsigned map, vaddr offset, const struct places *places)
{
	const struct memmap *m = &n->a->platform.memory;
	const struct want_map *want = &n->a->wants.maps[map];
	struct listing l = { .n = n, .what = what, .want = want, .offset = offset };
	paddr at = want->from, end = align_down(UINT64_MAX, PAGE_BYTES);
	uint8_t outside = want->to ? want->other : NOTHING;

	for (size_t i = 0; at < end; i++) {
		const struct hobnail_memory *e = i < m->count ? &m->entries[i] : NULL;
		paddr base = e ? e->base : end, gap = min_u64(base, max_u64(at, want->to));

		if (e && e->base + e->bytes <= at)
			continue;
		list_around(&l, places, at, gap, outside);
		list_around(&l, places, gap, base, NOTHING);
		if (!e)
			break;
		at = max_u64(at, base);
		paddr stop = e->base + e->bytes, part = min_u64(stop, max_u64(at, want->to));
		uint8_t cached = e->attributes & 8 ? PT_NORMAL : want->other; /* EFI_MEMORY_WB */
		list_around(&l, places, at, part, cached);
		list_around(&l, places, part, stop, plan_map_has(want, e) ? cached : NOTHING);
		at = stop;
	}
	end_run(&l);
}

/* The lower addresses first: see need_everything(). */
static void list_memory(struct needs *n)
{
	const struct attempt *a = n->a;
	const struct want_map *maps = a->wants.maps;
	const struct hobnail_framebuffer *fb = &a->platform.framebuffer;
	struct places places = { .count = 0 }, low;
	const struct want_map *direct = &maps[WANT_DIRECT_MAP];

	if (a->platform.has_framebuffer)
		add_place(&places, fb->phys, fb->bytes, direct->framebuffer ? PT_WRITE_COMBINING : NOTHING);
	low = places;
	for (unsigned i = 0; i < a->kernel.layout.segment_count; i++)
		if (a->kernel.layout.segments[i].low)
			add_place(&low, a->kernel.layout.segments[i].run, a->kernel.layout.segments[i].memory_bytes,
			          NOTHING);
	for (size_t i = 0; direct->tables && i < a->platform.table_count; i++)
		add_place(&places, a->platform.tables[i].base, a->platform.tables[i].bytes, PT_NORMAL);
	if (maps[WANT_IDENTITY_MAP].asked)
		list_map(n, "the identity map", WANT_IDENTITY_MAP, 0, &low);
	list_map(n, "the direct map", WANT_DIRECT_MAP, a->space.plan.direct_map, &places);
}

static void add_device(struct needs *n, paddr from, paddr to)
{
	if (from < to)
		add(n, "the device map", from + n->a->space.plan.device_map, from, to - from, DATA);
}

/* ..., and devices that tables name, in reserved memory and above `end`. */
static void list_named_devices(struct needs *n, paddr end)
{
	const struct memmap *m = &n->a->platform.memory;

	for (size_t k = 0; k < n->a->platform.device_count; k++) {
		paddr at = n->a->platform.devices[k].base;
		paddr last = min_u64(at + n->a->platform.devices[k].bytes, n->a->space.plan.device_end);
		if (at >= last)
			break; /* there was no room for it */
		for (size_t i = 0; i < m->count; i++) {
			const struct hobnail_memory *e = &m->entries[i];
			if (!ranges_overlap(e->base, e->bytes, at, last - at))
				continue;
			add_device(n, max_u64(at, end), e->base);
			if (e->type == HOBNAIL_MEMORY_RESERVED)
				add_device(n, max_u64(at, e->base), min_u64(last, e->base + e->bytes));
			at = min_u64(last, e->base + e->bytes);
		}
		add_device(n, max_u64(at, end), last);
	}
}

/* docs/protocol.md, P49: ranges that no entry describes, and MMIO, to the end of RAM or of MMIO, and at least to 4
 * GiB. */
static void list_device_map(struct needs *n)
{
	const struct memmap *m = &n->a->platform.memory;
	paddr end = GIB(4), from = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->entries[i].type == HOBNAIL_MEMORY_MMIO || memmap_in_direct_map(&m->entries[i]))
			end = max_u64(end, m->entries[i].base + m->entries[i].bytes);
	for (size_t i = 0; from < end; i++) {
		bool last = i >= m->count;
		if (!last && m->entries[i].type == HOBNAIL_MEMORY_MMIO)
			continue;
		paddr to = last ? end : min_u64(m->entries[i].base, end);
		add_device(n, from, to);
		from = last ? end : m->entries[i].base + m->entries[i].bytes;
	}
	list_named_devices(n, end);
}

/* Exactly the rights of the program headers. Two segments of equal rights may share a page. */
static void list_segments(struct needs *n)
{
	const struct kernel *k = &n->a->kernel;
	vaddr end = 0;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		vaddr from = align_down(s->run, PAGE_BYTES), to = align_up(s->run + s->memory_bytes, PAGE_BYTES);
		uint64_t shared = from < end && end - from <= PAGE_BYTES ? end - from : 0;
		n->next.index = (uint16_t)i;
		add(n, "segment %u", from + shared, align_down(s->place, PAGE_BYTES) + shared, to - from - shared,
		    READ | (s->rights & ELF_WRITE ? REQUIRE_WRITE : 0) |
		    (s->rights & ELF_EXECUTE ? REQUIRE_EXECUTE : 0));
		end = to;
	}
}

/* Stacks and everything of the net, where they were placed. */
static void list_pieces(struct needs *n)
{
	static const uint8_t memory[] = {
		[PT_NORMAL] = WALK_NORMAL, [PT_WRITE_COMBINING] = WALK_WRITE_COMBINING, [PT_DEVICE] = WALK_DEVICE,
	};
	const struct plan *plan = &n->a->space.plan;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_range *r = &plan->ranges[i];
		bool stack = r->kind == PLAN_STACK;
		if (r->kind < PLAN_STACK)
			continue;
		begin(n, stack || r->kind == PLAN_NET_STACK ? REQUIRE_GUARDS : 0, memory[r->memory]);
		n->next.index = r->index;
		add(n, stack ? stack_of_cpu : plan_kind_name(r->kind), r->va, r->pa, r->bytes,
		    READ | (r->rights & PT_WRITE ? REQUIRE_WRITE : 0) | (r->rights & PT_EXECUTE ? REQUIRE_EXECUTE : 0));
	}
}

static void list_recursive_slot(struct needs *n)
{
	uint64_t slot = n->a->wants.recursive_slot;
	unsigned shift = 9 * n->a->mode.layout->format->levels + PAGE_SHIFT - 9;

	begin(n, REQUIRE_SKIP, 0);
	if (slot)
		add(n, "the recursive slot", (~0ull << 9 | slot) << shift, 0, 1ull << shift, 0);
}

/* In ascending order as far as it is known, because each entry then goes to the end of the list. */
void need_everything(struct needs *n)
{
	begin(n, 0, WALK_NORMAL);
	list_memory(n);
	begin(n, 0, WALK_DEVICE);
	if (n->a->space.plan.has_device_map)
		list_device_map(n);
	list_pieces(n);
	begin(n, 0, WALK_NORMAL);
	list_segments(n);
	list_recursive_slot(n);
}

/* ---- The spaces on the way ------------------------------------------------------------------------------ */

static void add_running_code(struct needs *n)
{
	const struct image *i = n->a->image;

	add_identity(n, "the code that switches address spaces", i->base + i->text, i->code_end - i->text, CODE);
}

/* The running image's text makes the switch; its copy does where translation goes off in between. */
static void add_switch_code(struct needs *n)
{
	const struct image *i = n->a->image;
	const struct handoff *h = n->a->handoff;

	add_running_code(n);
	if (!n->a->mode.mmu_off && !h->transition_first && !h->cpu_count)
		return;
	add_identity(n, "the copy of the code that switches", h->net_phys + i->text, i->text_end - i->text, CODE);
	add_identity(n, "the data of the code that switches", h->net_phys + i->data, i->end - i->data, DATA);
}

/* With the MMU off no other tables have them. */
static void add_output(struct needs *n)
{
	const struct platform *m = &n->a->platform;

	if (platform_maps_console(m))
		add_identity(n, debug_console, m->console.phys, 1, DATA);
	n->next.memory = WALK_WRITE_COMBINING;
	if (m->has_framebuffer)
		add_identity(n, framebuffer, m->framebuffer.phys, m->framebuffer.bytes, DATA);
}

void need_on_the_way(struct needs *n)
{
	const struct handoff *h = n->a->handoff;

	begin(n, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_switch_code(n);
	add_identity(n, startup_page, h->startup.base, h->startup.bytes, CODE);
	for (unsigned i = 0; i < h->touch_count; i++)
		add_identity(n, "memory that the hand-off works on", h->touch[i].base, h->touch[i].bytes, READ);
	for (unsigned i = 0; i < h->move_count; i++)
		add_identity(n, "the place of a segment that moves", h->moves[i].to, h->moves[i].bytes, DATA);
	add_identity(n, boot_record, n->a->record.base, n->a->record.bytes, DATA);
	add_net(n);
	begin(n, REQUIRE_AT_LEAST, WALK_DEVICE);
	for (unsigned i = 0; i < h->device_count; i++)
		add_identity(n, "an interrupt controller", h->devices[i].base, h->devices[i].bytes, DATA);
	if (n->a->mode.mmu_off)
		add_output(n);
	begin(n, REQUIRE_IF_MAPPED, 0);
	add(n, "a page", 0, 0, 1ull << 63, READ);
}

void need_first_on_the_way(struct needs *n)
{
	begin(n, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_switch_code(n);
}

void need_before(struct needs *n)
{
	const struct handoff *h = n->a->handoff;

	begin(n, REQUIRE_AT_LEAST | REQUIRE_ANY_MEMORY | REQUIRE_ANY_USER, 0);
	add_running_code(n);
	add_identity(n, "the memory of the loader's copy", h->net_phys, n->a->image->end, DATA);
	add_identity(n, startup_page, h->startup.base, h->startup.bytes, DATA);
}

void need_within(struct needs *n)
{
	const struct elf_layout *layout = &n->a->kernel.layout;

	begin(n, REQUIRE_AT_LEAST | REQUIRE_ANY_MEMORY | REQUIRE_ANY_USER, 0);
	add_entry(n);
	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		n->next.index = (uint16_t)i;
		add_identity(n, "segment %u", s->place, s->memory_bytes,
		             READ | (s->rights & ELF_WRITE ? REQUIRE_WRITE : 0) |
		             (s->rights & ELF_EXECUTE ? REQUIRE_EXECUTE : 0));
	}
	add_identity(n, boot_record, n->a->record.base, n->a->record.bytes, DATA);
	for (unsigned i = 0; i < n->a->module_count; i++) {
		n->next.index = (uint16_t)i;
		add_identity(n, "module %u", n->a->modules[i].base, n->a->modules[i].bytes, READ);
	}
}
