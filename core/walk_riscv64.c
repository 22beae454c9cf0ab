#include "walk_scheme.h"

/* RISC-V privileged architecture, "Svpbmt": bits 62:61, 0 means the platform's own type for the address, which is
 * normal for RAM. */
static enum walk_memory riscv_memory(unsigned pbmt)
{
	return pbmt == 0 ? WALK_NORMAL : pbmt == 1 ? WALK_WRITE_COMBINING : WALK_DEVICE;
}

/* The bits of an entry that points at a table are 0 but for V, G and the frame. */
static enum entry_kind riscv_table(unsigned level, uint64_t entry, unsigned step, struct walk_rights *r)
{
	if (level == 0)
		return walk_fault(r, WALK_RESERVED, step, 1);
	return walk_is_reserved(r, entry, step, 4, 4) || walk_is_reserved(r, entry, step, 7, 6) ||
	                       walk_is_reserved(r, entry, step, 62, 61)
	               ? FAULT
	               : TABLE;
}

/* RISC-V privileged architecture, "Virtual Address Translation Process". Bits 63 (Svnapot) and 60:54 must be 0, as
 * must D, A, U and 62:61 in an entry that points at a table. Hardware may leave A and D to software, so A = 0
 * faults and D = 0 forbids writes. Supervisor rights are those with sstatus.SUM = 0: none to a user page. */
static enum entry_kind judge_riscv(const struct walker *w, unsigned level, uint64_t entry, unsigned step,
                                   struct walk_rights *r)
{
	bool read = bit(entry, 1), write = bit(entry, 2), execute = bit(entry, 3), user = bit(entry, 4);

	if (!bit(entry, 0))
		return walk_fault(r, WALK_ABSENT, step, 0);
	if (walk_is_reserved(r, entry, step, 60, 54) || walk_is_reserved(r, entry, step, 63, 63))
		return FAULT;
	if (write && !read)
		return walk_fault(r, WALK_RESERVED, step, 2);
	if (!read && !execute)
		return riscv_table(level, entry, step, r);
	if (!bit(entry, 6) && !(w->flags & WALK_HW_AF))
		return walk_fault(r, WALK_ABSENT, step, 6);
	if (bits(entry, 62, 61) == 3)
		return walk_fault(r, WALK_RESERVED, step, 61);
	if (level > 0 && walk_is_reserved(r, entry, step, 9 * level + 9, 10)) /* misaligned superpage */
		return FAULT;
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		if (!bit(entry, i + 1))
			walk_take(r, i, WALK_FORBIDDEN, step, i + 1);
	if (user != !!(w->flags & WALK_AS_USER))
		walk_take_up_to(r, WALK_EXECUTE, user ? WALK_USER_PAGE : WALK_KERNEL_PAGE, step, 4);
	if (!bit(entry, 7) && !(w->flags & WALK_HW_AF))
		walk_take(r, WALK_WRITE, WALK_FORBIDDEN, step, 7);
	r->user = read && user;
	r->user_execute = execute && user;
	r->memory = riscv_memory(bits(entry, 62, 61));
	return PAGE;
}

static const char *reserved(unsigned level, unsigned n)
{
	if (n == 1 && level == 0)
		return "it points at a table below the last level";
	return n == 2 ? "W without R" : NULL;
}

static const char levels[][5] = { "L0", "L1", "L2", "L3" };

static const struct walk_bit words[] = {
	{ 1, IN_PAGE, "R", "readable", "" },
	{ 2, IN_PAGE, "W", "writable", "" },
	{ 3, IN_PAGE, "X", "executable", "" },
	{ 4, IN_PAGE, "U", "user", "" },
	{ 6, IN_PAGE, "A", "", "A clear" },
	{ 7, IN_PAGE, "D", "", "D clear" },
};

#define RISCV64 \
	.high = true, .frame_shift = 10, .frame_bits = 44, .judge = judge_riscv, .levels = levels, .bits = words, \
	.bit_count = COUNT_OF(words), .absent = "it is not valid", .reserved = reserved

const struct walk_scheme walk_sv39 = { .va_bits = 39, RISCV64 };
const struct walk_scheme walk_sv48 = { .va_bits = 48, RISCV64 };
