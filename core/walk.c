/* walk.c — the processor's reading of page tables, written from the manuals and from nothing else.
 *
 * An address goes down the tables; each entry is judged by its format's scheme: a fault ends the walk, a table
 * leads on and may take rights away from all that lies below it, a page ends it. Bits that the manuals call
 * reserved and the processor checks, fault here too. */
#include "walk_scheme.h"

/* ---- What takes accesses away ---------------------------------------------------------------------------- */

void walk_take(struct walk_rights *r, enum walk_access access, enum walk_cause cause, unsigned step, unsigned n)
{
	if (may(r, access))
		r->blame[access] = (struct walk_blame){ (uint8_t)cause, (uint8_t)step, (uint8_t)n };
}

void walk_take_up_to(struct walk_rights *r, enum walk_access last, enum walk_cause cause, unsigned step, unsigned n)
{
	for (unsigned i = WALK_READ; i <= last; i++)
		walk_take(r, i, cause, step, n);
}

enum entry_kind walk_fault(struct walk_rights *r, enum walk_cause cause, unsigned step, unsigned n)
{
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		r->blame[i] = (struct walk_blame){ (uint8_t)cause, (uint8_t)step, (uint8_t)n };
	return FAULT;
}

bool walk_is_reserved(struct walk_rights *r, uint64_t entry, unsigned step, unsigned high, unsigned low)
{
	uint64_t set = bits(entry, high, low);

	if (set)
		walk_fault(r, WALK_RESERVED, step, low + lowest_bit(set));
	return set != 0;
}

/* ---- The walk ------------------------------------------------------------------------------------------ */

/* The starting point of a walk: range, width and root. */
struct start {
	unsigned va_bits; /* translated by these tables; 0: the address has no translation */
	bool high;
	paddr root;
};

/* aarch64's ranges have their own tables, and bits that are all alike; elsewhere the sign bit is one that is
 * translated. */
static struct start start_of(const struct walker *w, const struct walk_scheme *s, vaddr va)
{
	bool high = s->high && va >> 63;
	unsigned tsz = high ? w->t1sz : w->t0sz;
	unsigned width = s->ranges && tsz ? 64 - tsz : s->va_bits, alike = s->ranges ? width : width - 1;

	if (width < 17 || width > s->va_bits || (high ? ~va : va) >> alike != 0)
		width = 0;
	return (struct start){ width, high, high && s->ranges ? w->upper_root : w->root };
}

static uint64_t frame_mask(const struct walk_scheme *s)
{
	return ((1ull << s->frame_bits) - 1) << PAGE_SHIFT;
}

/* The address of page or table in an entry. */
static paddr address_in(const struct walk_scheme *s, uint64_t entry)
{
	paddr at = (entry >> s->frame_shift << PAGE_SHIFT) & frame_mask(s);

	return s->wide ? at | bits(entry, 9, 8) << 50 : at;
}

/* The bit of an entry that holds this bit of an address. */
static unsigned entry_bit(const struct walk_scheme *s, unsigned n)
{
	return s->wide && n >= 50 ? n - 50 + 8 : n - PAGE_SHIFT + s->frame_shift;
}

/* The page of a root. Arm ARM DDI 0487, "TTBR0_EL1", BADDR: bits 51 to 48 of a wide address stand in bits 5:2. */
static paddr root_page(const struct walk_scheme *s, uint64_t root)
{
	return s->wide ? bits(root, 47, 12) << 12 | bits(root, 5, 2) << 48 : root & frame_mask(s);
}

/* Bits of a physical address that the format has and the processor has not. */
static uint64_t too_wide(const struct walker *w, paddr at)
{
	return w->phys_bits && w->phys_bits < 64 ? at >> w->phys_bits : 0;
}

/* A root with fewer entries than a page has may begin inside one. Arm ARM DDI 0487, "TTBR0_EL1": the table is
 * aligned to its size, and to 64 bytes at least. */
static paddr root_table(const struct walk_scheme *s, paddr root, unsigned va_bits, unsigned level)
{
	uint64_t bytes = max_u64(8ull << (va_bits - 12 - 9 * level), 64);

	return root_page(s, root) | (s->ranges ? root & (PAGE_BYTES - 1) & ~(bytes - 1) : 0);
}

/* Read the entry for va at `level` of `table` into the next step. */
static bool read_entry(const struct walker *w, unsigned level, paddr table, unsigned index, struct walk *out)
{
	struct walk_step *step = &out->step[out->steps++];
	paddr at = table + 8ull * index;

	*step = (struct walk_step){ level, index, at, 0 };
	if (!w->page)
		return w->read(w->context, at, &step->entry);
	const uint64_t *page = w->page(w->context, align_down(at, PAGE_BYTES));
	if (page)
		step->entry = page[at % PAGE_BYTES / 8];
	return page;
}

static void finish(const struct walk_rights *r, unsigned level, paddr frame, vaddr va, struct walk *out)
{
	uint64_t offset_mask = (4096ull << 9 * level) - 1;

	out->mapped = true;
	out->readable = may(r, WALK_READ);
	out->writable = may(r, WALK_WRITE);
	out->executable = may(r, WALK_EXECUTE);
	out->user = r->user;
	out->user_executable = r->user_execute;
	out->shared = r->shared;
	out->memory = r->memory;
	out->phys = (frame & ~offset_mask) | (va & offset_mask);
	out->page_bytes = offset_mask + 1;
}

/* Down the tables from `level`, whose table is at `table`. */
static struct walk_rights descend(const struct walker *w, const struct walk_scheme *s, unsigned va_bits, unsigned level,
                                  paddr table, struct walk *out)
{
	struct walk_rights r = out->above;

	for (;; level--) {
		unsigned step = out->steps, top = min_u64(9 * level + 20, va_bits - 1);
		out->above = r;
		if (!read_entry(w, level, table, (unsigned)bits(out->va, top, 9 * level + 12), out)) {
			walk_fault(&r, WALK_UNREADABLE, step, 0);
			break;
		}
		uint64_t entry = out->step[step].entry;
		paddr next = address_in(s, entry);
		enum entry_kind kind = s->judge(w, level, entry, step, &r);
		uint64_t wide = kind == FAULT ? 0 : too_wide(w, next);
		if (wide)
			kind = walk_fault(&r, WALK_TOO_WIDE, step, entry_bit(s, w->phys_bits + lowest_bit(wide)));
		if (kind == PAGE)
			finish(&r, level, next, out->va, out);
		if (kind != TABLE)
			break;
		table = next;
	}
	return r;
}

static const struct walk_rights all_rights = {
	.user = true, .user_execute = true, .shared = true, .memory = WALK_MEMORY_OTHER,
};

void walk(const struct walker *w, vaddr va, struct walk *out)
{
	out->steps = 0;
	walk_next(w, va, out);
}

static struct walk_rights walk_path(const struct walker *w, const struct walk_scheme *s, bool same_table,
                                    struct walk *out)
{
	struct start start = start_of(w, s, out->va);
	struct walk_rights r = all_rights;

	r.shared = !(w->flags & (start.high ? WALK_ALONE1 : WALK_ALONE0));
	if (same_table && start.va_bits) {
		const struct walk_step *last = &out->step[--out->steps];
		return descend(w, s, start.va_bits, last->level, last->at - 8ull * last->index, out);
	}
	out->steps = 0;
	out->above = r;
	uint64_t wide = too_wide(w, root_page(s, start.root));
	if (!start.va_bits)
		walk_fault(&r, WALK_NOT_CANONICAL, 0, 0);
	else if (w->flags & (start.high ? WALK_EPD1 : WALK_EPD0))
		walk_fault(&r, WALK_DISABLED, 0, 0);
	else if (wide)
		walk_fault(&r, WALK_TOO_WIDE, 0, w->phys_bits + lowest_bit(wide));
	else {
		unsigned level = (start.va_bits - 13) / 9;
		return descend(w, s, start.va_bits, level, root_table(s, start.root, start.va_bits, level), out);
	}
	return r;
}

bool walk_has_two_roots(enum walk_mode mode)
{
	return walk_schemes[mode]->ranges && walk_schemes[mode]->high;
}

paddr walk_root(const struct walker *w, vaddr va)
{
	const struct walk_scheme *s = walk_schemes[w->mode];

	return root_page(s, start_of(w, s, walk_untagged(w, va)).root);
}

/* Arm ARM DDI 0487, "Address tagging": bit 55 selects the range, and the whole top byte becomes equal to it. */
vaddr walk_untagged(const struct walker *w, vaddr va)
{
	return w->flags & (va >> 55 & 1 ? WALK_TBI1 : WALK_TBI0) ? (vaddr)((int64_t)(va << 8) >> 8) : va;
}

void walk_next(const struct walker *w, vaddr va, struct walk *out)
{
	const struct walk_scheme *s = walk_schemes[w->mode];
	va = walk_untagged(w, va);
	bool same_table = out->steps && (va ^ out->va) >> (9 * out->step[out->steps - 1].level + 21) == 0;

	out->mapped = out->readable = out->writable = out->executable = out->user = out->user_executable = out->shared =
		false;
	out->memory = WALK_NORMAL;
	out->phys = out->page_bytes = 0;
	out->va = va;
	struct walk_rights r = walk_path(w, s, same_table, out);
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		out->blame[i] = r.blame[i];
}

/* ---- How far it holds ---------------------------------------------------------------------------------- */

/* Bytes of a range whose addresses have so many bits; 0: none has. */
static uint64_t range_bytes(const struct walk_scheme *s, unsigned va_bits)
{
	return va_bits ? 1ull << (s->ranges ? va_bits : va_bits - 1) : 0;
}

void walk_gap(const struct walker *w, vaddr *from, vaddr *to)
{
	const struct walk_scheme *s = walk_schemes[w->mode];

	*from = range_bytes(s, start_of(w, s, 0).va_bits);
	*to = s->high ? 0 - range_bytes(s, start_of(w, s, UINT64_MAX).va_bits) : 0;
}

/* Bytes from an address whose walk reads no entry to the next address whose walk may; 0 - va: to the end. */
static uint64_t rest_of_hole(const struct walker *w, const struct walk_scheme *s, vaddr va)
{
	struct start start = start_of(w, s, va);
	vaddr from, to;

	walk_gap(w, &from, &to);
	if (!start.va_bits)
		return to - va;
	return (start.high ? 0 : from) - va; /* a range without walks */
}

/* Count how many of `most` entries are next, next + step, ... It compares several at a time: a scan spends its time
 * here. Most entries are 0. */
static unsigned count_alike(const uint64_t *e, unsigned most, uint64_t next, uint64_t step)
{
	unsigned n = 0;

	for (; !next && !step && n + 8 <= most; n += 8)
		if (e[n] | e[n + 1] | e[n + 2] | e[n + 3] | e[n + 4] | e[n + 5] | e[n + 6] | e[n + 7])
			break;
	for (; n + 4 <= most; n += 4, next += 4 * step)
		if (e[n] != next || e[n + 1] != next + step || e[n + 2] != next + 2 * step ||
		    e[n + 3] != next + 3 * step)
			break;
	for (; n < most && e[n] == next; n++)
		next += step;
	return n;
}

/* Bytes of neighbouring entries that are equal except for the frame of a page, which ascends. Its steps leave all
 * other bits alone as long as the frame does not overflow. */
static uint64_t alike_bytes(const struct walker *w, const struct walk_scheme *s, const struct walk *out, uint64_t limit)
{
	const struct walk_step *last = &out->step[out->steps - 1];
	const uint64_t *e = w->page(w->context, align_down(last->at, PAGE_BYTES));
	unsigned shift = 9 * last->level + PAGE_SHIFT, width = start_of(w, s, out->va).va_bits - !s->ranges;
	unsigned last_index = (1u << min_u64(width - shift, 9)) - 1, left = last_index - (last->index & last_index);
	uint64_t step = out->mapped ? 1ull << (shift - PAGE_SHIFT + s->frame_shift) : 0, enough = (limit - 1) >> shift;

	if (!e)
		return 0;
	if (enough < left)
		left = (unsigned)enough + 1;
	return (uint64_t)count_alike(e + last->at % PAGE_BYTES / 8 + 1, left, last->entry + step, step) << shift;
}

uint64_t walk_extent(const struct walker *w, const struct walk *out, uint64_t limit)
{
	const struct walk_scheme *s = walk_schemes[w->mode];

	if (!out->steps)
		return min_u64(rest_of_hole(w, s, out->va) - 1, limit - 1) + 1; /* 0 - va may be 2^64 */
	uint64_t block = 1ull << (9 * out->step[out->steps - 1].level + PAGE_SHIFT),
		 bytes = block - (out->va & (block - 1));
	if (out->mapped) {
		unsigned frame_end = s->frame_bits + PAGE_SHIFT,
			 width = w->phys_bits && w->phys_bits < frame_end ? w->phys_bits : frame_end;
		limit = min_u64(limit, (1ull << width) - (out->phys & ((1ull << width) - 1)));
	}
	if (w->page && bytes < limit)
		bytes += alike_bytes(w, s, out, limit - bytes);
	return min_u64(bytes, limit);
}
