#include "request.h"

#include <hobnail/boot.h>

_Static_assert(REQUEST_LAST == HOBNAIL_REQUEST_FRAMEBUFFER, "one entry for each request");

#define STACK_DEFAULT_BYTES KIB(64)
#define STACK_LEAST_BYTES   KIB(4)
#define STACK_MOST_BYTES    MIB(16)

enum { FRAMEBUFFER_MOST_PIXELS = 16384 };

enum {
	ON_X86_64 = 1 << HOBNAIL_ARCH_X86_64,
	ON_AARCH64 = 1 << HOBNAIL_ARCH_AARCH64,
	ON_RISCV64 = 1 << HOBNAIL_ARCH_RISCV64,
	EVERYWHERE = ON_X86_64 | ON_AARCH64 | ON_RISCV64,
};

static const struct {
	const char *name;
	uint64_t fallback;
	unsigned arches;        /* where it has a meaning       */
	bool needs_translation; /* impossible with the MMU off  */
} kinds[REQUEST_LAST + 1] = {
	[HOBNAIL_REQUEST_PROTOCOL]     = { "protocol", HOBNAIL_VERSION, EVERYWHERE, false },
	[HOBNAIL_REQUEST_STACK]        = { "stack", STACK_DEFAULT_BYTES, EVERYWHERE, false },
	[HOBNAIL_REQUEST_DIRECT_MAP]   = { "direct map", 0, EVERYWHERE, true },
	[HOBNAIL_REQUEST_IDENTITY_MAP] = { "identity map", 0, EVERYWHERE, true },
	[HOBNAIL_REQUEST_DEVICE_MAP]   = { "device map", 0, EVERYWHERE, true },
	[HOBNAIL_REQUEST_RECURSIVE]    = { "recursive slot", 0, ON_X86_64, true },
	[HOBNAIL_REQUEST_PAGING]       = { "paging", 4, ON_X86_64, true },
	[HOBNAIL_REQUEST_LEVEL]        = { "level", HOBNAIL_LEVEL_EL1, ON_AARCH64, false },
	[HOBNAIL_REQUEST_MMU_OFF]      = { "mmu off", 0, ON_AARCH64, false },
	[HOBNAIL_REQUEST_FP]           = { "fp", HOBNAIL_FP_USABLE, EVERYWHERE, false },
	[HOBNAIL_REQUEST_PROCESSORS]   = { "processors", 0, EVERYWHERE, false },
	[HOBNAIL_REQUEST_FRAMEBUFFER]  = { "framebuffer", 0, EVERYWHERE, false },
};

static bool is_known(uint32_t type)
{
	return type >= 1 && type <= REQUEST_LAST;
}

const char *request_name(uint32_t type)
{
	return is_known(type) ? kinds[type].name : "unknown";
}

static void reset(struct requests *r, uint32_t type)
{
	r->of[type] = (struct request){ .value = kinds[type].fallback };
}

void requests_init(struct requests *r)
{
	*r = (struct requests){ 0 };
	for (uint32_t type = 1; type <= REQUEST_LAST; type++)
		reset(r, type);
}

/* ---- One note ------------------------------------------------------------------------------------------ */

static enum err check_switch(uint32_t type, uint64_t value, uint64_t at, struct problem *p)
{
	return value <= 1 ? OK : problem_at(p, ERR_REQUEST_SWITCH, at, type, value);
}

static enum err check_framebuffer(uint64_t value, uint64_t at, struct problem *p)
{
	uint32_t width = (uint32_t)value;
	uint32_t height = (uint32_t)(value >> 32);

	if (width - 1 < FRAMEBUFFER_MOST_PIXELS && height - 1 < FRAMEBUFFER_MOST_PIXELS)
		return OK;
	return problem_at(p, ERR_REQUEST_FRAMEBUFFER, at, width, height, FRAMEBUFFER_MOST_PIXELS);
}

/* Is the value possible for its type? Maps' bases depend on other requests: requests_check(). */
static enum err check_value(uint32_t type, uint64_t value, uint64_t at, struct problem *p)
{
	switch (type) {
	case HOBNAIL_REQUEST_PROTOCOL:
		return value ? OK : problem_at(p, ERR_REQUEST_PROTOCOL, at, type, 0, HOBNAIL_VERSION);
	case HOBNAIL_REQUEST_STACK:
		if (value >= STACK_LEAST_BYTES && value <= STACK_MOST_BYTES)
			return OK;
		return problem_at(p, ERR_REQUEST_STACK, at, type, value, STACK_LEAST_BYTES);
	case HOBNAIL_REQUEST_IDENTITY_MAP:
	case HOBNAIL_REQUEST_MMU_OFF:
	case HOBNAIL_REQUEST_FP:
	case HOBNAIL_REQUEST_PROCESSORS:
		return check_switch(type, value, at, p);
	case HOBNAIL_REQUEST_RECURSIVE:
		return value >= 256 && value <= 511 ? OK : problem_at(p, ERR_REQUEST_RECURSIVE, at, type, value);
	case HOBNAIL_REQUEST_PAGING:
		return value == 4 || value == 5 ? OK : problem_at(p, ERR_REQUEST_PAGING, at, type, value);
	case HOBNAIL_REQUEST_LEVEL:
		if (value >= HOBNAIL_LEVEL_EL1 && value <= HOBNAIL_LEVEL_EL2_VHE)
			return OK;
		return problem_at(p, ERR_REQUEST_LEVEL, at, type, value);
	case HOBNAIL_REQUEST_FRAMEBUFFER:
		return check_framebuffer(value, at, p);
	default:
		return OK;
	}
}

/* An unknown request may have a value of any length: a later protocol defines it. */
static enum err note_unknown(struct requests *r, uint32_t type, bool required, uint64_t at, struct problem *p)
{
	if (required)
		return problem_at(p, ERR_REQUEST_UNKNOWN, at, type);
	if (r->unknown_count < REQUEST_MAX_UNKNOWN)
		r->unknown[r->unknown_count] = type;
	r->unknown_count++;
	return OK;
}

enum err requests_note(void *requests, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                       struct problem *p)
{
	struct requests *r = requests;
	bool required = type & HOBNAIL_REQUIRED;

	type &= ~HOBNAIL_REQUIRED;
	r->note_count++;
	if (!is_known(type))
		return note_unknown(r, type, required, offset, p);
	if (bytes != 8)
		return problem_at(p, ERR_REQUEST_SIZE, offset, type, bytes);
	if (r->of[type].asked)
		return problem_at(p, ERR_REQUEST_TWICE, offset, type);

	uint64_t value = read_le64(descriptor);
	enum err e = check_value(type, value, offset, p);
	if (!e)
		r->of[type] = (struct request){ .asked = true, .required = required, .value = value, .offset = offset };
	return e;
}

/* ---- All together -------------------------------------------------------------------------------------- */

/* The request cannot be granted: an error if it is required, else the kernel is treated as if it had not asked. */
enum err requests_drop(struct requests *r, uint32_t type, enum err code, struct problem *p)
{
	const struct request *q = &r->of[type];

	if (q->required)
		return problem_at(p, code, q->offset, type, q->value, HOBNAIL_VERSION);
	reset(r, type);
	r->dropped |= 1u << type;
	return OK;
}

static enum err check_arch(struct requests *r, uint32_t type, uint32_t arch, struct problem *p)
{
	if (r->of[type].asked && !(kinds[type].arches & 1u << arch))
		return requests_drop(r, type, ERR_REQUEST_ARCH, p);
	return OK;
}

static enum err check_protocol(struct requests *r, struct problem *p)
{
	if (r->of[HOBNAIL_REQUEST_PROTOCOL].value > HOBNAIL_VERSION)
		return requests_drop(r, HOBNAIL_REQUEST_PROTOCOL, ERR_REQUEST_PROTOCOL, p);
	return OK;
}

static enum err check_mmu_off(struct requests *r, uint32_t type, struct problem *p)
{
	if (r->of[HOBNAIL_REQUEST_MMU_OFF].value && r->of[type].asked && kinds[type].needs_translation &&
	    !(type == HOBNAIL_REQUEST_IDENTITY_MAP && r->of[type].value == 0))
		return requests_drop(r, type, ERR_REQUEST_MMU_OFF, p);
	return OK;
}

/* Allowed bases of a map: [least, most], in steps of the range of one top-level entry. */
struct half {
	uint64_t least, most, step;
};

/* The half that belongs to the kernel: x86_64 the upper canonical one; aarch64 TTBR1's range, but at EL2 without VHE
 * TTBR0_EL2's, the only one; riscv64 the upper one of Sv39, which every mode contains. */
static struct half kernel_half(const struct requests *r, uint32_t arch)
{
	if (arch == HOBNAIL_ARCH_X86_64 && r->of[HOBNAIL_REQUEST_PAGING].value == 5)
		return (struct half){ 0xff00000000000000, UINT64_MAX, 1ull << 48 };
	if (arch == HOBNAIL_ARCH_X86_64)
		return (struct half){ 0xffff800000000000, UINT64_MAX, 1ull << 39 };
	if (arch == HOBNAIL_ARCH_RISCV64)
		return (struct half){ 0xffffffc000000000, UINT64_MAX, 1ull << 30 };
	if (r->of[HOBNAIL_REQUEST_LEVEL].value == HOBNAIL_LEVEL_EL2)
		return (struct half){ 1ull << 39, (1ull << 48) - 1, 1ull << 39 };
	return (struct half){ 0xffff000000000000, UINT64_MAX, 1ull << 39 };
}

static enum err check_map_base(const struct requests *r, uint32_t type, uint32_t arch, struct problem *p)
{
	const struct request *q = &r->of[type];
	struct half h = kernel_half(r, arch);

	if (!q->asked || (q->value >= h.least && q->value <= h.most && is_aligned(q->value, h.step)))
		return OK;
	return problem_at(p, ERR_REQUEST_MAP_BASE, q->offset, type, q->value, h.step);
}

enum err requests_check(struct requests *r, uint32_t arch, struct problem *p)
{
	enum err e = check_protocol(r, p);

	for (uint32_t type = 1; !e && type <= REQUEST_LAST; type++)
		e = check_arch(r, type, arch, p);
	/* In a second loop: only now is it known whether the MMU may be off here. */
	for (uint32_t type = 1; !e && type <= REQUEST_LAST; type++)
		e = check_mmu_off(r, type, p);
	if (!e) e = check_map_base(r, HOBNAIL_REQUEST_DIRECT_MAP, arch, p);
	if (!e) e = check_map_base(r, HOBNAIL_REQUEST_DEVICE_MAP, arch, p);
	return e;
}

/* ---- What comes of them -------------------------------------------------------------------------------- */

static struct want_map want_map(const struct request *q)
{
	return (struct want_map){ .asked = q->asked, .base = q->asked ? q->value : 0 };
}

void requests_wants(const struct requests *r, struct wants *out)
{
	const struct request *of = r->of;

	*out = (struct wants){
		.maps = {
			[WANT_DIRECT_MAP] = want_map(&of[HOBNAIL_REQUEST_DIRECT_MAP]),
			[WANT_IDENTITY_MAP] = { .asked = of[HOBNAIL_REQUEST_IDENTITY_MAP].value },
			[WANT_DEVICE_MAP] = want_map(&of[HOBNAIL_REQUEST_DEVICE_MAP]),
		},
		.stack_bytes = of[HOBNAIL_REQUEST_STACK].value,
		.paging_least = 4,
		.paging_most = (unsigned)of[HOBNAIL_REQUEST_PAGING].value,
		.level = (uint32_t)of[HOBNAIL_REQUEST_LEVEL].value,
		.recursive_slot = of[HOBNAIL_REQUEST_RECURSIVE].value,
		.mmu_off = of[HOBNAIL_REQUEST_MMU_OFF].value,
		.fp_trap = of[HOBNAIL_REQUEST_FP].value == HOBNAIL_FP_TRAP,
		.processors = of[HOBNAIL_REQUEST_PROCESSORS].value,
		.width = (uint32_t)of[HOBNAIL_REQUEST_FRAMEBUFFER].value,
		.height = (uint32_t)(of[HOBNAIL_REQUEST_FRAMEBUFFER].value >> 32),
	};
}

enum err requests_settle(struct requests *r, unsigned paging_levels, struct problem *p)
{
	const struct request *q = &r->of[HOBNAIL_REQUEST_PAGING];

	if (!q->asked || q->value == paging_levels)
		return OK;
	if (q->required)
		return problem_at(p, ERR_PAGING_UNAVAILABLE, q->offset, q->value);
	return requests_drop(r, HOBNAIL_REQUEST_PAGING, ERR_PAGING_UNAVAILABLE, p);
}
