/* preflight.c — the proof before the jump: what this boot needs of every set of tables that it will run on.
 *
 * The requirements are made from the boot itself, the kernel's segments, the memory map, what the hand-off will touch, and
 * not from the tables or the builder's list of ranges; core/preflight.c judges them. Of the plan only the places of stacks
 * and net are taken, which nothing else knows. */
#include "boot.h"
#include "cpus.h"
#include "format.h"
#include "image.h"
#include "log.h"
#include "preflight.h"
#include "sabotage.h"
#include "walk_text.h"

#include <string.h>

enum { MORE_REQUIREMENTS = 48 }; /* segments, and what is named one by one */

/* Requirements being listed, and the tables that they are about. */
struct proof {
	struct boot *b;
	struct requirement *list;
	size_t count, capacity;
	struct walker walker;
	const char *space;
	const struct claim *last; /* where the last table page was found */
	struct requirement next;  /* what all that is added now has in common: flags, memory, index */
};

enum { READ = REQUIRE_READ, DATA = REQUIRE_READ | REQUIRE_WRITE, CODE = REQUIRE_READ | REQUIRE_EXECUTE };

/* ---- Tables -------------------------------------------------------------------------------------------- */

/* Our own tables lie in memory of that type, and nowhere else. */
static const uint64_t *own_table(void *context, paddr page)
{
	struct proof *proof = context;
	const struct firmware *fw = &proof->b->fw;

	if (proof->last && page - proof->last->base < proof->last->bytes)
		return memory_at(page);
	for (unsigned i = 0; i < fw->claims; i++) {
		const struct claim *c = &fw->ledger[i];
		if (c->type == HOBNAIL_MEMORY_TABLES && page - c->base < c->bytes) {
			proof->last = c;
			return memory_at(page);
		}
	}
	return NULL;
}

/* The firmware maps all that its memory map has one to one (UEFI 2.10, "x64 Platforms", "AArch64 Platforms"). */
static const uint64_t *firmware_table(void *context, paddr page)
{
	const struct proof *proof = context;
	const struct hobnail_memory *entry = memmap_find(&proof->b->memory, page);

	return entry && entry->type != HOBNAIL_MEMORY_MMIO ? memory_at(page) : NULL;
}

/* As the processor will read tables from the switch on. */
static void use_tables(struct proof *proof, const char *space, enum walk_mode mode, paddr root, paddr upper_root)
{
	const struct arch_facts *arch = &proof->b->arch;

	proof->space = space;
	proof->walker = (struct walker){
		.mode = mode, .root = root, .upper_root = upper_root,
		.flags = arch->max_leaf < 2 ? WALK_NO_1G : 0,
		.phys_bits = (uint8_t)arch->phys_bits,
		.pat_or_mair = arch_memory_types(),
		.page = own_table, .context = proof,
	};
}

/* ---- Listing ------------------------------------------------------------------------------------------- */

/* In its place in the list. */
static void add(struct proof *proof, const char *what, vaddr va, paddr pa, uint64_t bytes, unsigned access)
{
	size_t at = proof->count;
	struct requirement *list = proof->list, *next = &proof->next;

	if (!bytes || proof->count == proof->capacity) /* it cannot be full: see list_open() */
		return;
	next->what = what;
	next->va = va;
	next->pa = pa;
	next->bytes = bytes;
	next->access = (uint8_t)access;
	while (at && list[at - 1].va > va)
		at--;
	memmove(&list[at + 1], &list[at], (proof->count++ - at) * sizeof *list);
	list[at] = *next;
}

/* What follows in the list is like this. */
static void begin(struct proof *proof, unsigned flags, unsigned memory)
{
	proof->next = (struct requirement){ .flags = (uint8_t)flags, .memory = (uint8_t)memory };
}

/* Whole pages of a range that is mapped one to one. */
static void add_identity(struct proof *proof, const char *what, uint64_t base, uint64_t bytes, unsigned access)
{
	paddr from = align_down(base, PAGE_BYTES);

	add(proof, what, from, from, align_up(base + bytes, PAGE_BYTES) - from, access);
}

static enum err verdict(struct proof *proof, bool holds, const struct violation *v, struct problem *p)
{
	struct boot *b = proof->b;

	proof->count = 0;
	if (holds)
		return OK;
	preflight_sentence(&proof->walker, v, proof->space, b->verdict, sizeof b->verdict);
	return problem(p, ERR_PREFLIGHT, v->walk.va, v->fault, v->walk.blame[WALK_EXECUTE].step);
}

/* Judge what is listed, each by itself, and begin a new list. */
static enum err prove_list(struct proof *proof, struct problem *p)
{
	struct violation v;

	return verdict(proof, preflight_list(&proof->walker, proof->list, proof->count, &v), &v, p);
}

/* ---- verbose = yes -------------------------------------------------------------------------------------- */

static void say_range(const struct proof *proof, const struct requirement *r)
{
	struct walk found = { .steps = 0 };
	uint64_t largest = 0;
	char text[160];
	size_t used;

	for (uint64_t done = 0; done < r->bytes; done += walk_extent(&proof->walker, &found, r->bytes - done)) {
		walk_next(&proof->walker, r->va + done, &found);
		largest = max_u64(largest, found.page_bytes);
	}
	used = format(text, sizeof text, "%#018llx %#14llx bytes r%c%c %s, pages up to %llu KiB: ", (unsigned long long)r->va,
	              (unsigned long long)r->bytes, r->access & REQUIRE_WRITE ? 'w' : '-', r->access & REQUIRE_EXECUTE ? 'x' : '-',
	              walk_memory_name(r->memory), (unsigned long long)largest >> 10);
	used += format(text + used, sizeof text - used, r->what, r->index);
	used += format(text + used, sizeof text - used, "\n");
	report_text(proof->b, text, used);
}

static void say_walk(const struct proof *proof, const char *what, vaddr va)
{
	struct walk found;
	char text[200];

	if (!va)
		return;
	walk(&proof->walker, va, &found);
	report_text(proof->b, text, format(text, sizeof text, "%s at %#llx:\n", what, (unsigned long long)va));
	for (unsigned i = 0; i < found.steps; i++) {
		size_t used = format(text, sizeof text, "    ");
		used += walk_line(&proof->walker, &found, i, text + used, sizeof text - used);
		used += format(text + used, sizeof text - used, "\n");
		report_text(proof->b, text, used);
	}
}

static void say_space(const struct proof *proof)
{
	const struct boot *b = proof->b;

	report_text(b, "\n", 1);
	for (size_t i = 0; i < proof->count; i++)
		say_range(proof, &proof->list[i]);
	say_walk(proof, "the entry point", b->kernel.entry);
	say_walk(proof, "the boot stack", handoff.kernel_stack - 8);
	say_walk(proof, "the boot record", handoff.record);
	say_walk(proof, "the framebuffer", b->space.framebuffer.virt);
}

/* ---- The kernel's space: what matters by itself ------------------------------------------------------------ */

static void add_entry(struct proof *proof)
{
	const struct kernel *k = &proof->b->kernel;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		uint64_t offset = k->entry - k->segments[i].virt;
		if (offset < k->segments[i].bytes)
			add(proof, "the entry point", k->entry, k->segments[i].phys + offset, 1, CODE);
	}
}

/* The last bytes, which the hand-off uses, of the boot stack of each processor that is started. */
static void add_stacks(struct proof *proof)
{
	const struct plan_piece *first = &proof->b->space.stack;
	const struct handoff_cpu *cpus = memory_at(handoff.cpus_phys);
	const uint64_t used = 64;

	for (unsigned i = 0; i <= handoff.cpu_count; i++) {
		proof->next.index = (uint16_t)(i ? cpus[i - 1].index : handoff.boot_index);
		add(proof, "the boot stack of CPU %u", (i ? cpus[i - 1].stack : handoff.kernel_stack) - used,
		    first->phys + (i + 1) * first->bytes - used, used, DATA);
	}
}

static void add_direct(struct proof *proof, const char *what, paddr at, uint64_t bytes)
{
	add(proof, what, at + proof->b->space.plan.direct_map, at, bytes, DATA);
}

/* The copy of this image, where the hand-off believes it: handlers and vectors in its code, descriptor tables, their stacks
 * and the log in its data. */
static void add_net(struct proof *proof)
{
	uint64_t text = (uint64_t)(image_text - image_base), rodata = (uint64_t)(image_rodata - image_base);
	uint64_t data = (uint64_t)(image_data - image_base);
	vaddr va = handoff.net_virt;
	paddr pa = handoff.net_phys;

	add(proof, "the code of hand-off and fault handlers", va + text, pa + text, (uint64_t)(image_text_end - image_text), CODE);
	add(proof, "the constants of the hand-off", va + rodata, pa + rodata, (uint64_t)(image_rodata_end - image_rodata), READ);
	add(proof, "descriptor tables and stacks of the fault handlers", va + data, pa + data, image_bytes() - data, DATA);
	proof->next.flags |= REQUIRE_ANYWHERE;
	add(proof, "the stack of the hand-off", handoff.stack_top - PAGE_BYTES, 0, PAGE_BYTES, DATA);
}

/* The top-level table itself, through a recursive slot: every index is the slot's. */
static void add_recursive(struct proof *proof)
{
	const struct request *r = &proof->b->kernel.requests.of[HOBNAIL_REQUEST_RECURSIVE];
	vaddr va = ~0ull;

	for (unsigned i = 0; i < proof->b->mode.layout->format->levels; i++)
		va = va << 9 | r->value;
	begin(proof, 0, WALK_NORMAL);
	if (r->asked)
		add(proof, "the top-level table, in its recursive slot,", va << PAGE_SHIFT, handoff.root, PAGE_BYTES, DATA);
}

static void list_named(struct proof *proof)
{
	const struct boot *b = proof->b;
	const struct space *s = &b->space;

	begin(proof, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_entry(proof);
	add_stacks(proof);
	add_direct(proof, "the boot record", b->record->phys, b->record->bytes);
	for (unsigned i = 0; i < b->module_count; i++) {
		proof->next.index = (uint16_t)i;
		add_direct(proof, "module %u", b->modules[i].phys, b->modules[i].bytes);
	}
	add_net(proof);
	begin(proof, REQUIRE_AT_LEAST, WALK_DEVICE);
	if (s->console.virt)
		add(proof, "the debug console", s->console.virt, b->facts.console.phys, 4, DATA);
	proof->next.memory = WALK_WRITE_COMBINING;
	if (s->framebuffer.virt)
		add(proof, "the framebuffer", s->framebuffer.virt, b->facts.framebuffer.phys, b->facts.framebuffer.bytes, DATA);
	add_recursive(proof);
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
static void list_ram(struct proof *proof, const char *what, vaddr offset, const struct holes *holes)
{
	const struct memmap *m = &proof->b->memory;

	for (size_t i = 0; i < m->count;) {
		paddr from = m->entries[i].base, to = from, behind;

		for (; i < m->count && memmap_in_direct_map(&m->entries[i]) && m->entries[i].base == to; i++)
			to += m->entries[i].bytes;
		i += to == from;
		for (; from < to; from = behind) {
			paddr hole = next_hole(holes, from, to, &behind);
			add(proof, what, from + offset, from, hole - from, DATA);
		}
	}
}

/* The lower addresses first: see list_everything(). */
static void list_memory(struct proof *proof)
{
	const struct boot *b = proof->b;
	const struct kernel *k = &b->kernel;
	struct holes holes = { .count = 0 }, low;

	if (b->facts.has_framebuffer)
		add_hole(&holes, b->facts.framebuffer.phys, b->facts.framebuffer.bytes);
	low = holes;
	for (unsigned i = 0; i < k->layout.segment_count; i++)
		if (k->segments[i].low)
			add_hole(&low, k->segments[i].virt, k->segments[i].bytes);
	if (k->requests.of[HOBNAIL_REQUEST_IDENTITY_MAP].value)
		list_ram(proof, "the identity map", 0, &low);
	list_ram(proof, "the direct map", b->space.plan.direct_map, &holes);
}

/* docs/protocol.md, P49: what no entry describes, and MMIO, to the end of RAM or of MMIO, and 4 GiB at least. */
static void list_device_map(struct proof *proof)
{
	const struct memmap *m = &proof->b->memory;
	paddr end = GIB(4), from = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->entries[i].type == HOBNAIL_MEMORY_MMIO || memmap_in_direct_map(&m->entries[i]))
			end = max_u64(end, m->entries[i].base + m->entries[i].bytes);
	for (size_t i = 0; from < end; i++) {
		bool last = i >= m->count;
		if (!last && m->entries[i].type == HOBNAIL_MEMORY_MMIO)
			continue;
		paddr to = last ? end : min_u64(m->entries[i].base, end);
		if (from < to)
			add(proof, "the device map", from + proof->b->space.plan.device_map, from, to - from, DATA);
		from = last ? end : m->entries[i].base + m->entries[i].bytes;
	}
}

/* Exactly the rights of the program headers. Two segments of equal rights may share a page. */
static void list_segments(struct proof *proof)
{
	const struct kernel *k = &proof->b->kernel;
	vaddr end = 0;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct plan_segment *s = &k->segments[i];
		vaddr from = align_down(s->virt, PAGE_BYTES), to = align_up(s->virt + s->bytes, PAGE_BYTES);
		uint64_t shared = from < end && end - from <= PAGE_BYTES ? end - from : 0;
		proof->next.index = (uint16_t)i;
		add(proof, "segment %u", from + shared, align_down(s->phys, PAGE_BYTES) + shared, to - from - shared,
		    READ | (s->rights & ELF_WRITE ? REQUIRE_WRITE : 0) | (s->rights & ELF_EXECUTE ? REQUIRE_EXECUTE : 0));
		end = to;
	}
}

/* Stacks and everything of the net, where they were placed. */
static void list_pieces(struct proof *proof)
{
	static const uint8_t memory[] = { [PT_NORMAL] = WALK_NORMAL, [PT_WRITE_COMBINING] = WALK_WRITE_COMBINING, [PT_DEVICE] = WALK_DEVICE };
	const struct plan *plan = &proof->b->space.plan;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_range *r = &plan->ranges[i];
		bool stack = r->kind == PLAN_STACK;
		if (r->kind < PLAN_STACK)
			continue;
		begin(proof, stack || r->kind == PLAN_NET_STACK ? REQUIRE_GUARDS : 0, memory[r->memory]);
		proof->next.index = r->index;
		add(proof, stack ? "the boot stack of CPU %u" : plan_kind_name(r->kind), r->va, r->pa, r->bytes,
		    READ | (r->rights & PT_WRITE ? REQUIRE_WRITE : 0) | (r->rights & PT_EXECUTE ? REQUIRE_EXECUTE : 0));
	}
}

static void list_recursive_slot(struct proof *proof)
{
	const struct request *r = &proof->b->kernel.requests.of[HOBNAIL_REQUEST_RECURSIVE];
	unsigned shift = 9 * proof->b->mode.layout->format->levels + PAGE_SHIFT - 9;

	begin(proof, REQUIRE_SKIP, 0);
	if (r->asked)
		add(proof, "the recursive slot", (~0ull << 9 | r->value) << shift, 0, 1ull << shift, 0);
}

/* Ascending, as far as that is known, for then each goes to the end of the list. */
static void list_everything(struct proof *proof)
{
	begin(proof, 0, WALK_NORMAL);
	list_memory(proof);
	begin(proof, 0, WALK_DEVICE);
	if (proof->b->space.plan.has_device_map)
		list_device_map(proof);
	list_pieces(proof);
	begin(proof, 0, WALK_NORMAL);
	list_segments(proof);
	list_recursive_slot(proof);
}

static enum err prove_kernel_space(struct proof *proof, struct problem *p)
{
	struct violation v;

	use_tables(proof, "the kernel's tables", proof->b->mode.layout->walk,
	           handoff.lower_root ? handoff.lower_root : handoff.root, handoff.root);
	list_named(proof);
	enum err e = prove_list(proof, p);
	list_everything(proof);
	if (proof->b->verbose)
		say_space(proof); /* of a space that is wrong, above all */
	return e ? e : verdict(proof, preflight_exact(&proof->walker, proof->list, proof->count, &v), &v, p);
}

/* ---- The spaces on the way ------------------------------------------------------------------------------ */

static void add_running_code(struct proof *proof)
{
	add_identity(proof, "the code that switches address spaces", (uintptr_t)image_text,
	             (uint64_t)(image_code_end - image_text), CODE);
}

/* The running image's text makes the switch; its copy does where translation goes off in between. */
static void add_switch_code(struct proof *proof)
{
	uint64_t text = (uint64_t)(image_text - image_base), data = (uint64_t)(image_data - image_base);

	add_running_code(proof);
	if (!proof->b->mode.mmu_off && !handoff.transition_first && !handoff.cpu_count)
		return;
	add_identity(proof, "the copy of the code that switches", handoff.net_phys + text, (uint64_t)(image_text_end - image_text),
	             CODE);
	add_identity(proof, "the data of the code that switches", handoff.net_phys + data, image_bytes() - data, DATA);
}

/* With the MMU off no other tables have them. */
static void add_output(struct proof *proof)
{
	const struct facts *f = &proof->b->facts;

	if (f->has_console && f->console.kind != HOBNAIL_CONSOLE_16550_PORT)
		add_identity(proof, "the debug console", f->console.phys, 1, DATA);
	proof->next.memory = WALK_WRITE_COMBINING;
	if (f->has_framebuffer)
		add_identity(proof, "the framebuffer", f->framebuffer.phys, f->framebuffer.bytes, DATA);
}

static enum err prove_transition(struct proof *proof, struct problem *p)
{
	use_tables(proof, "the transition space", proof->b->mode.layout->walk, handoff.transition,
	           handoff.root ? handoff.root : handoff.transition);
	begin(proof, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_switch_code(proof);
	add_identity(proof, "the page where other processors begin", handoff.startup.base, handoff.startup.bytes, CODE);
	for (unsigned i = 0; i < handoff.touch_count; i++)
		add_identity(proof, "memory that the hand-off works on", handoff.touch[i].base, handoff.touch[i].bytes, READ);
	for (unsigned i = 0; i < handoff.move_count; i++)
		add_identity(proof, "the place of a segment that moves", handoff.moves[i].to, handoff.moves[i].bytes, DATA);
	add_identity(proof, "the boot record", proof->b->record->phys, proof->b->record->bytes, DATA);
	add_net(proof);
	begin(proof, REQUIRE_AT_LEAST, WALK_DEVICE);
	for (unsigned i = 0; i < handoff.device_count; i++)
		add_identity(proof, "an interrupt controller", handoff.devices[i].base, handoff.devices[i].bytes, DATA);
	if (proof->b->mode.mmu_off)
		add_output(proof);
	begin(proof, REQUIRE_IF_MAPPED, 0);
	add(proof, "a page", 0, 0, 1ull << 63, READ);
	return prove_list(proof, p);
}

static enum err prove_first_transition(struct proof *proof, struct problem *p)
{
	if (!handoff.transition_first)
		return OK;
	use_tables(proof, "the first transition space", proof->b->arch.paging_levels == 5 ? WALK_X86_64_5 : WALK_X86_64_4,
	           handoff.transition_first, 0);
	begin(proof, REQUIRE_AT_LEAST, WALK_NORMAL);
	add_switch_code(proof);
	return prove_list(proof, p);
}

/* What runs now is mapped one to one and can be executed. A walk that says otherwise has misread the tables: they are made
 * in a way that core/walk.c does not know (encryption bits, permission indirection). */
static bool can_read_live_tables(const struct proof *proof)
{
	uintptr_t running = (uintptr_t)preflight;
	struct walk found;

	walk(&proof->walker, running, &found);
	if (found.executable && found.phys == running)
		return true;
	log_line("the firmware's tables are of a kind that cannot be read here: not judged");
	return false;
}

/* The switch begins in the firmware's space: in the running image's text, and after the net's copy and the page where other
 * processors begin have been filled. Neither is executed there, so firmware may forbid that. Tables that cannot be read
 * cannot be judged. */
static enum err prove_live_space(struct proof *proof, struct problem *p)
{
	struct violation v;

	proof->space = "the firmware's tables";
	if (!arch_live_walker(&proof->walker))
		return OK;
	proof->walker.page = firmware_table;
	proof->walker.context = proof;
	if (!can_read_live_tables(proof))
		return OK;
	begin(proof, REQUIRE_AT_LEAST | REQUIRE_ANY_MEMORY | REQUIRE_ANY_USER, 0);
	add_running_code(proof);
	add_identity(proof, "the memory of the loader's copy", handoff.net_phys, image_bytes(), DATA);
	add_identity(proof, "the page where other processors begin", handoff.startup.base, handoff.startup.bytes, DATA);
	bool holds = preflight_list(&proof->walker, proof->list, proof->count, &v);
	return verdict(proof, holds || v.walk.blame[WALK_READ].cause == WALK_UNREADABLE, &v, p);
}

/* ---- Physical memory ------------------------------------------------------------------------------------ */

/* Does a range meet memory that the loader keeps for itself? Claims of type KERNEL are the kernel's own pages. */
static const struct claim *own_memory_in(const struct boot *b, paddr base, uint64_t bytes)
{
	for (unsigned i = 0; i < b->fw.claims; i++) {
		const struct claim *c = &b->fw.ledger[i];
		if (c->type != HOBNAIL_MEMORY_USABLE && c->type != HOBNAIL_MEMORY_KERNEL && ranges_overlap(base, bytes, c->base, c->bytes))
			return c;
	}
	return NULL;
}

/* Would a move to this destination overwrite something that is needed afterwards? A block of upper-half segments is no part
 * of any destination. */
static bool is_in_the_way(const struct boot *b, const struct handoff_move *m)
{
	const struct kernel *k = &b->kernel;

	if (own_memory_in(b, m->to, m->bytes))
		return true;
	for (unsigned i = 0; i < k->layout.segment_count; i++)
		if (!k->segments[i].low && ranges_overlap(m->to, m->bytes, k->segments[i].phys, k->segments[i].bytes))
			return true;
	for (unsigned i = 0; i < handoff.move_count; i++)
		if (ranges_overlap(m->to, m->bytes, handoff.moves[i].from, handoff.moves[i].bytes))
			return true;
	return false;
}

/* Pages of a destination that the firmware used when they were claimed, and has freed since, can have come to us. And no
 * segment is where page tables, stacks, the record, the net or modules are. */
static enum err prove_memory(const struct boot *b, struct problem *p)
{
	for (unsigned i = 0; i < handoff.move_count; i++)
		if (is_in_the_way(b, &handoff.moves[i]))
			return problem(p, ERR_DESTINATION_OWN, handoff.moves[i].to);
	for (unsigned i = 0; i < b->kernel.layout.segment_count; i++) {
		const struct plan_segment *s = &b->kernel.segments[i];
		paddr from = align_down(s->phys, PAGE_BYTES);
		const struct claim *c = own_memory_in(b, from, align_up(s->phys + s->bytes, PAGE_BYTES) - from);
		if (c)
			return problem(p, ERR_SEGMENT_OWN, i, c->base);
	}
	return OK;
}

/* ---- All of it ------------------------------------------------------------------------------------------ */

/* The longest list has what the plan has, and a recursive slot; the others name few things each. */
static enum err list_open(struct proof *proof, struct problem *p)
{
	struct boot *b = proof->b;
	paddr at;

	proof->capacity = b->space.plan.capacity + b->module_count + handoff.cpu_count + handoff.touch_count + handoff.device_count +
	                  MORE_REQUIREMENTS;
	enum err e = firmware_pages(&b->fw, proof->capacity * sizeof *proof->list, PAGE_BYTES, UINT64_MAX, false,
	                            HOBNAIL_MEMORY_USABLE, &at, p);
	if (!e)
		proof->list = memory_at(at);
	return e;
}

enum err preflight(struct boot *b, struct problem *p)
{
	struct proof proof = { .b = b };

	step_set(b, "prove the hand-off to", b->entry.kernel);
	enum err e = list_open(&proof, p);
	if (!e)
		e = prove_memory(b, p);
	if (!e && !b->mode.mmu_off)
		e = prove_kernel_space(&proof, p);
	if (!e)
		e = prove_transition(&proof, p);
	if (!e)
		e = prove_first_transition(&proof, p);
	if (!e)
		e = prove_live_space(&proof, p);
	stage_mark(b, HOBNAIL_STAGE_PREFLIGHT);
	if (!e)
		sabotage_checked(b);
	return e;
}
