#include "require.h"

#include "image.h"
#include "say.h"

#include <string.h>

enum { MORE_REQUIREMENTS = 48 }; /* segments, and what is named one by one */

enum { READ = REQUIRE_READ, DATA = REQUIRE_READ | REQUIRE_WRITE, CODE = REQUIRE_READ | REQUIRE_EXECUTE };

/* ---- The list ------------------------------------------------------------------------------------------ */

/* The longest list has what the plan has, and a recursive slot; the others name few things each. */
enum err needs_open(struct needs *n, struct boot *b, struct problem *p)
{
	size_t capacity = b->space.plan.capacity + b->module_count + handoff.cpu_count + handoff.touch_count + handoff.device_count +
	                  MORE_REQUIREMENTS;
	paddr at;
	enum err e = firmware_pages(&b->fw, capacity * sizeof *n->list, HOBNAIL_MEMORY_USABLE, &at, p);

	if (e)
		return e;
	n->b = b;
	n->list = memory_at(at);
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

/* In its place in the list. */
static void add(struct needs *n, enum say what, vaddr va, paddr pa, uint64_t bytes, unsigned access)
{
	size_t at = n->count;
	struct requirement *list = n->list, *next = &n->next;

	n->full |= n->count == n->capacity;
	if (!bytes || n->full)
		return;
	next->said = (uint8_t)what;
	next->va = va;
	next->pa = pa;
	next->bytes = bytes;
	next->access = (uint8_t)access;
	while (at && list[at - 1].va > va)
		at--;
	memmove(&list[at + 1], &list[at], (n->count++ - at) * sizeof *list);
	list[at] = *next;
}

/* What follows in the list is like this. */
static void begin(struct needs *n, unsigned flags, unsigned memory)
{
	n->next.flags = (uint8_t)flags;
	n->next.memory = (uint8_t)memory;
	n->next.index = 0;
	n->next.what = NULL;
}

/* Whole pages of a range that is mapped one to one. */
static void add_identity(struct needs *n, enum say what, uint64_t base, uint64_t bytes, unsigned access)
{
	paddr from = align_down(base, PAGE_BYTES);

	add(n, what, from, from, align_up(base + bytes, PAGE_BYTES) - from, access);
}

/* ---- The kernel's space: what matters by itself ------------------------------------------------------------ */

static void add_entry(struct needs *n)
{
	const struct kernel *k = &n->b->kernel;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		uint64_t offset = k->entry - k->segments[i].virt;
		if (offset < k->segments[i].bytes)
			add(n, SAY_NEED_ENTRY_POINT, k->entry, k->segments[i].phys + offset, 1, CODE);
	}
}

/* The last bytes, which the hand-off uses, of the boot stack of each processor that is started. */
static void add_stacks(struct needs *n)
{
	const struct plan_piece *first = &n->b->space.stack;
	const struct handoff_cpu *cpus = memory_at(handoff.cpus_phys);
	const uint64_t used = 64;

	for (unsigned i = 0; i <= handoff.cpu_count; i++) {
		n->next.index = (uint16_t)(i ? cpus[i - 1].index : handoff.boot_index);
		add(n, SAY_NEED_STACK_OF, (i ? cpus[i - 1].stack : handoff.kernel_stack) - used,
		    first->phys + (i + 1) * first->bytes - used, used, DATA);
	}
}

static void add_direct(struct needs *n, enum say what, paddr at, uint64_t bytes)
{
	add(n, what, at + n->b->space.plan.direct_map, at, bytes, DATA);
}

/* The copy of this image, where the hand-off believes it: handlers and vectors in its code, descriptor tables, their stacks
 * and the log in its data. */
static void add_net(struct needs *n)
{
	uint64_t text = (uint64_t)(image_text - image_base), rodata = (uint64_t)(image_rodata - image_base);
	uint64_t data = (uint64_t)(image_data - image_base);
	vaddr va = handoff.net_virt;
	paddr pa = handoff.net_phys;

	add(n, SAY_NEED_NET_CODE, va + text, pa + text, (uint64_t)(image_text_end - image_text), CODE);
	add(n, SAY_NEED_NET_CONSTANTS, va + rodata, pa + rodata, (uint64_t)(image_rodata_end - image_rodata), READ);
	add(n, SAY_NEED_NET_DATA, va + data, pa + data, image_bytes() - data, DATA);
	n->next.flags |= REQUIRE_ANYWHERE;
	add(n, SAY_NEED_NET_STACK, handoff.stack_top - PAGE_BYTES, 0, PAGE_BYTES, DATA);
}

/* The top-level table itself, through a recursive slot: every index is the slot's. */
static void add_recursive(struct needs *n)
{
	const struct request *r = &n->b->kernel.requests.of[HOBNAIL_REQUEST_RECURSIVE];
	vaddr va = ~0ull;

	for (unsigned i = 0; i < n->b->mode.layout->format->levels; i++)
		va = va << 9 | r->value;
	begin(n, 0, WALK_NORMAL);
	if (r->asked)
		add(n, SAY_NEED_RECURSIVE_TABLE, va << PAGE_SHIFT, handoff.root, PAGE_BYTES, DATA);
}

void need_named(struct needs *n)
{
	const struct space *s = &n->b->space;

	begin(n, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_entry(n);
	add_stacks(n);
	add_direct(n, SAY_NEED_RECORD, n->b->record->phys, n->b->record->bytes);
	for (unsigned i = 0; i < n->b->module_count; i++) {
		n->next.index = (uint16_t)i;
		add_direct(n, SAY_MODULE, n->b->modules[i].phys, n->b->modules[i].bytes);
	}
	add_net(n);
	begin(n, REQUIRE_AT_LEAST, WALK_DEVICE);
	if (s->console.virt)
		add(n, SAY_NEED_DEBUG_CONSOLE, s->console.virt, n->b->facts.console.phys, 4, DATA);
	n->next.memory = WALK_WRITE_COMBINING;
	if (s->framebuffer.virt)
		add(n, SAY_FRAMEBUFFER, s->framebuffer.virt, n->b->facts.framebuffer.phys, n->b->facts.framebuffer.bytes, DATA);
	add_recursive(n);
}

/* ---- The kernel's space: all of it, exactly ------------------------------------------------------------- */

/* Places that a map of RAM leaves out. */
struct holes {
	struct span of[1 + ELF_MAX_SEGMENTS];
	unsigned count;
};

static void add_hole(struct holes *h, uint64_t base, uint64_t bytes)
{
	uint64_t from = align_down(base, PAGE_BYTES), last = sum_fits(base, bytes + PAGE_BYTES) ? base + bytes - 1 : UINT64_MAX - PAGE_BYTES;

	h->of[h->count++] = (struct span){ from, align_down(last, PAGE_BYTES) + PAGE_BYTES - from };
}

/* The first hole in [from, to): where it begins; *behind: where it ends. */
static paddr next_hole(const struct holes *h, paddr from, paddr to, paddr *behind)
{
	paddr hole = to;

	*behind = to;
	for (unsigned i = 0; i < h->count; i++) {
		paddr base = max_u64(h->of[i].base, from), end = h->of[i].base + h->of[i].bytes;
		if (base < hole && end > base) {
			hole = base;
			*behind = end;
		}
	}
	return hole;
}

/* docs/protocol.md, "Direct map": RAM that may be cached, but for framebuffers; P48 the same one to one, but for the
 * addresses of low segments. */
static void list_ram(struct needs *n, enum say what, vaddr offset, const struct holes *holes)
{
	const struct memmap *m = &n->b->memory;

	for (size_t i = 0; i < m->count;) {
		paddr from = m->entries[i].base, to = from, behind;

		for (; i < m->count && memmap_in_direct_map(&m->entries[i]) && m->entries[i].base == to; i++)
			to += m->entries[i].bytes;
		i += to == from;
		for (; from < to; from = behind) {
			paddr hole = next_hole(holes, from, to, &behind);
			add(n, what, from + offset, from, hole - from, DATA);
		}
	}
}

/* The lower addresses first: see need_everything(). */
static void list_memory(struct needs *n)
{
	const struct kernel *k = &n->b->kernel;
	struct holes holes = { .count = 0 }, low;

	if (n->b->facts.has_framebuffer)
		add_hole(&holes, n->b->facts.framebuffer.phys, n->b->facts.framebuffer.bytes);
	low = holes;
	for (unsigned i = 0; i < k->layout.segment_count; i++)
		if (k->segments[i].low)
			add_hole(&low, k->segments[i].virt, k->segments[i].bytes);
	if (k->requests.of[HOBNAIL_REQUEST_IDENTITY_MAP].value)
		list_ram(n, SAY_NEED_IDENTITY_MAP, 0, &low);
	list_ram(n, SAY_NEED_DIRECT_MAP, n->b->space.plan.direct_map, &holes);
}

static void add_device(struct needs *n, paddr from, paddr to)
{
	if (from < to)
		add(n, SAY_NEED_DEVICE_MAP, from + n->b->space.plan.device_map, from, to - from, DATA);
}

/* ..., and what tables name of reserved memory, and above that `end`. */
static void list_named_devices(struct needs *n, paddr end)
{
	const struct memmap *m = &n->b->memory;

	for (size_t k = 0; k < n->b->facts.device_count; k++) {
		paddr at = n->b->facts.devices[k].base;
		paddr last = min_u64(at + n->b->facts.devices[k].bytes, n->b->space.plan.device_end);
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

/* docs/protocol.md, P49: what no entry describes, and MMIO, to the end of RAM or of MMIO, and 4 GiB at least. */
static void list_device_map(struct needs *n)
{
	const struct memmap *m = &n->b->memory;
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
	const struct kernel *k = &n->b->kernel;
	vaddr end = 0;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct plan_segment *s = &k->segments[i];
		vaddr from = align_down(s->virt, PAGE_BYTES), to = align_up(s->virt + s->bytes, PAGE_BYTES);
		uint64_t shared = from < end && end - from <= PAGE_BYTES ? end - from : 0;
		n->next.index = (uint16_t)i;
		add(n, SAY_NEED_SEGMENT_NUMBER, from + shared, align_down(s->phys, PAGE_BYTES) + shared, to - from - shared,
		    READ | (s->rights & ELF_WRITE ? REQUIRE_WRITE : 0) | (s->rights & ELF_EXECUTE ? REQUIRE_EXECUTE : 0));
		end = to;
	}
}

/* Stacks and everything of the net, where they were placed. */
static void list_pieces(struct needs *n)
{
	static const uint8_t memory[] = { [PT_NORMAL] = WALK_NORMAL, [PT_WRITE_COMBINING] = WALK_WRITE_COMBINING, [PT_DEVICE] = WALK_DEVICE };
	const struct plan *plan = &n->b->space.plan;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_range *r = &plan->ranges[i];
		bool stack = r->kind == PLAN_STACK;
		if (r->kind < PLAN_STACK)
			continue;
		begin(n, stack || r->kind == PLAN_NET_STACK ? REQUIRE_GUARDS : 0, memory[r->memory]);
		n->next.index = r->index;
		n->next.what = stack ? NULL : plan_kind_name(r->kind);
		add(n, SAY_NEED_STACK_OF, r->va, r->pa, r->bytes,
		    READ | (r->rights & PT_WRITE ? REQUIRE_WRITE : 0) | (r->rights & PT_EXECUTE ? REQUIRE_EXECUTE : 0));
	}
}

static void list_recursive_slot(struct needs *n)
{
	const struct request *r = &n->b->kernel.requests.of[HOBNAIL_REQUEST_RECURSIVE];
	unsigned shift = 9 * n->b->mode.layout->format->levels + PAGE_SHIFT - 9;

	begin(n, REQUIRE_SKIP, 0);
	if (r->asked)
		add(n, SAY_NEED_RECURSIVE_SLOT, (~0ull << 9 | r->value) << shift, 0, 1ull << shift, 0);
}

/* Ascending, as far as that is known, for then each goes to the end of the list. */
void need_everything(struct needs *n)
{
	begin(n, 0, WALK_NORMAL);
	list_memory(n);
	begin(n, 0, WALK_DEVICE);
	if (n->b->space.plan.has_device_map)
		list_device_map(n);
	list_pieces(n);
	begin(n, 0, WALK_NORMAL);
	list_segments(n);
	list_recursive_slot(n);
}

/* ---- The spaces on the way ------------------------------------------------------------------------------ */

static void add_running_code(struct needs *n)
{
	add_identity(n, SAY_NEED_SWITCH_CODE, (uintptr_t)image_text,
	             (uint64_t)(image_code_end - image_text), CODE);
}

/* The running image's text makes the switch; its copy does where translation goes off in between. */
static void add_switch_code(struct needs *n)
{
	uint64_t text = (uint64_t)(image_text - image_base), data = (uint64_t)(image_data - image_base);

	add_running_code(n);
	if (!n->b->mode.mmu_off && !handoff.transition_first && !handoff.cpu_count)
		return;
	add_identity(n, SAY_NEED_SWITCH_COPY, handoff.net_phys + text, (uint64_t)(image_text_end - image_text),
	             CODE);
	add_identity(n, SAY_NEED_SWITCH_DATA, handoff.net_phys + data, image_bytes() - data, DATA);
}

/* With the MMU off no other tables have them. */
static void add_output(struct needs *n)
{
	const struct facts *f = &n->b->facts;

	if (f->has_console && f->console.kind != HOBNAIL_CONSOLE_16550_PORT)
		add_identity(n, SAY_NEED_DEBUG_CONSOLE, f->console.phys, 1, DATA);
	n->next.memory = WALK_WRITE_COMBINING;
	if (f->has_framebuffer)
		add_identity(n, SAY_FRAMEBUFFER, f->framebuffer.phys, f->framebuffer.bytes, DATA);
}

void need_on_the_way(struct needs *n)
{
	begin(n, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_switch_code(n);
	add_identity(n, SAY_NEED_STARTUP_PAGE, handoff.startup.base, handoff.startup.bytes, CODE);
	for (unsigned i = 0; i < handoff.touch_count; i++)
		add_identity(n, SAY_NEED_TOUCHED, handoff.touch[i].base, handoff.touch[i].bytes, READ);
	for (unsigned i = 0; i < handoff.move_count; i++)
		add_identity(n, SAY_NEED_MOVED, handoff.moves[i].to, handoff.moves[i].bytes, DATA);
	add_identity(n, SAY_NEED_RECORD, n->b->record->phys, n->b->record->bytes, DATA);
	add_net(n);
	begin(n, REQUIRE_AT_LEAST, WALK_DEVICE);
	for (unsigned i = 0; i < handoff.device_count; i++)
		add_identity(n, SAY_NEED_INTERRUPT_CONTROLLER, handoff.devices[i].base, handoff.devices[i].bytes, DATA);
	if (n->b->mode.mmu_off)
		add_output(n);
	begin(n, REQUIRE_IF_MAPPED, 0);
	add(n, SAY_NEED_PAGE_ANY, 0, 0, 1ull << 63, READ);
}

void need_first_on_the_way(struct needs *n)
{
	begin(n, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_switch_code(n);
}

void need_before(struct needs *n)
{
	begin(n, REQUIRE_AT_LEAST | REQUIRE_ANY_MEMORY | REQUIRE_ANY_USER, 0);
	add_running_code(n);
	add_identity(n, SAY_NEED_NET_MEMORY, handoff.net_phys, image_bytes(), DATA);
	add_identity(n, SAY_NEED_STARTUP_PAGE, handoff.startup.base, handoff.startup.bytes, DATA);
}
