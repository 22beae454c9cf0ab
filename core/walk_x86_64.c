#include "walk_scheme.h"

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
 * XD are combined over all levels. PS is reserved in PML4 and PML5 entries, and so are the bits between the PAT bit
 * and the frame of a large page, and XD if EFER.NXE = 0. */
static enum entry_kind judge_x86(const struct walker *w, unsigned level, uint64_t entry, unsigned step,
                                 struct walk_rights *r)
{
	bool large = level > 0 && bit(entry, 7), as_user = w->flags & WALK_AS_USER;

	if (!bit(entry, 0))
		return walk_fault(r, WALK_ABSENT, step, 0);
	if (large && (level > 2 || (level == 2 && w->flags & WALK_NO_1G)))
		return walk_fault(r, WALK_RESERVED, step, 7);
	if (large && walk_is_reserved(r, entry, step, 9 * level + 11, 13))
		return FAULT;
	if (w->flags & WALK_NO_NX && bit(entry, 63))
		return walk_fault(r, WALK_RESERVED, step, 63);
	if (as_user && !bit(entry, 2))
		walk_take_up_to(r, WALK_EXECUTE, WALK_KERNEL_PAGE, step, 2);
	if (!bit(entry, 1) && (as_user || !(w->flags & WALK_NO_WP)))
		walk_take(r, WALK_WRITE, WALK_FORBIDDEN, step, 1);
	if (bit(entry, 63))
		walk_take(r, WALK_EXECUTE, WALK_FORBIDDEN, step, 63);
	r->user = r->user && bit(entry, 2);
	r->user_execute = r->user && !bit(entry, 63) && r->user_execute;
	if (level > 0 && !large)
		return TABLE;
	bool keep_off = r->user && !as_user;
	if (keep_off && w->flags & WALK_SMEP)
		walk_take(r, WALK_EXECUTE, WALK_USER_PAGE, step, 2);
	if (keep_off && w->flags & WALK_SMAP)
		walk_take_up_to(r, WALK_WRITE, WALK_USER_PAGE, step, 2);
	unsigned pat = bit(entry, large ? 12 : 7);
	r->memory = x86_memory(attribute(w, pat << 2 | bit(entry, 4) << 1 | bit(entry, 3)));
	return PAGE;
}

static const char *reserved(unsigned level, unsigned n)
{
	if (n == 63)
		return "NX needs EFER.NXE, which is 0";
	if (n == 7)
		return level == 2 ? "PS makes it a 1 GiB page, and this processor has none"
		                  : "PS is for entries of PDPT and PD";
	return NULL;
}

static const char levels[][5] = { "PT", "PD", "PDPT", "PML4", "PML5" };

static const struct walk_bit words[] = {
	{ 1, IN_TABLE | IN_PAGE, "R/W", "writable", "read-only" },
	{ 2, IN_TABLE | IN_PAGE, "U/S", "user", "" },
	{ 63, IN_TABLE | IN_PAGE, "NX", "NX", "" },
};

#define X86_64 \
	.high = true, .frame_shift = 12, .frame_bits = 40, .judge = judge_x86, .levels = levels, .bits = words, \
	.bit_count = COUNT_OF(words), .absent = "it is not present", .reserved = reserved

const struct walk_scheme walk_x86_64_4 = { .va_bits = 48, X86_64 };
const struct walk_scheme walk_x86_64_5 = { .va_bits = 57, X86_64 };
