#include "prove.h"

/* ---- Tables -------------------------------------------------------------------------------------------- */

/* Our own tables lie in memory of that type, and nowhere else. */
static const uint64_t *own_table(void *context, paddr page)
{
	struct proof *proof = context;
	const struct pages *pages = proof->a->pages;

	if (proof->last && page - proof->last->base < proof->last->bytes)
		return pages_at(pages, page);
	for (unsigned i = 0; i < pages->ledger->count; i++) {
		const struct claim *c = &pages->ledger->claims[i];
		if (c->type == HOBNAIL_MEMORY_TABLES && page - c->base < c->bytes) {
			proof->last = c;
			return pages_at(pages, page);
		}
	}
	return NULL;
}

/* Read tables as the processor will from the switch on. */
static void use_tables(struct proof *proof, const char *space, enum walk_mode mode, paddr root, paddr upper_root)
{
	const struct platform *m = &proof->a->platform;

	proof->space = space;
	proof->walker = (struct walker){
		.mode = mode, .root = root, .upper_root = upper_root,
		.flags = m->arch.max_leaf < 2 ? WALK_NO_1G : 0,
		.phys_bits = (uint8_t)m->arch.phys_bits,
		.pat_or_mair = proof->a->mode.layout->memory_types,
		.page = own_table, .context = proof,
	};
}

/* ---- Judging -------------------------------------------------------------------------------------------- */

static enum err verdict(struct proof *proof, enum err code, bool holds, const struct violation *v, struct problem *p)
{
	if (proof->show)
		proof->show(proof, holds ? NULL : v);
	proof->whole = false;
	enum err e = needs_end(&proof->needs, p);
	if (e || holds)
		return e;
	preflight_sentence(&proof->walker, v, proof->space, proof->sentence, sizeof proof->sentence);
	return problem(p, code, v->walk.va, v->fault, v->walk.blame[WALK_EXECUTE].step);
}

enum err prove_list(struct proof *proof, enum err code, bool unreadable_is_fine, struct problem *p)
{
	struct violation v;
	bool holds = preflight_list(&proof->walker, proof->needs.list, proof->needs.count, &v) ||
	             (unreadable_is_fine && v.walk.blame[WALK_READ].cause == WALK_UNREADABLE);

	return verdict(proof, code, holds, &v, p);
}

static enum err prove_kernel_space(struct proof *proof, struct problem *p)
{
	const struct handoff *h = proof->a->handoff;
	struct violation v;

	use_tables(proof, "the kernel's tables", proof->a->mode.layout->walk, h->lower_root ? h->lower_root : h->root,
	           h->root);
	need_named(&proof->needs);
	enum err e = prove_list(proof, ERR_PREFLIGHT, false, p);
	need_everything(&proof->needs);
	proof->whole = true;
	bool holds = e || preflight_exact(&proof->walker, proof->needs.list, proof->needs.count, &v);
	enum err all = verdict(proof, ERR_PREFLIGHT, holds, &v, p);
	return e ? e : all;
}

static enum err prove_transition(struct proof *proof, struct problem *p)
{
	const struct handoff *h = proof->a->handoff;

	use_tables(proof, "the transition space", proof->a->mode.layout->walk, h->transition,
	           h->root ? h->root : h->transition);
	need_on_the_way(&proof->needs);
	proof->whole = proof->a->mode.mmu_off; /* there is no other space then */
	return prove_list(proof, ERR_PREFLIGHT, false, p);
}

static enum err prove_first_transition(struct proof *proof, struct problem *p)
{
	const struct handoff *h = proof->a->handoff;

	if (!h->transition_first)
		return OK;
	use_tables(proof, "the first transition space", proof->a->mode.layout->other_levels->walk, h->transition_first,
	           0);
	need_first_on_the_way(&proof->needs);
	return prove_list(proof, ERR_PREFLIGHT, false, p);
}

/* ---- Physical memory ------------------------------------------------------------------------------------ */

/* Memory that the loader keeps for itself in a range. Claims of type KERNEL are the kernel's own pages. */
static const struct claim *own_memory_in(const struct ledger *ledger, paddr base, uint64_t bytes)
{
	for (unsigned i = 0; i < ledger->count; i++) {
		const struct claim *c = &ledger->claims[i];
		if (c->type != HOBNAIL_MEMORY_USABLE && c->type != HOBNAIL_MEMORY_KERNEL &&
		    ranges_overlap(base, bytes, c->base, c->bytes))
			return c;
	}
	return NULL;
}

/* Would a move to this destination overwrite something that is needed afterwards? A block of upper-half segments is
 * no part of any destination. *where: the beginning of that memory. */
static bool is_in_the_way(const struct attempt *a, const struct handoff_move *m, paddr *where)
{
	const struct elf_layout *layout = &a->kernel.layout;
	const struct claim *own = own_memory_in(a->pages->ledger, m->to, m->bytes);

	if (own) {
		*where = own->base;
		return true;
	}
	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		*where = s->place;
		if (!s->low && ranges_overlap(m->to, m->bytes, s->place, s->memory_bytes))
			return true;
	}
	for (unsigned i = 0; i < a->handoff->move_count; i++) {
		*where = a->handoff->moves[i].from;
		if (ranges_overlap(m->to, m->bytes, a->handoff->moves[i].from, a->handoff->moves[i].bytes))
			return true;
	}
	return false;
}

/* The firmware may free pages of a destination after the destination was claimed, and the loader may have got them
 * since: then the move would overwrite them. Nor may a segment overlap page tables, stacks, the record, the net or
 * modules. */
static enum err prove_memory(const struct attempt *a, struct problem *p)
{
	const struct elf_layout *layout = &a->kernel.layout;
	paddr taken;

	for (unsigned i = 0; i < a->handoff->move_count; i++)
		if (is_in_the_way(a, &a->handoff->moves[i], &taken))
			return handoff_destination_taken(layout, &a->handoff->moves[i], taken, p);
	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		paddr from = align_down(s->place, PAGE_BYTES);
		const struct claim *c = own_memory_in(a->pages->ledger, from,
		                                      align_up(s->place + s->memory_bytes, PAGE_BYTES) - from);
		if (c)
			return problem(p, ERR_SEGMENT_OWN, elf_segment_name(layout, i), c->base);
	}
	return OK;
}

/* ---- All of it ------------------------------------------------------------------------------------------ */

enum err prove_open(struct proof *proof, const struct attempt *a, struct problem *p)
{
	proof->a = a;
	proof->last = NULL;
	proof->whole = false;
	proof->sentence[0] = 0;
	return needs_open(&proof->needs, a, p);
}

enum err prove_attempt(struct proof *proof, struct problem *p)
{
	enum err e = prove_memory(proof->a, p);

	if (!e && !proof->a->mode.mmu_off)
		e = prove_kernel_space(proof, p);
	if (!e)
		e = prove_transition(proof, p);
	return e ? e : prove_first_transition(proof, p);
}
