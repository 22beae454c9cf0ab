/* walk.c — what the processor makes of page tables, written from the manuals and from nothing else.
 *
 * An address goes down the tables; each entry is judged by its architecture: a fault ends the walk, a table leads on
 * and may take rights away from all that lies below it, a page ends it. Bits that the manuals call reserved and the
 * processor checks, fault here too. */
#include "walk.h"

enum verdict { FAULT, TABLE, PAGE };

/* What entries have said so far, root first. Each architecture starts from everything and takes away. */
struct rights {
	bool write;
	bool execute;
	bool user;
	bool user_execute;
	enum walk_memory memory;
	bool no_user_below;  /* aarch64: APTable[0] seen */
	bool read_only_below; /* aarch64: APTable[1] seen */
};

struct scheme {
	unsigned levels;
	unsigned low_bits;         /* addresses below 1 << low_bits are translated ...             */
	unsigned high_bits;        /* ... and those whose upper bits from here on are all set; 0: none */
	unsigned frame_shift;      /* where the frame number stands in an entry                    */
	uint64_t frame;            /* ... and how many bits of it there are                        */
	uint64_t root;             /* bits of a root register that are an address                  */
	enum verdict (*judge)(const struct walker *w, unsigned level, uint64_t entry, struct rights *r);
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
 * XD are combined over all levels. EFER.NXE is on, CR0.WP is on, CR4.SMEP and CR4.SMAP are off. */
static enum verdict judge_x86(const struct walker *w, unsigned level, uint64_t entry, struct rights *r)
{
	bool large = level > 0 && bit(entry, 7);

	if (!bit(entry, 0))
		return FAULT;
	if (large && level > 2)
		return FAULT; /* PS is reserved in PML4 and PML5 entries */
	if (large && bits(entry, 9 * level + 11, 13))
		return FAULT; /* between the PAT bit and the frame */
	r->write = r->write && bit(entry, 1);
	r->user = r->user && bit(entry, 2);
	r->execute = r->execute && !bit(entry, 63);
	r->user_execute = r->user && r->execute;
	if (level > 0 && !large)
		return TABLE;
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
static enum verdict a64_kind(unsigned level, uint64_t entry)
{
	bool table_or_page = bit(entry, 1);

	if (!bit(entry, 0))
		return FAULT;
	if (level > 0 && table_or_page)
		return TABLE;
	if (level == 0 ? !table_or_page : level > 2)
		return FAULT;
	return bit(entry, 10) ? PAGE : FAULT;
}

/* "Hierarchical control of data access permissions" and "... of instruction fetching": APTable, PXNTable and UXNTable
 * restrict everything below. A page that EL0 can write is never executable at EL1. SCTLR.WXN and PAN are off. */
static enum verdict judge_a64(const struct walker *w, unsigned level, uint64_t entry, struct rights *r)
{
	enum verdict kind = a64_kind(level, entry);

	if (kind == TABLE) {
		r->execute = r->execute && !bit(entry, 59);
		r->user_execute = r->user_execute && !bit(entry, 60);
		r->no_user_below = r->no_user_below || bit(entry, 61);
		r->read_only_below = r->read_only_below || bit(entry, 62);
	} else if (kind == PAGE) {
		r->user = bit(entry, 6) && !r->no_user_below;
		r->write = !bit(entry, 7) && !r->read_only_below;
		r->execute = r->execute && !bit(entry, 53) && !(r->user && r->write);
		r->user_execute = r->user_execute && !bit(entry, 54);
		r->memory = a64_memory(attribute(w, bits(entry, 4, 2)));
	}
	return kind;
}

/* One virtual address range and one privilege: XNTable (60), APTable[1] (62), AP[2] and XN (54) are all there is. */
static enum verdict judge_a64_el2(const struct walker *w, unsigned level, uint64_t entry, struct rights *r)
{
	enum verdict kind = a64_kind(level, entry);

	r->user = false;
	r->user_execute = false;
	if (kind == TABLE) {
		r->execute = r->execute && !bit(entry, 60);
		r->read_only_below = r->read_only_below || bit(entry, 62);
	} else if (kind == PAGE) {
		r->write = !bit(entry, 7) && !r->read_only_below;
		r->execute = r->execute && !bit(entry, 54);
		r->memory = a64_memory(attribute(w, bits(entry, 4, 2)));
	}
	return kind;
}

/* ---- riscv64 ------------------------------------------------------------------------------------------- */

/* RISC-V privileged architecture, "Svpbmt": bits 62:61, 0 is what the platform says of the address, normal for RAM. */
static enum walk_memory riscv_memory(unsigned pbmt)
{
	return pbmt == 0 ? WALK_NORMAL : pbmt == 1 ? WALK_WRITE_COMBINING : WALK_DEVICE;
}

/* RISC-V privileged architecture, "Virtual Address Translation Process". Bits 63 (Svnapot) and 60:54 must be 0, as must
 * D, A, U and 62:61 in an entry that points at a table. Hardware may leave A and D to software, so A = 0 faults and
 * D = 0 forbids writes. Supervisor rights are those with sstatus.SUM = 0: none to a user page. */
static enum verdict judge_riscv(const struct walker *w, unsigned level, uint64_t entry, struct rights *r)
{
	bool read = bit(entry, 1), write = bit(entry, 2), execute = bit(entry, 3), user = bit(entry, 4);

	(void)w;
	if (!bit(entry, 0) || (write && !read) || bits(entry, 60, 54) || bit(entry, 63))
		return FAULT;
	if (!read && !execute)
		return level == 0 || user || bits(entry, 7, 6) || bits(entry, 62, 61) ? FAULT : TABLE;
	if (!bit(entry, 6) || bits(entry, 62, 61) == 3)
		return FAULT;
	if (level > 0 && bits(entry, 9 * level + 9, 10))
		return FAULT; /* misaligned superpage */
	r->write = write && bit(entry, 7) && !user;
	r->execute = execute && !user;
	r->user = read && user;
	r->user_execute = execute && user;
	r->memory = riscv_memory(bits(entry, 62, 61));
	return PAGE;
}

/* ---- The walk ------------------------------------------------------------------------------------------ */

/* Physical addresses: x86_64 and aarch64 keep bits 51:12 and 47:12 in place; riscv64 has 44 bits of frame from bit 10. */
static const struct scheme schemes[] = {
	[WALK_X86_64_4] = { 4, 47, 47, 12, (1ull << 40) - 1, 0x000ffffffffff000, judge_x86 },
	[WALK_X86_64_5] = { 5, 56, 56, 12, (1ull << 40) - 1, 0x000ffffffffff000, judge_x86 },
	[WALK_AARCH64] = { 4, 48, 48, 12, (1ull << 36) - 1, 0x0000fffffffff000, judge_a64 },
	[WALK_AARCH64_EL2] = { 4, 48, 0, 12, (1ull << 36) - 1, 0x0000fffffffff000, judge_a64_el2 },
	[WALK_SV39] = { 3, 38, 38, 10, (1ull << 44) - 1, 0x00fffffffffff000, judge_riscv },
	[WALK_SV48] = { 4, 47, 47, 10, (1ull << 44) - 1, 0x00fffffffffff000, judge_riscv },
};

static bool is_high(const struct scheme *s, vaddr va)
{
	return s->high_bits && va >> s->high_bits == ~0ull >> s->high_bits;
}

static bool is_translated(const struct scheme *s, vaddr va)
{
	return va >> s->low_bits == 0 || is_high(s, va);
}

static paddr root_for(const struct walker *w, const struct scheme *s, vaddr va)
{
	bool upper = w->mode == WALK_AARCH64 && is_high(s, va);

	return (upper ? w->upper_root : w->root) & s->root;
}

/* Read the entry for va at `level` of `table` into the next step. */
static bool read_entry(const struct walker *w, unsigned level, paddr table, vaddr va, struct walk *out)
{
	struct walk_step *step = &out->step[out->steps++];

	step->level = level;
	step->index = bits(va, 9 * level + 20, 9 * level + 12);
	step->at = table + 8ull * step->index;
	step->entry = 0;
	return w->read(w->context, step->at, &step->entry);
}

static void finish(const struct rights *r, unsigned level, paddr frame, vaddr va, struct walk *out)
{
	uint64_t offset_mask = (4096ull << 9 * level) - 1;

	out->mapped = true;
	out->writable = r->write;
	out->executable = r->execute;
	out->user = r->user;
	out->user_executable = r->user_execute;
	out->memory = r->memory;
	out->phys = (frame & ~offset_mask) | (va & offset_mask);
	out->page_bytes = offset_mask + 1;
}

void walk(const struct walker *w, vaddr va, struct walk *out)
{
	const struct scheme *s = &schemes[w->mode];
	struct rights r = { true, true, true, true, WALK_MEMORY_OTHER, false, false };

	*out = (struct walk){ .mapped = false };
	if (!is_translated(s, va))
		return;
	paddr table = root_for(w, s, va);
	for (unsigned level = s->levels; level-- > 0;) {
		if (!read_entry(w, level, table, va, out))
			return;
		uint64_t entry = out->step[out->steps - 1].entry;
		paddr next = (entry >> s->frame_shift & s->frame) << 12;
		enum verdict verdict = s->judge(w, level, entry, &r);
		if (verdict == PAGE)
			finish(&r, level, next, va, out);
		if (verdict != TABLE)
			return;
		table = next;
	}
}
