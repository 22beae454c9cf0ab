/* walk_aarch64.c — the 4 KiB granule, with 48 bits and, by TCR.DS = 1 (FEAT_LPA2), with 52. */
#include "walk_scheme.h"

static bool is_wide(const struct walker *w)
{
	return walk_schemes[w->mode]->wide;
}

/* Arm ARM DDI 0487, "MAIR_EL1": 0b0000dd00 device; 0x44 normal non-cacheable; both halves 0b11RW write-back. */
static enum walk_memory a64_memory(unsigned attr)
{
	if ((attr & 0xf3) == 0)
		return WALK_DEVICE;
	if (attr == 0x44)
		return WALK_WRITE_COMBINING;
	return (attr & 0xcc) == 0xcc ? WALK_NORMAL : WALK_MEMORY_OTHER;
}

/* Arm ARM DDI 0487, "VMSAv8-64 translation table format descriptors", 4 KiB granule: bits [1:0] = 0b11 is a table,
 * or a page at the last level; 0b01 is a block, in lookup levels 1 and 2 and, with 52 bits, 0. Without hardware
 * update of the access flag, AF = 0 faults. */
static enum entry_kind a64_kind(const struct walker *w, unsigned level, uint64_t entry, unsigned step,
                                struct walk_rights *r)
{
	bool table_or_page = bit(entry, 1);

	if (!bit(entry, 0))
		return walk_fault(r, WALK_ABSENT, step, 0);
	if (level > 0 && table_or_page)
		return TABLE;
	if (level == 0 ? !table_or_page : level > 2u + is_wide(w))
		return walk_fault(r, WALK_RESERVED, step, 1);
	return bit(entry, 10) || w->flags & WALK_HW_AF ? PAGE : walk_fault(r, WALK_ABSENT, step, 10);
}

/* Normal memory that is cached is the same for all processors only if shareable; all other memory is so always. Arm
 * ARM DDI 0487, "Shareability": SH = 0 non-shareable, 2 outer, 3 inner. With 52 bits TCR has SH for a whole range. */
static void a64_attributes(const struct walker *w, uint64_t entry, struct walk_rights *r)
{
	bool shareable = is_wide(w) ? r->shared : bits(entry, 9, 8) >= 2;

	r->memory = a64_memory(attribute(w, bits(entry, 4, 2)));
	r->shared = shareable || r->memory == WALK_DEVICE || r->memory == WALK_WRITE_COMBINING;
}

/* "Hierarchical control of data access permissions" and "... of instruction fetching": APTable, PXNTable and UXNTable
 * restrict everything below. A page that EL0 can write is never executable at EL1; EL0 can also execute pages that it
 * may not read. */
static enum entry_kind judge_a64(const struct walker *w, unsigned level, uint64_t entry, unsigned step,
                                 struct walk_rights *r)
{
	enum entry_kind kind = a64_kind(w, level, entry, step, r);
	bool page = kind == PAGE, as_user = w->flags & WALK_AS_USER;
	unsigned no_execute = (page ? 53 : 59) + as_user, user = page ? 6 : 61;

	if (kind == FAULT)
		return FAULT;
	if (as_user && bit(entry, user) != page)
		walk_take_up_to(r, WALK_WRITE, WALK_KERNEL_PAGE, step, user);
	if (bit(entry, no_execute))
		walk_take(r, WALK_EXECUTE, WALK_FORBIDDEN, step, no_execute);
	r->user_execute = r->user_execute && !bit(entry, page ? 54 : 60);
	if (bit(entry, page ? 7 : 62))
		walk_take(r, WALK_WRITE, WALK_FORBIDDEN, step, page ? 7 : 62);
	if (!page) {
		r->no_user_below = r->no_user_below || bit(entry, 61);
		return TABLE;
	}
	r->user = bit(entry, 6) && !r->no_user_below;
	bool keep_off = r->user && !as_user;
	if (keep_off && may(r, WALK_WRITE))
		walk_take(r, WALK_EXECUTE, WALK_USER_PAGE, step, 6);
	if (w->flags & WALK_WXN && may(r, WALK_WRITE))
		walk_take(r, WALK_EXECUTE, WALK_WRITABLE_PAGE, step, 7);
	if (keep_off && w->flags & WALK_SMAP)
		walk_take_up_to(r, WALK_WRITE, WALK_USER_PAGE, step, 6);
	a64_attributes(w, entry, r);
	return PAGE;
}

/* One virtual address range and one privilege: XNTable (60), APTable[1] (62), AP[2] and XN (54) are all there is. */
static enum entry_kind judge_a64_el2(const struct walker *w, unsigned level, uint64_t entry, unsigned step,
                                     struct walk_rights *r)
{
	enum entry_kind kind = a64_kind(w, level, entry, step, r);
	bool page = kind == PAGE;

	r->user = false;
	r->user_execute = false;
	if (kind == FAULT)
		return FAULT;
	if (bit(entry, page ? 54 : 60))
		walk_take(r, WALK_EXECUTE, WALK_FORBIDDEN, step, page ? 54 : 60);
	if (bit(entry, page ? 7 : 62))
		walk_take(r, WALK_WRITE, WALK_FORBIDDEN, step, page ? 7 : 62);
	if (page && w->flags & WALK_WXN && may(r, WALK_WRITE))
		walk_take(r, WALK_EXECUTE, WALK_WRITABLE_PAGE, step, 7);
	if (page)
		a64_attributes(w, entry, r);
	return kind;
}

static const char *reserved(unsigned level, unsigned n)
{
	return n != 1 ? NULL : level ? "there are no blocks at this level" : "there are no blocks at the last level";
}

static const char levels[][5] = { "L3", "L2", "L1", "L0", "L-1" };

/* The same at every exception level. */
#define COMMON_BITS \
	{ 7, IN_PAGE, "AP[2]", "read-only", "writable" }, \
	{ 10, IN_PAGE, "AF", "", "AF clear" }, \
	{ 62, IN_TABLE, "APTable[1]", "read-only", "" }

static const struct walk_bit words[] = {
	COMMON_BITS,
	{ 6, IN_PAGE, "AP[1]", "user", "" },
	{ 53, IN_PAGE, "PXN", "PXN", "" },
	{ 54, IN_PAGE, "UXN", "UXN", "" },
	{ 59, IN_TABLE, "PXNTable", "PXNTable", "" },
	{ 60, IN_TABLE, "UXNTable", "UXNTable", "" },
	{ 61, IN_TABLE, "APTable[0]", "APTable[0]", "" },
};

static const struct walk_bit el2_words[] = {
	COMMON_BITS,
	{ 54, IN_PAGE, "XN", "XN", "" },
	{ 60, IN_TABLE, "XNTable", "XNTable", "" },
};

#define AARCH64 \
	.ranges = true, .frame_shift = 12, .levels = levels, .absent = "it is not valid", .reserved = reserved
#define TWO_RANGES .high = true, .judge = judge_a64, .bits = words, .bit_count = COUNT_OF(words)
#define ONE_RANGE  .judge = judge_a64_el2, .bits = el2_words, .bit_count = COUNT_OF(el2_words)
#define NARROW     .va_bits = 48, .frame_bits = 36
#define WIDE       .va_bits = 52, .frame_bits = 38, .wide = true

const struct walk_scheme walk_aarch64 = { AARCH64, TWO_RANGES, NARROW };
const struct walk_scheme walk_aarch64_el2 = { AARCH64, ONE_RANGE, NARROW };
const struct walk_scheme walk_aarch64_lpa2 = { AARCH64, TWO_RANGES, WIDE };
const struct walk_scheme walk_aarch64_el2_lpa2 = { AARCH64, ONE_RANGE, WIDE };
