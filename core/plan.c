#include "plan_internal.h"

const struct plan_layout plan_x86_64_4 = {
	.format = &pt_x86_64_4, .walk = WALK_X86_64_4,
	.base = 0xffff800000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47,
	.memory_types = PLAN_PAT,
	.other_levels = &plan_x86_64_5,
};
const struct plan_layout plan_x86_64_5 = {
	.format = &pt_x86_64_5, .walk = WALK_X86_64_5,
	.base = 0xff00000000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47, /* as with 4 levels: one rule for kernels */
	.memory_types = PLAN_PAT,
	.other_levels = &plan_x86_64_4,
};
const struct plan_layout plan_x86_64_4_wc5 = {
	.format = &pt_x86_64_4_wc5, .walk = WALK_X86_64_4,
	.base = 0xffff800000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47,
	.memory_types = PLAN_PAT_WC5,
	.other_levels = &plan_x86_64_5,
};
const struct plan_layout plan_x86_64_5_wc5 = {
	.format = &pt_x86_64_5_wc5, .walk = WALK_X86_64_5,
	.base = 0xff00000000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47,
	.memory_types = PLAN_PAT_WC5,
	.other_levels = &plan_x86_64_4,
};
const struct plan_layout plan_aarch64 = {
	.format = &pt_aarch64, .walk = WALK_AARCH64,
	.base = 0xffff000000000000, .slots = 512, .first_index = 0, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 48, .two_roots = true,
	.memory_types = PLAN_MAIR,
};
const struct plan_layout plan_aarch64_wc1 = {
	.format = &pt_aarch64_wc1, .walk = WALK_AARCH64,
	.base = 0xffff000000000000, .slots = 512, .first_index = 0, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 48, .two_roots = true,
	.memory_types = PLAN_MAIR_WC1,
};
const struct plan_layout plan_aarch64_5 = {
	.format = &pt_aarch64_5, .walk = WALK_AARCH64_LPA2,
	.base = 0xfff0000000000000, .slots = 16, .first_index = 0, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 48, .two_roots = true, /* low_limit: as with 4 levels */
	.memory_types = PLAN_MAIR,
};
const struct plan_layout plan_aarch64_5_wc1 = {
	.format = &pt_aarch64_5_wc1, .walk = WALK_AARCH64_LPA2,
	.base = 0xfff0000000000000, .slots = 16, .first_index = 0, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 48, .two_roots = true,
	.memory_types = PLAN_MAIR_WC1,
};
const struct plan_layout plan_aarch64_el2 = {
	.format = &pt_aarch64_el2, .walk = WALK_AARCH64_EL2,
	.base = 0, .slots = 512, .first_index = 0, .direct_slot = 256,
	.top = 0, .low_limit = 1ull << 48,
	.memory_types = PLAN_MAIR,
};
const struct plan_layout plan_riscv_sv39 = {
	.format = &pt_riscv_sv39, .walk = WALK_SV39,
	.base = 0xffffffc000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 38,
};
const struct plan_layout plan_riscv_sv48 = {
	.format = &pt_riscv_sv48, .walk = WALK_SV48,
	.base = 0xffff800000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47,
};

/* ---- The plan ------------------------------------------------------------------------------------------ */

enum err plan_make(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	plan->count = 0;
	enum err e = plan_place(plan, in, p);
	if (!e)
		e = plan_add_segments(plan, in, p);
	if (!e && plan_wants_identity(in))
		e = plan_add_identity_map(plan, in, p);
	if (!e)
		e = plan_add_direct_map(plan, in, p);
	if (!e && plan->has_device_map)
		e = plan_add_device_map(plan, in, p);
	return e;
}

/* ---- Net and stacks ------------------------------------------------------------------------------------ */

/* The lowest address from `next` on for a piece whose pages begin at `page`. A large piece has the same offset within
 * 2 MiB as its memory, so that large pages fit. The net's image keeps the shape in which it was linked. */
static vaddr piece_address(vaddr next, const struct plan_piece *piece, paddr page, uint64_t bytes)
{
	uint64_t alignment = bytes >= MIB(2) && piece->kind != PLAN_NET_IMAGE ? MIB(2) : PAGE_BYTES;

	return next + ((page - next) & (alignment - 1));
}

enum err plan_piece(struct plan *plan, const struct plan_layout *layout, struct plan_piece *piece, struct problem *p)
{
	bool is_stack = piece->kind == PLAN_STACK;
	vaddr *next = is_stack ? &plan->stack_next : &plan->net_next;
	uint64_t end = is_stack ? plan_slot_bytes(layout) : plan->net_bytes; /* counted from net_base */
	uint64_t lead = piece->phys % PAGE_BYTES;

	if (!piece->bytes || !sum_fits(piece->phys, piece->bytes - 1))
		return problem(p, ERR_RANGE, piece->phys, piece->bytes);
	if (piece->bytes > end)
		return problem(p, ERR_PLAN_NET_FULL, piece->bytes, plan->net_base);
	uint64_t bytes = align_up(lead + piece->bytes, PAGE_BYTES);
	vaddr va = piece_address(*next, piece, piece->phys - lead, bytes);
	if (!range_within(va - plan->net_base, bytes + PAGE_BYTES, end)) /* with its guard */
		return problem(p, ERR_PLAN_NET_FULL, piece->bytes, plan->net_base);
	struct plan_range r = {
		.va = va, .pa = piece->phys - lead, .bytes = bytes,
		.rights = (uint8_t)(piece->rights | PT_GLOBAL), .memory = (uint8_t)piece->memory,
		.kind = (uint8_t)piece->kind, .index = (uint16_t)piece->index,
	};
	enum err e = plan_add(plan, &r, p);
	if (e)
		return e;
	piece->virt = va + lead;
	*next = va + bytes + PAGE_BYTES; /* a guard page, never mapped */
	return OK;
}

size_t plan_bound(size_t memory_entries, size_t stacks)
{
	/* Direct map and identity map have a range for each entry, the device map one for each gap. Each range to
	 * avoid and each segment may cut each map once more. Each device that tables name cuts reserved memory and
	 * gaps. Without a device map, gaps may be ranges of direct map and identity map. */
	return 4 * memory_entries + 4 * ELF_MAX_SEGMENTS + 48 + 2 * PLAN_MAX_DEVICES + stacks;
}

const char *plan_kind_name(enum plan_kind kind)
{
	static const char *const names[PLAN_KINDS] = {
		[PLAN_SEGMENT] = "kernel segment",
		[PLAN_DIRECT_MAP] = "direct map",
		[PLAN_IDENTITY_MAP] = "identity map",
		[PLAN_DEVICE_MAP] = "device map",
		[PLAN_STACK] = "boot stack",
		[PLAN_NET_IMAGE] = "net code and data",
		[PLAN_NET_STACK] = "net stack",
		[PLAN_NET_FACTS] = "facts for fault reports",
		[PLAN_NET_WINDOW] = "net window",
		[PLAN_NET_CPUS] = "processors in the net",
		[PLAN_CONSOLE] = "debug console",
		[PLAN_FRAMEBUFFER] = "framebuffer",
	};

	return (unsigned)kind < PLAN_KINDS ? names[kind] : "?";
}
