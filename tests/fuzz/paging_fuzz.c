/* Sequences of map, protect and unmap, whose ranges begin and end at the edges of leaves of every size, against a
 * plain array: what it allows succeeds, what it does not is refused with the right address, and the walker sees
 * every page as the array has it, also where tables run out in the middle. */
#include "pool.h"

static const uint64_t edges[] = {
	0, KIB(4), KIB(8), MIB(2) - KIB(4), MIB(2), MIB(2) + KIB(4), MIB(4), MIB(4) + KIB(8), GIB(1) - MIB(2),
	GIB(1) - KIB(4), GIB(1), GIB(1) + KIB(4), GIB(1) + MIB(2), GIB(2) - MIB(2), GIB(2) - KIB(4), GIB(2),
	GIB(2) + KIB(4), GIB(3),
};

enum { PIECES = COUNT_OF(edges) - 1, OPERATIONS = 24 };
enum { MAP, PROTECT, UNMAP, OPS };

/* What lies from one edge to the next. */
struct piece {
	bool mapped;
	paddr pa;
	unsigned rights;
	enum pt_memory memory;
};

struct model {
	const struct pool_kind *kind;
	struct pt pt;
	struct piece pieces[PIECES];
};

struct operation {
	unsigned op, first, end; /* pieces [first, end) */
	struct piece now;
};

static struct pool pool;

static struct walk walk_to(const struct model *m, vaddr va)
{
	const struct walker walker = {
		.mode = m->kind->mode, .root = m->pt.root, .upper_root = m->pt.root,
		.pat_or_mair = m->kind->pat_or_mair,
		.read = pool_read, .context = &pool,
	};
	struct walk got;

	walk(&walker, va, &got);
	return got;
}

static void compare(const struct model *m)
{
	for (unsigned i = 0; i < PIECES; i++) {
		const struct piece *p = &m->pieces[i];
		uint64_t last = edges[i + 1] - edges[i] - PAGE_BYTES;
		struct walk low = walk_to(m, m->kind->base + edges[i]);
		struct walk high = walk_to(m, m->kind->base + edges[i] + last);
		if (p->mapped) {
			require(pool_page_is(m->kind->mode, &low, p->pa, p->rights, p->memory));
			require(pool_page_is(m->kind->mode, &high, p->pa + last, p->rights, p->memory));
		} else {
			require(!low.mapped && !high.mapped);
		}
	}
}

/* Large ranges only at physical addresses where large leaves fit: the pages of others are too many. */
static paddr choose_pa(struct input *in, uint64_t from, uint64_t bytes)
{
	static const uint64_t shifts[] = { 0, 0, MIB(2), KIB(4) };
	uint64_t shift = shifts[pick(in, COUNT_OF(shifts))];

	return GIB(8) + from + (bytes > MIB(8) && shift == KIB(4) ? 0 : shift);
}

static struct operation read_operation(struct input *in)
{
	struct operation o = { .op = pick(in, OPS), .first = pick(in, PIECES) };
	unsigned how = pick(in, 256);

	o.end = o.first + 1 + pick(in, PIECES - o.first);
	o.now = (struct piece){
		.mapped = o.op != UNMAP, .pa = choose_pa(in, edges[o.first], edges[o.end] - edges[o.first]),
		.rights = how % 16, .memory = (how >> 4) % PT_MEMORY_KINDS,
	};
	return o;
}

static enum err carry_out(struct model *m, const struct operation *o, struct problem *p)
{
	vaddr va = m->kind->base + edges[o->first];
	uint64_t bytes = edges[o->end] - edges[o->first];

	switch (o->op) {
	case MAP:
		return pt_map(&m->pt, va, o->now.pa, bytes, o->now.rights, o->now.memory, p);
	case PROTECT:
		return pt_protect(&m->pt, va, bytes, o->now.rights, o->now.memory, p);
	default:
		return pt_unmap(&m->pt, va, bytes, p);
	}
}

/* The first piece that is in the way; o->end: none. */
static unsigned obstacle(const struct model *m, const struct operation *o)
{
	unsigned i = o->first;

	while (i < o->end && (o->op == UNMAP || m->pieces[i].mapped == (o->op == PROTECT)))
		i++;
	return i;
}

static void note(struct model *m, const struct operation *o)
{
	for (unsigned i = o->first; i < o->end; i++) {
		paddr before = m->pieces[i].pa;
		m->pieces[i] = o->now;
		m->pieces[i].pa = o->op == PROTECT ? before : o->now.pa + (edges[i] - edges[o->first]);
	}
}

static void step(struct model *m, struct input *in)
{
	unsigned tables = pick(in, 16); /* often enough, sometimes few */
	struct operation o = read_operation(in);
	unsigned bad = obstacle(m, &o);
	struct problem p = { .code = OK };

	pool.limit = tables < 4 ? pool.used + tables : POOL_TABLES;
	enum err e = carry_out(m, &o, &p);
	require(p.code == e);
	if (e == ERR_PT_NO_TABLES) /* a map can run out of them before it comes to what is in its way */
		require(tables < 4 && (bad == o.end || (o.op == MAP && p.value[0] < m->kind->base + edges[bad])));
	else if (bad == o.end)
		require(e == OK);
	else
		require(e == (o.op == MAP ? ERR_PT_MAPPED : ERR_PT_UNMAPPED) &&
		        p.value[0] == m->kind->base + edges[bad]);
	if (!e)
		note(m, &o);
	compare(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	struct model m = { .kind = &pool_kinds[pick(&in, COUNT_OF(pool_kinds))] };

	pool_reset(&pool);
	m.pt = pool_pt(&pool, m.kind->format, 1 + pick(&in, 2));
	for (unsigned i = 0; i < OPERATIONS && in.left; i++)
		step(&m, &in);
	return 0;
}
