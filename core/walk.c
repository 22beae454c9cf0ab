/* walk.c — what the processor makes of page tables, written from the manuals and from nothing else.
 *
 * An address goes down the tables; each entry is judged by its architecture: a fault ends the walk, a table leads on
 * and may take rights away from all that lies below it, a page ends it. Bits that the manuals call reserved and the
 * processor checks, fault here too. */
#include "walk.h"

enum verdict { FAULT, TABLE, PAGE };

struct scheme {
	unsigned va_bits;          /* as the architecture counts them; aarch64: with T0SZ and T1SZ at 16 */
	bool high;                 /* addresses whose upper bits are all set are translated, too         */
	bool ranges;               /* aarch64: sizes in T0SZ and T1SZ                                    */
	uint8_t frame_shift;       /* where the frame number stands in an entry                          */
	uint8_t frame_bits;        /* ... and how many bits of it there are                              */
	enum verdict (*judge)(const struct walker *w, unsigned level, uint64_t entry, unsigned step, struct walk_rights *r);
};

static bool bit(uint64_t entry, unsigned n)
{
	return entry >> n & 1;
}

static uint64_t bits(uint64_t entry, unsigned high, unsigned low)
{
	return entry >> low & (~0ull >> (63 - (high - low)));
}

/* Byte `index` of IA32_PAT or MAIR_ELx. */
static unsigned attribute(const struct walker *w, unsigned index)
{
	return bits(w->pat_or_mair, 8 * index + 7, 8 * index);
}

/* ---- What takes accesses away ---------------------------------------------------------------------------- */

static bool may(const struct walk_rights *r, enum walk_access access)
{
	return r->blame[access].cause == WALK_GRANTED;
}

/* The first entry that takes an access away is to blame. */
static void take(struct walk_rights *r, enum walk_access access, enum walk_cause cause, unsigned step, unsigned n)
{
	if (may(r, access))
		r->blame[access] = (struct walk_blame){ (uint8_t)cause, (uint8_t)step, (uint8_t)n };
}

/* What ends a walk is to blame for everything. */
static enum verdict fault(struct walk_rights *r, enum walk_cause cause, unsigned step, unsigned n)
{
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		r->blame[i] = (struct walk_blame){ (uint8_t)cause, (uint8_t)step, (uint8_t)n };
	return FAULT;
}

static unsigned lowest_bit(uint64_t n)
{
	return (unsigned)__builtin_ctzll(n);
}

/* Bits that must be 0. */
static bool is_reserved(struct walk_rights *r, uint64_t entry, unsigned step, unsigned high, unsigned low)
{
	uint64_t set = bits(entry, high, low);

	if (set)
		fault(r, WALK_RESERVED, step, low + lowest_bit(set));
	return set != 0;
}

/* ---- x86_64 -------------------------------------------------------------------------------------------- */

/* Intel SDM vol. 3A, "Page Attribute Table (PAT)": 0 UC, 1 WC, 4 WT, 5 WP, 6 WB, 7 UC-. */
static enum walk_memory x86_memory(unsigned type)
{
	switch (type) {
	case 0:
	case 7:
		return WALK_DEVICE;
	case 1:
		return WALK_WRITE_COMBINING;
	case 6:
		return WALK_NORMAL;
	default:
		return WALK_MEMORY_OTHER;
	}
}

/* Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging", the tables "Format of a ..."; "Access Rights": R/W, U/S and
 * XD are combined over all levels. PS is reserved in PML4 and PML5 entries, and so is what stands between the PAT bit and
 * the frame of a large page; XD with EFER.NXE = 0. */
static enum verdict judge_x86(const struct walker *w, unsigned level, uint64_t entry, unsigned step, struct walk_rights *r)
{
	bool large = level > 0 && bit(entry, 7);

	if (!bit(entry, 0))
		return fault(r, WALK_ABSENT, step, 0);
	if (large && (level > 2 || (level == 2 && w->flags & WALK_NO_1G)))
		return fault(r, WALK_RESERVED, step, 7);
	if (large && is_reserved(r, entry, step, 9 * level + 11, 13))
		return FAULT;
	if (w->flags & WALK_NO_NX && bit(entry, 63))
		return fault(r, WALK_RESERVED, step, 63);
	if (!bit(entry, 1) && !(w->flags & WALK_NO_WP))
		take(r, WALK_WRITE, WALK_FORBIDDEN, step, 1);
	if (bit(entry, 63))
		take(r, WALK_EXECUTE, WALK_FORBIDDEN, step, 63);
	r->user = r->user && bit(entry, 2);
	r->user_execute = r->user && !bit(entry, 63) && r->user_execute;
	if (level > 0 && !large)
		return TABLE;
	if (r->user && w->flags & WALK_SMEP)
		take(r, WALK_EXECUTE, WALK_USER_PAGE, step, 2);
	for (unsigned i = WALK_READ; r->user && w->flags & WALK_SMAP && i <= WALK_WRITE; i++)
		take(r, i, WALK_USER_PAGE, step, 2);
	unsigned pat = bit(entry, large ? 12 : 7);
	r->memory = x86_memory(attribute(w, pat << 2 | bit(entry, 4) << 1 | bit(entry, 3)));
	return PAGE;
}

/* ---- aarch64 ------------------------------------------------------------------------------------------- */

/* Arm ARM DDI 0487, "MAIR_EL1": 0b0000dd00 device; 0x44 normal non-cacheable; both halves 0b11RW write-back. */
static enum walk_memory a64_memory(unsigned attr)
{
	if ((attr & 0xf3) == 0)
		return WALK_DEVICE;
	if (attr == 0x44)
		return WALK_WRITE_COMBINING;
	return (attr & 0xcc) == 0xcc ? WALK_NORMAL : WALK_MEMORY_OTHER;
}

/* Arm ARM DDI 0487, "VMSAv8-64 translation table format descriptors", 4 KiB granule: bits [1:0] = 0b11 is a table, or a
 * page at the last level; 0b01 is a block, in lookup levels 1 and 2 only. Without hardware update of the access flag,
 * AF = 0 faults. */
static enum verdict a64_kind(const struct walker *w, unsigned level, uint64_t entry, unsigned step, struct walk_rights *r)
{
	bool table_or_page = bit(entry, 1);

	if (!bit(entry, 0))
		return fault(r, WALK_ABSENT, step, 0);
	if (level > 0 && table_or_page)
		return TABLE;
	if (level == 0 ? !table_or_page : level > 2)
		return fault(r, WALK_RESERVED, step, 1);
	return bit(entry, 10) || w->flags & WALK_HW_AF ? PAGE : fault(r, WALK_ABSENT, step, 10);
}

/* Normal memory that is cached is the same for all processors only if shareable; all other memory is so always. Arm ARM
 * DDI 0487, "Shareability": SH = 0 non-shareable, 2 outer, 3 inner. */
static void a64_attributes(const struct walker *w, uint64_t entry, struct walk_rights *r)
{
	r->memory = a64_memory(attribute(w, bits(entry, 4, 2)));
	r->shared = r->memory == WALK_DEVICE || r->memory == WALK_WRITE_COMBINING || bits(entry, 9, 8) >= 2;
}

/* "Hierarchical control of data access permissions" and "... of instruction fetching": APTable, PXNTable and UXNTable
 * restrict everything below. A page that EL0 can write is never executable at EL1. */
static enum verdict judge_a64(const struct walker *w, unsigned level, uint64_t entry, unsigned step, struct walk_rights *r)
{
	enum verdict kind = a64_kind(w, level, entry, step, r);
	bool page = kind == PAGE;

	if (kind == FAULT)
		return FAULT;
	if (bit(entry, page ? 53 : 59))
		take(r, WALK_EXECUTE, WALK_FORBIDDEN, step, page ? 53 : 59);
	r->user_execute = r->user_execute && !bit(entry, page ? 54 : 60);
	if (bit(entry, page ? 7 : 62))
		take(r, WALK_WRITE, WALK_FORBIDDEN, step, page ? 7 : 62);
	if (!page) {
		r->no_user_below = r->no_user_below || bit(entry, 61);
		return TABLE;
	}
	r->user = bit(entry, 6) && !r->no_user_below;
	if (r->user && may(r, WALK_WRITE))
		take(r, WALK_EXECUTE, WALK_USER_PAGE, step, 6);
	if (w->flags & WALK_WXN && may(r, WALK_WRITE))
		take(r, WALK_EXECUTE, WALK_WRITABLE_PAGE, step, 7);
	for (unsigned i = WALK_READ; r->user && w->flags & WALK_SMAP && i <= WALK_WRITE; i++)
		take(r, i, WALK_USER_PAGE, step, 6);
	a64_attributes(w, entry, r);
	return PAGE;
}

/* One virtual address range and one privilege: XNTable (60), APTable[1] (62), AP[2] and XN (54) are all there is. */
static enum verdict judge_a64_el2(const struct walker *w, unsigned level, uint64_t entry, unsigned step, struct walk_rights *r)
{
	enum verdict kind = a64_kind(w, level, entry, step, r);
	bool page = kind == PAGE;

	r->user = false;
	r->user_execute = false;
	if (kind == FAULT)
		return FAULT;
	if (bit(entry, page ? 54 : 60))
		take(r, WALK_EXECUTE, WALK_FORBIDDEN, step, page ? 54 : 60);
	if (bit(entry, page ? 7 : 62))
		take(r, WALK_WRITE, WALK_FORBIDDEN, step, page ? 7 : 62);
	if (page && w->flags & WALK_WXN && may(r, WALK_WRITE))
		take(r, WALK_EXECUTE, WALK_WRITABLE_PAGE, step, 7);
	if (page)
		a64_attributes(w, entry, r);
	return kind;
}

/* ---- riscv64 ------------------------------------------------------------------------------------------- */

/* RISC-V privileged architecture, "Svpbmt": bits 62:61, 0 is what the platform says of the address, normal for RAM. */
static enum walk_memory riscv_memory(unsigned pbmt)
{
	return pbmt == 0 ? WALK_NORMAL : pbmt == 1 ? WALK_WRITE_COMBINING : WALK_DEVICE;
}

/* The bits of an entry that points at a table are 0 but for V, G and the frame. */
static enum verdict riscv_table(unsigned level, uint64_t entry, unsigned step, struct walk_rights *r)
{
	if (level == 0)
		return fault(r, WALK_RESERVED, step, 1);
	return is_reserved(r, entry, step, 4, 4) || is_reserved(r, entry, step, 7, 6) || is_reserved(r, entry, step, 62, 61) ?
		FAULT : TABLE;
}

/* RISC-V privileged architecture, "Virtual Address Translation Process". Bits 63 (Svnapot) and 60:54 must be 0, as must
 * D, A, U and 62:61 in an entry that points at a table. Hardware may leave A and D to software, so A = 0 faults and
 * D = 0 forbids writes. Supervisor rights are those with sstatus.SUM = 0: none to a user page. */
static enum verdict judge_riscv(const struct walker *w, unsigned level, uint64_t entry, unsigned step, struct walk_rights *r)
{
	bool read = bit(entry, 1), write = bit(entry, 2), execute = bit(entry, 3), user = bit(entry, 4);

	if (!bit(entry, 0))
		return fault(r, WALK_ABSENT, step, 0);
	if (is_reserved(r, entry, step, 60, 54) || is_reserved(r, entry, step, 63, 63))
		return FAULT;
	if (write && !read)
		return fault(r, WALK_RESERVED, step, 2);
	if (!read && !execute)
		return riscv_table(level, entry, step, r);
	if (!bit(entry, 6) && !(w->flags & WALK_HW_AF))
		return fault(r, WALK_ABSENT, step, 6);
	if (bits(entry, 62, 61) == 3)
		return fault(r, WALK_RESERVED, step, 61);
	if (level > 0 && is_reserved(r, entry, step, 9 * level + 9, 10)) /* misaligned superpage */
		return FAULT;
	for (unsigned i = 0; i < WALK_ACCESSES; i++) {
		if (!bit(entry, i + 1))
			take(r, i, WALK_FORBIDDEN, step, i + 1);
		if (user)
			take(r, i, WALK_USER_PAGE, step, 4);
	}
	if (!bit(entry, 7) && !(w->flags & WALK_HW_AF))
		take(r, WALK_WRITE, WALK_FORBIDDEN, step, 7);
	r->user = read && user;
	r->user_execute = execute && user;
	r->memory = riscv_memory(bits(entry, 62, 61));
	return PAGE;
}

/* ---- The walk ------------------------------------------------------------------------------------------ */

/* Physical addresses: x86_64 and aarch64 keep bits 51:12 and 47:12 in place; riscv64 has 44 bits of frame from bit 10. */
static const struct scheme schemes[] = {
	[WALK_X86_64_4] = { 48, true, false, 12, 40, judge_x86 },
	[WALK_X86_64_5] = { 57, true, false, 12, 40, judge_x86 },
	[WALK_AARCH64] = { 48, true, true, 12, 36, judge_a64 },
	[WALK_AARCH64_EL2] = { 48, false, true, 12, 36, judge_a64_el2 },
	[WALK_SV39] = { 39, true, false, 10, 44, judge_riscv },
	[WALK_SV48] = { 48, true, false, 10, 44, judge_riscv },
};

/* What a walk begins with. */
struct start {
	unsigned va_bits; /* translated by these tables; 0: the address has no translation */
	bool high;
	paddr root;
};

/* aarch64's ranges have their own tables, and bits that are all alike; elsewhere the sign bit is one that is translated. */
static struct start start_of(const struct walker *w, const struct scheme *s, vaddr va)
{
	bool high = s->high && va >> 63;
	unsigned tsz = high ? w->t1sz : w->t0sz;
	unsigned width = s->ranges && tsz ? 64 - tsz : s->va_bits, alike = s->ranges ? width : width - 1;

	if (width < 17 || width > s->va_bits || (high ? ~va : va) >> alike != 0)
		width = 0;
	return (struct start){ width, high, high && s->ranges ? w->upper_root : w->root };
}

static uint64_t frame_mask(const struct scheme *s)
{
	return ((1ull << s->frame_bits) - 1) << PAGE_SHIFT;
}

/* Bits of a physical address that the format has and the processor has not. */
static uint64_t too_wide(const struct walker *w, const struct scheme *s, paddr at)
{
	return w->phys_bits && w->phys_bits < 64 ? (at & frame_mask(s)) >> w->phys_bits : 0;
}

/* A root with fewer entries than a page has may begin inside one. Arm ARM DDI 0487, "TTBR0_EL1": the table is aligned to
 * its size, and to 64 bytes at least. */
static paddr root_table(const struct scheme *s, paddr root, unsigned va_bits, unsigned level)
{
	uint64_t bytes = max_u64(8ull << (va_bits - 12 - 9 * level), 64);

	return (root & frame_mask(s)) | (s->ranges ? root & (PAGE_BYTES - 1) & ~(bytes - 1) : 0);
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
static struct walk_rights descend(const struct walker *w, const struct scheme *s, unsigned va_bits, unsigned level, paddr table,
                                  struct walk *out)
{
	struct walk_rights r = out->above;

	for (;; level--) {
		unsigned step = out->steps, top = min_u64(9 * level + 20, va_bits - 1);
		out->above = r;
		if (!read_entry(w, level, table, (unsigned)bits(out->va, top, 9 * level + 12), out)) {
			fault(&r, WALK_UNREADABLE, step, 0);
			break;
		}
		uint64_t entry = out->step[step].entry;
		paddr next = (entry >> s->frame_shift << PAGE_SHIFT) & frame_mask(s);
		enum verdict verdict = s->judge(w, level, entry, step, &r);
		uint64_t wide = verdict == FAULT ? 0 : too_wide(w, s, next);
		if (wide)
			verdict = fault(&r, WALK_TOO_WIDE, step, w->phys_bits + lowest_bit(wide) - PAGE_SHIFT + s->frame_shift);
		if (verdict == PAGE)
			finish(&r, level, next, out->va, out);
		if (verdict != TABLE)
			break;
		table = next;
	}
	return r;
}

static const struct walk_rights all_rights = { .user = true, .user_execute = true, .shared = true, .memory = WALK_MEMORY_OTHER };

void walk(const struct walker *w, vaddr va, struct walk *out)
{
	out->steps = 0;
	walk_next(w, va, out);
}

static struct walk_rights walk_path(const struct walker *w, const struct scheme *s, bool same_table, struct walk *out)
{
	struct start start = start_of(w, s, out->va);
	struct walk_rights r = all_rights;

	if (same_table && start.va_bits) {
		const struct walk_step *last = &out->step[--out->steps];
		return descend(w, s, start.va_bits, last->level, last->at - 8ull * last->index, out);
	}
	out->steps = 0;
	out->above = r;
	uint64_t wide = too_wide(w, s, start.root);
	if (!start.va_bits)
		fault(&r, WALK_NOT_CANONICAL, 0, 0);
	else if (w->flags & (start.high ? WALK_EPD1 : WALK_EPD0))
		fault(&r, WALK_DISABLED, 0, 0);
	else if (wide)
		fault(&r, WALK_TOO_WIDE, 0, w->phys_bits + lowest_bit(wide));
	else {
		unsigned level = (start.va_bits - 13) / 9;
		return descend(w, s, start.va_bits, level, root_table(s, start.root, start.va_bits, level), out);
	}
	return r;
}

void walk_next(const struct walker *w, vaddr va, struct walk *out)
{
	const struct scheme *s = &schemes[w->mode];
	bool same_table = out->steps && (va ^ out->va) >> (9 * out->step[out->steps - 1].level + 21) == 0;

	out->mapped = out->readable = out->writable = out->executable = out->user = out->user_executable = out->shared = false;
	out->memory = WALK_NORMAL;
	out->phys = out->page_bytes = 0;
	out->va = va;
	struct walk_rights r = walk_path(w, s, same_table, out);
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		out->blame[i] = r.blame[i];
}

/* ---- How far it holds ---------------------------------------------------------------------------------- */

/* From an address that reads no entry to the next one that may; 0 - va: to the end. */
static uint64_t rest_of_hole(const struct walker *w, const struct scheme *s, vaddr va)
{
	struct start start = start_of(w, s, va), upper = start_of(w, s, UINT64_MAX);

	if (start.va_bits && !start.high) /* a range without walks */
		return (1ull << (s->ranges ? start.va_bits : start.va_bits - 1)) - va;
	if (start.va_bits || !upper.va_bits || !s->high)
		return 0 - va;
	return 0 - (1ull << (s->ranges ? upper.va_bits : upper.va_bits - 1)) - va;
}

/* How many of `most` entries are next, next + step, ...: four at a time, for this is where the time of a scan goes. */
static unsigned count_alike(const uint64_t *e, unsigned most, uint64_t next, uint64_t step)
{
	unsigned n = 0;

	for (; n + 4 <= most; n += 4, next += 4 * step)
		if (e[n] != next || e[n + 1] != next + step || e[n + 2] != next + 2 * step || e[n + 3] != next + 3 * step)
			break;
	for (; n < most && e[n] == next; n++)
		next += step;
	return n;
}

/* Neighbours whose entries are equal, but for the frame of a page, which goes on. Their steps leave all other bits alone as
 * long as the frame does not overflow. */
static uint64_t alike_bytes(const struct walker *w, const struct scheme *s, const struct walk *out, uint64_t limit)
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
	const struct scheme *s = &schemes[w->mode];

	if (!out->steps)
		return min_u64(rest_of_hole(w, s, out->va) - 1, limit - 1) + 1; /* 0 - va may be 2^64 */
	uint64_t block = 1ull << (9 * out->step[out->steps - 1].level + PAGE_SHIFT), bytes = block - (out->va & (block - 1));
	if (out->mapped) {
		unsigned frame_end = s->frame_bits + PAGE_SHIFT, width = w->phys_bits && w->phys_bits < frame_end ? w->phys_bits : frame_end;
		limit = min_u64(limit, (1ull << width) - out->phys);
	}
	if (w->page && bytes < limit)
		bytes += alike_bytes(w, s, out, limit - bytes);
	return min_u64(bytes, limit);
}
