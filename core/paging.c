/* paging.c — one page-table builder for every format.
 *
 * Every operation goes down the tables once, cutting its range into the slices that the entries of a level cover; a
 * range that one entry covers whole is dealt with there, anything else in the table below. Steps that can fail come
 * first: protect and unmap split the leaves at the edges of their range (which changes no translation); after that
 * nothing is left that could stop them halfway. A map goes upwards until it meets something mapped, or has no table
 * left, and clears what it has mapped until then. */
#include "paging.h"

/* A piece of a range; pa is meaningful only when mapping. */
struct part {
	vaddr va;
	paddr pa;
	uint64_t bytes;
};

struct change {
	struct pt *pt;
	uint64_t page_bits;  /* of a leaf at level 0 */
	uint64_t block_bits; /* ... and above        */
	uint64_t table_bits;
	unsigned max_leaf;
};

static uint64_t entry_bytes(unsigned level)
{
	return (uint64_t)PAGE_BYTES << (PT_INDEX_BITS * level);
}

static unsigned index_of(const struct pt_format *f, vaddr va, unsigned level)
{
	return ((va & ~f->unindexed) >> (PAGE_SHIFT + PT_INDEX_BITS * level)) & (PT_ENTRIES - 1);
}

unsigned pt_root_index(const struct pt_format *f, vaddr va)
{
	return index_of(f, va, f->levels - 1);
}

/* The bits of a leaf at this level that hold its frame: below them x86 keeps the PAT bit of a large page. */
static uint64_t frame_field(const struct pt_format *f, unsigned level)
{
	uint64_t below = (entry_bytes(level) >> PAGE_SHIFT) - 1;

	return (f->frame_mask & ~(below << f->frame_shift)) | f->upper_mask;
}

uint64_t pt_frame_bits(const struct pt_format *f, paddr pa)
{
	return (pa >> PAGE_SHIFT << f->frame_shift & f->frame_mask) | (pa >> f->upper_shift & f->upper_mask);
}

static paddr frame_address(const struct pt_format *f, uint64_t entry)
{
	return (entry & f->frame_mask) >> f->frame_shift << PAGE_SHIFT | (entry & f->upper_mask) << f->upper_shift;
}

/* Bytes from pa on to the next address whose upper part is another. */
static uint64_t same_upper_bytes(const struct pt_format *f, paddr pa)
{
	uint64_t all = (f->frame_mask >> f->frame_shift << PAGE_SHIFT) + PAGE_BYTES;

	return all - (pa & (all - 1));
}

static bool is_table(const struct pt_format *f, unsigned level, uint64_t entry)
{
	return level > 0 && (entry & f->valid) && (entry & f->table_mask) == f->table_value;
}

static bool is_leaf(const struct pt_format *f, unsigned level, uint64_t entry)
{
	return (entry & f->valid) && !is_table(f, level, entry);
}

static uint64_t *table_of(const struct pt *pt, uint64_t entry)
{
	return pt->table_at(pt->context, frame_address(pt->format, entry));
}

static uint64_t *root_of(const struct pt *pt)
{
	return pt->table_at(pt->context, pt->root);
}

static unsigned root_level(const struct pt *pt)
{
	return pt->format->levels - 1;
}

/* Take from the front of *rest the part that one entry at `level` covers. */
static struct part cut(struct part *rest, unsigned level)
{
	struct part one = *rest;
	uint64_t span = entry_bytes(level);

	one.bytes = min_u64(rest->bytes, span - (rest->va & (span - 1)));
	rest->va += one.bytes;
	rest->pa += one.bytes;
	rest->bytes -= one.bytes;
	return one;
}

uint64_t pt_leaf_bits(const struct pt_format *f, unsigned level, unsigned rights, enum pt_memory memory)
{
	uint64_t bits = f->memory[memory];

	if (level > 0 && (bits & f->moved_page))
		bits ^= f->moved_page | f->moved_block;
	bits |= level > 0 ? f->block : f->page;
	bits |= rights & PT_WRITE ? f->writable : f->read_only;
	bits |= rights & PT_USER ? f->user : 0;
	bits |= rights & PT_GLOBAL ? f->global : f->not_global;
	if (!(rights & PT_EXECUTE))
		return bits | f->no_execute;
	return bits | f->executable | (rights & PT_USER ? f->user_execute : f->user_no_execute);
}

bool pt_canonical(const struct pt_format *f, vaddr va)
{
	return va < f->lower_bytes || (f->upper_base && va >= f->upper_base);
}

/* Both ends can be translated and the hole is not between them. */
static bool range_translates(const struct pt_format *f, vaddr va, uint64_t bytes)
{
	vaddr last = va + (bytes - 1);

	if (!bytes || !is_aligned(va | bytes, PAGE_BYTES) || last < va)
		return false;
	return pt_canonical(f, va) && pt_canonical(f, last) && (va < f->lower_bytes) == (last < f->lower_bytes);
}

static bool frames_exist(const struct pt_format *f, paddr pa, uint64_t bytes)
{
	uint64_t limit = frame_address(f, f->frame_mask | f->upper_mask) + PAGE_BYTES;

	return is_aligned(pa, PAGE_BYTES) && range_within(pa, bytes, limit);
}

static struct change change_to(struct pt *pt, unsigned rights, enum pt_memory memory)
{
	const struct pt_format *f = pt->format;

	return (struct change){
		.pt = pt,
		.page_bits = pt_leaf_bits(f, 0, rights, memory),
		.block_bits = pt_leaf_bits(f, 1, rights, memory),
		.table_bits = f->table | (rights & PT_USER ? f->table_user : 0),
		.max_leaf = pt->max_leaf < f->largest_leaf ? pt->max_leaf : f->largest_leaf,
	};
}

/* ---- Looking ------------------------------------------------------------------------------------------- */

/* Look for the first address in `part` that is not mapped. */
static bool find_hole(const struct pt *pt, const uint64_t *table, unsigned level, struct part part, vaddr *out)
{
	while (part.bytes) {
		struct part one = cut(&part, level);
		uint64_t entry = table[index_of(pt->format, one.va, level)];

		if (is_table(pt->format, level, entry)) {
			if (find_hole(pt, table_of(pt, entry), level - 1, one, out))
				return true;
		} else if (!is_leaf(pt->format, level, entry)) {
			*out = one.va;
			return true;
		}
	}
	return false;
}

bool pt_lookup(const struct pt *pt, vaddr va, struct pt_leaf *out)
{
	const struct pt_format *f = pt->format;
	unsigned level = root_level(pt);

	if (!pt_canonical(f, va))
		return false;
	uint64_t entry = root_of(pt)[index_of(f, va, level)];
	while (is_table(f, level, entry)) {
		level--;
		entry = table_of(pt, entry)[index_of(f, va, level)];
	}
	if (!is_leaf(f, level, entry))
		return false;
	*out = (struct pt_leaf){
		.base = frame_address(f, entry & frame_field(f, level)),
		.bytes = entry_bytes(level),
		.level = level,
		.entry = entry,
	};
	return true;
}

paddr pt_last_table(const struct pt *pt, vaddr va)
{
	paddr table = pt->root;

	for (unsigned level = root_level(pt); level > 0; level--)
		table = frame_address(pt->format,
		                      pt->table_at(pt->context, table)[index_of(pt->format, va, level)]);
	return table;
}

/* ---- Changing what is mapped --------------------------------------------------------------------------- */

/* Replace a leaf above level 0 by a table of leaves with the same meaning. False: no table left. */
static bool split(struct pt *pt, uint64_t *entry, unsigned level)
{
	const struct pt_format *f = pt->format;
	unsigned below = level - 1;
	uint64_t bits = *entry & ~frame_field(f, level);
	paddr base = frame_address(f, *entry & frame_field(f, level));
	paddr page = pt->new_table(pt->context);

	if (!page)
		return false;
	if (below == 0) {
		bool moved = bits & f->moved_block;
		bits = (bits & ~(f->block | f->moved_block)) | f->page | (moved ? f->moved_page : 0);
	}
	bits &= ~frame_field(f, below);
	uint64_t *table = pt->table_at(pt->context, page);
	for (unsigned i = 0; i < PT_ENTRIES; i++)
		table[i] = pt_frame_bits(f, base + i * entry_bytes(below)) | bits;
	*entry = pt_frame_bits(f, page) | f->table | (*entry & f->user ? f->table_user : 0);
	return true;
}

/* Split the leaves that have `edge` inside them. An edge outside the translated ranges splits nothing: it is aligned
 * to a whole entry of the root. */
static enum err split_at(struct pt *pt, vaddr edge, struct problem *p)
{
	uint64_t *table = root_of(pt);

	for (unsigned level = root_level(pt); !is_aligned(edge, entry_bytes(level)); level--) {
		uint64_t *entry = &table[index_of(pt->format, edge, level)];

		if (is_leaf(pt->format, level, *entry) && !split(pt, entry, level))
			return problem(p, ERR_PT_NO_TABLES, edge);
		if (!is_table(pt->format, level, *entry))
			return OK;
		table = table_of(pt, *entry);
	}
	return OK;
}

static enum err split_edges(struct pt *pt, vaddr va, uint64_t bytes, struct problem *p)
{
	enum err e = split_at(pt, va, p);

	return e ? e : split_at(pt, va + bytes, p);
}

/* Clear every leaf in `part`; none crosses its edges. */
static void clear(struct pt *pt, uint64_t *table, unsigned level, struct part part)
{
	while (part.bytes) {
		struct part one = cut(&part, level);
		uint64_t *entry = &table[index_of(pt->format, one.va, level)];

		if (is_table(pt->format, level, *entry))
			clear(pt, table_of(pt, *entry), level - 1, one);
		else
			*entry = 0;
	}
}

/* Give every leaf in `part` new bits; all of it is mapped and no leaf crosses its edges. */
static void rewrite(const struct change *c, uint64_t *table, unsigned level, struct part part)
{
	const struct pt_format *f = c->pt->format;

	while (part.bytes) {
		struct part one = cut(&part, level);
		uint64_t *entry = &table[index_of(f, one.va, level)];

		if (is_table(f, level, *entry)) {
			*entry |= c->table_bits;
			rewrite(c, table_of(c->pt, *entry), level - 1, one);
		} else {
			*entry = (*entry & frame_field(f, level)) | (level > 0 ? c->block_bits : c->page_bits);
		}
	}
}

/* ---- Mapping ------------------------------------------------------------------------------------------- */

/* The table below an entry that holds no leaf, made if need be. NULL: no table left. */
static uint64_t *table_below(const struct change *c, unsigned level, uint64_t *entry)
{
	const struct pt_format *f = c->pt->format;

	if (is_table(f, level, *entry)) {
		*entry |= c->table_bits;
		return table_of(c->pt, *entry);
	}
	paddr page = c->pt->new_table(c->pt->context);
	if (!page)
		return NULL;
	*entry = pt_frame_bits(f, page) | c->table_bits;
	return c->pt->table_at(c->pt->context, page);
}

/* Take leaves from the front of *rest, as many as fit in a row of this table: most of a direct map is made here. The
 * upper part of all frames is the same. */
static void fill_row(const struct change *c, uint64_t *table, unsigned level, struct part *rest)
{
	const struct pt_format *f = c->pt->format;
	uint64_t span = entry_bytes(level), step = pt_frame_bits(f, span);
	uint64_t leaf = pt_frame_bits(f, rest->pa) | (level > 0 ? c->block_bits : c->page_bits);
	uint64_t done = 0;

	if (level > c->max_leaf || !is_aligned(rest->va | rest->pa, span))
		return;
	for (unsigned i = index_of(f, rest->va, level); i < PT_ENTRIES && rest->bytes - done >= span; i++) {
		if (table[i] & f->valid)
			break;
		table[i] = leaf;
		leaf += step; /* never reaches the bits above the frame */
		done += span;
	}
	rest->va += done;
	rest->pa += done;
	rest->bytes -= done;
}

/* Map `part` from its beginning. After an error it is mapped up to *stop. */
static enum err fill(const struct change *c, uint64_t *table, unsigned level, struct part part, vaddr *stop)
{
	for (;;) {
		fill_row(c, table, level, &part);
		if (!part.bytes)
			return OK;
		uint64_t *entry = &table[index_of(c->pt->format, part.va, level)];
		*stop = part.va;
		if (is_leaf(c->pt->format, level, *entry))
			return ERR_PT_MAPPED;
		struct part one = cut(&part, level);
		uint64_t *below = table_below(c, level, entry);
		enum err e = below ? fill(c, below, level - 1, one, stop) : ERR_PT_NO_TABLES;
		if (e)
			return e;
	}
}

enum err pt_map(struct pt *pt, vaddr va, paddr pa, uint64_t bytes, unsigned rights, enum pt_memory memory,
                struct problem *p)
{
	struct part all = { va, pa, bytes }, part;
	struct change c = change_to(pt, rights, memory);
	enum err e = OK;
	vaddr stop;

	if (!range_translates(pt->format, va, bytes))
		return problem(p, ERR_RANGE, va, bytes);
	if (!frames_exist(pt->format, pa, bytes))
		return problem(p, ERR_RANGE, pa, bytes);
	for (uint64_t done = 0; !e && done < bytes; done += part.bytes) {
		part.va = va + done;
		part.pa = pa + done;
		part.bytes = min_u64(bytes - done, same_upper_bytes(pt->format, pa + done));
		e = fill(&c, root_of(pt), root_level(pt), part, &stop);
	}
	if (!e)
		return OK;
	all.bytes = stop - va;
	clear(pt, root_of(pt), root_level(pt), all);
	return problem(p, e, stop);
}

enum err pt_protect(struct pt *pt, vaddr va, uint64_t bytes, unsigned rights, enum pt_memory memory, struct problem *p)
{
	struct part all = { .va = va, .bytes = bytes };
	struct change c = change_to(pt, rights, memory);
	vaddr hole;

	if (!range_translates(pt->format, va, bytes))
		return problem(p, ERR_RANGE, va, bytes);
	if (find_hole(pt, root_of(pt), root_level(pt), all, &hole))
		return problem(p, ERR_PT_UNMAPPED, hole);
	enum err e = split_edges(pt, va, bytes, p);
	if (!e)
		rewrite(&c, root_of(pt), root_level(pt), all);
	return e;
}

enum err pt_unmap(struct pt *pt, vaddr va, uint64_t bytes, struct problem *p)
{
	struct part all = { .va = va, .bytes = bytes };

	if (!range_translates(pt->format, va, bytes))
		return problem(p, ERR_RANGE, va, bytes);
	enum err e = split_edges(pt, va, bytes, p);
	if (!e)
		clear(pt, root_of(pt), root_level(pt), all);
	return e;
}
