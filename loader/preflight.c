/* preflight.c — the proof before the jump: every set of tables that this boot will run on has what require.c lists, as
 * core/preflight.c judges it, and no memory is to be overwritten that is still needed. */
#include "boot.h"
#include "format.h"
#include "image.h"
#include "log.h"
#include "require.h"
#include "sabotage.h"
#include "walk_text.h"

/* Requirements, and the tables that they are about. */
struct proof {
	struct boot *b;
	struct needs needs;
	struct walker walker;
	const char *space;
	enum err code;            /* who made them has his own advice */
	bool shown;               /* verbose = yes: the next list, though it should hold */
	const struct claim *last; /* where the last table page was found */
};

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
static OUT_OF_LINE void use_tables(struct proof *proof, const char *space, enum walk_mode mode, paddr root, paddr upper_root)
{
	const struct arch_facts *arch = &proof->b->arch;

	proof->space = space;
	proof->code = ERR_PREFLIGHT;
	proof->walker = (struct walker){
		.mode = mode, .root = root, .upper_root = upper_root,
		.flags = arch->max_leaf < 2 ? WALK_NO_1G : 0,
		.phys_bits = (uint8_t)arch->phys_bits,
		.pat_or_mair = arch_memory_types(),
		.page = own_table, .context = proof,
	};
}

/* ---- verbose = yes: lines begin with their newline -------------------------------------------------------- */

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
	used = format(text, sizeof text, "\n%#018llx %#14llx bytes r%c%c %s, pages up to %llu KiB: ", (unsigned long long)r->va,
	              (unsigned long long)r->bytes, r->access & REQUIRE_WRITE ? 'w' : '-', r->access & REQUIRE_EXECUTE ? 'x' : '-',
	              walk_memory_name(r->memory), (unsigned long long)largest >> 10);
	used += preflight_what(r, text + used, sizeof text - used);
	report_text(proof->b, text, used);
}

static void say_walk(const struct proof *proof, const char *what, vaddr va)
{
	struct walk found;
	char text[200];

	walk(&proof->walker, va, &found);
	report_text(proof->b, text, format(text, sizeof text, "\n%s at %#llx:", what, (unsigned long long)va));
	for (unsigned i = 0; i < found.steps; i++) {
		size_t used = format(text, sizeof text, "\n    ");
		used += walk_line(&proof->walker, &found, i, text + used, sizeof text - used);
		report_text(proof->b, text, used);
	}
}

static void say_list(const struct proof *proof)
{
	char text[64];

	report_text(proof->b, text, format(text, sizeof text, "\n\n%s:", proof->space));
	for (size_t i = 0; i < proof->needs.count; i++)
		if (!(proof->needs.list[i].flags & REQUIRE_IF_MAPPED))
			say_range(proof, &proof->needs.list[i]);
}

static void say_walks(const struct proof *proof)
{
	const struct boot *b = proof->b;

	say_walk(proof, "the entry point", b->kernel.entry);
	say_walk(proof, "the boot stack", handoff.kernel_stack - 8);
	say_walk(proof, "the boot record", handoff.record);
	if (b->space.framebuffer.virt)
		say_walk(proof, "the framebuffer", b->space.framebuffer.virt);
}

/* ---- Judging -------------------------------------------------------------------------------------------- */

static enum err verdict(struct proof *proof, bool holds, const struct violation *v, struct problem *p)
{
	struct boot *b = proof->b;

	if (b->verbose && (proof->shown || !holds)) {
		say_list(proof);
		if (!holds)
			say_walk(proof, "what is wrong", v->walk.va);
		report_text(b, "\n", 1);
	}
	proof->shown = false;
	enum err e = needs_end(&proof->needs, p);
	if (e || holds)
		return e;
	preflight_sentence(&proof->walker, v, proof->space, b->verdict, sizeof b->verdict);
	return problem(p, proof->code, v->walk.va, v->fault, v->walk.blame[WALK_EXECUTE].step);
}

/* Each requirement by itself. */
static enum err prove_list(struct proof *proof, struct problem *p)
{
	struct violation v;

	return verdict(proof, preflight_list(&proof->walker, proof->needs.list, proof->needs.count, &v), &v, p);
}

static enum err prove_kernel_space(struct proof *proof, struct problem *p)
{
	struct violation v;

	use_tables(proof, "the kernel's tables", proof->b->mode.layout->walk,
	           handoff.lower_root ? handoff.lower_root : handoff.root, handoff.root);
	need_named(&proof->needs);
	enum err e = prove_list(proof, p);
	need_everything(&proof->needs);
	if (proof->b->verbose)
		say_walks(proof); /* of a space that is wrong, above all */
	proof->shown = true;
	bool holds = e || preflight_exact(&proof->walker, proof->needs.list, proof->needs.count, &v);
	enum err all = verdict(proof, holds, &v, p);
	return e ? e : all;
}

/* ---- The spaces on the way ------------------------------------------------------------------------------ */

static enum err prove_transition(struct proof *proof, struct problem *p)
{
	use_tables(proof, "the transition space", proof->b->mode.layout->walk, handoff.transition,
	           handoff.root ? handoff.root : handoff.transition);
	need_on_the_way(&proof->needs);
	proof->shown = proof->b->mode.mmu_off; /* there is no other space then */
	return prove_list(proof, p);
}

static enum err prove_first_transition(struct proof *proof, struct problem *p)
{
	if (!handoff.transition_first)
		return OK;
	use_tables(proof, "the first transition space", proof->b->arch.paging_levels == 5 ? WALK_X86_64_5 : WALK_X86_64_4,
	           handoff.transition_first, 0);
	need_first_on_the_way(&proof->needs);
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

/* Tables that cannot be read cannot be judged. */
static enum err prove_live_space(struct proof *proof, struct problem *p)
{
	struct violation v;

	proof->space = "the firmware's tables";
	proof->code = ERR_PREFLIGHT_FIRMWARE;
	if (!arch_live_walker(&proof->walker))
		return OK;
	proof->walker.page = firmware_table;
	proof->walker.context = proof;
	if (!can_read_live_tables(proof))
		return OK;
	need_before(&proof->needs);
	bool holds = preflight_list(&proof->walker, proof->needs.list, proof->needs.count, &v);
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
 * of any destination. *where: that begins here. */
static bool is_in_the_way(const struct boot *b, const struct handoff_move *m, paddr *where)
{
	const struct kernel *k = &b->kernel;
	const struct claim *own = own_memory_in(b, m->to, m->bytes);

	if (own) {
		*where = own->base;
		return true;
	}
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		*where = k->segments[i].phys;
		if (!k->segments[i].low && ranges_overlap(m->to, m->bytes, k->segments[i].phys, k->segments[i].bytes))
			return true;
	}
	for (unsigned i = 0; i < handoff.move_count; i++) {
		*where = handoff.moves[i].from;
		if (ranges_overlap(m->to, m->bytes, handoff.moves[i].from, handoff.moves[i].bytes))
			return true;
	}
	return false;
}

/* Pages of a destination that the firmware used when they were claimed, and has freed since, can have come to us. And no
 * segment is where page tables, stacks, the record, the net or modules are. */
static enum err prove_memory(const struct boot *b, struct problem *p)
{
	paddr taken;

	for (unsigned i = 0; i < handoff.move_count; i++)
		if (is_in_the_way(b, &handoff.moves[i], &taken))
			return destination_is_taken(&b->kernel, &handoff.moves[i], taken, p);
	for (unsigned i = 0; i < b->kernel.layout.segment_count; i++) {
		const struct plan_segment *s = &b->kernel.segments[i];
		paddr from = align_down(s->phys, PAGE_BYTES);
		const struct claim *c = own_memory_in(b, from, align_up(s->phys + s->bytes, PAGE_BYTES) - from);
		if (c)
			return problem(p, ERR_SEGMENT_OWN, elf_segment_name(&b->kernel.layout, i), c->base);
	}
	return OK;
}

/* ---- All of it ------------------------------------------------------------------------------------------ */

enum err preflight(struct boot *b, struct problem *p)
{
	static IMAGE_UNTIL_EXIT struct proof proof;

	step_set(b, "prove the hand-off to", b->entry.kernel);
	proof.b = b;
	proof.last = NULL;
	enum err e = needs_open(&proof.needs, b, p);
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
