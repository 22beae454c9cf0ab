#include "fault_place.h"

#include "format.h"
#include "say.h"

enum {
	NEAR_NULL = 65536,       /* a member of a structure that is not there, or an element of an array              */
	NEAR_STACK = 65536,      /* below a stack: frames may be large, and the first access is not always the lowest */
	NEAR_SEGMENT = 1 << 20,
	PHYSICAL_BITS = 52,      /* no processor has wider addresses */
	NEAR_POINTER = 4096,     /* between the stack pointer and what is reached by it */
};

/* Windows onto physical memory are taken to be at least so large: devices lie above RAM. */
#define LEAST_WINDOW TIB(1)

#define LL(n) ((unsigned long long)(n))

struct rights { char text[4]; };

static struct rights rights_of(uint32_t elf)
{
	return (struct rights){ { elf & ELF_READ ? 'r' : '-', elf & ELF_WRITE ? 'w' : '-', elf & ELF_EXECUTE ? 'x' : '-', 0 } };
}

const struct fault_segment *fault_place_segment(const struct fault_places *f, vaddr at)
{
	for (unsigned i = 0; i < f->segment_count; i++)
		if (at - f->segments[i].virt < f->segments[i].bytes)
			return &f->segments[i];
	return NULL;
}

/* ---- Physical addresses -------------------------------------------------------------------------------- */

static uint32_t type_at(const struct fault_places *f, paddr at)
{
	const struct hobnail_memory *entry = memmap_find(&f->memory, at);

	return entry ? entry->type : 0;
}

static bool in_span(struct span s, paddr at)
{
	return at - s.base < s.bytes;
}

static const struct fault_device *device_at(const struct fault_places *f, paddr at)
{
	for (unsigned i = 0; i < f->device_count; i++)
		if (in_span(f->devices[i].span, at))
			return &f->devices[i];
	return NULL;
}

static bool is_device(const struct fault_places *f, paddr at)
{
	uint32_t type = type_at(f, at);

	return type == 0 || type == HOBNAIL_MEMORY_MMIO || in_span(f->console, at) || in_span(f->framebuffer, at) || device_at(f, at);
}

size_t fault_place_physical(const struct fault_places *f, paddr at, char *out, size_t size)
{
	for (unsigned i = 0; i < f->module_count; i++)
		if (at - f->modules[i].base < align_up(f->modules[i].bytes, PAGE_BYTES))
			return say(out, size, SAY_MODULE, i);
	for (unsigned i = 0; i < f->segment_count; i++)
		if (at - f->segments[i].phys < f->segments[i].bytes)
			return say(out, size, SAY_SEGMENT, f->segments[i].index, rights_of(f->segments[i].rights).text);
	if (in_span(f->framebuffer, at))
		return say(out, size, SAY_FRAMEBUFFER);
	if (in_span(f->console, at))
		return say(out, size, SAY_CONSOLE);
	const struct fault_device *device = device_at(f, at);
	if (device)
		return say_text(out, size, (enum say)device->name);
	uint32_t type = type_at(f, at);
	return type ? say(out, size, SAY_MEMORY, memmap_type_name(type))
	            : say(out, size, SAY_NO_MEMORY);
}

/* ---- Virtual addresses --------------------------------------------------------------------------------- */

/* What surrounds an address that is in no range. */
struct hole {
	const struct plan_range *below, *above; /* NULL: none */
	uint64_t past, before;                  /* bytes from the end of the one, to the beginning of the other */
};

/* The range that holds the address, or NULL and the hole. */
static const struct plan_range *find(const struct fault_places *f, vaddr at, struct hole *hole)
{
	*hole = (struct hole){ .past = UINT64_MAX, .before = UINT64_MAX };
	for (size_t i = 0; i < f->range_count; i++) {
		const struct plan_range *r = &f->ranges[i];
		if (at - r->va < r->bytes)
			return r;
		if (r->va > at) {
			hole->above = r;
			hole->before = r->va - at;
			return NULL;
		}
		hole->below = r;
		hole->past = at - (r->va + r->bytes);
	}
	return NULL;
}

const struct plan_range *fault_place_range(const struct fault_places *f, vaddr at)
{
	struct hole hole;

	return find(f, at, &hole);
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a < b ? b - a : a - b;
}

/* Of a range of kind PLAN_SEGMENT. */
static const struct fault_segment *segment_of(const struct fault_places *f, const struct plan_range *r)
{
	return &f->segments[r->index < f->segment_count ? r->index : 0];
}

static size_t say_segment(const struct fault_segment *s, char *out, size_t size)
{
	return say(out, size, SAY_SEGMENT, s->index, rights_of(s->rights).text);
}

/* A kernel's own stack: the stack pointer has just left the bottom of a writable segment. */
static size_t say_own_overflow(const struct fault_places *f, vaddr at, uint64_t sp, char *out, size_t size)
{
	const struct fault_segment *stack = NULL;

	for (unsigned i = 0; i < f->segment_count; i++) {
		const struct fault_segment *s = &f->segments[i];
		if (s->rights & ELF_WRITE && s->virt > at && s->virt - at <= NEAR_STACK && (!stack || s->virt < stack->virt))
			stack = s;
	}
	if (!stack || distance(at, sp) > NEAR_POINTER)
		return 0;
	return say(out, size, SAY_OWN_OVERFLOW,
	              stack->index, rights_of(stack->rights).text, LL(stack->virt - at));
}

/* ... or its top. Segments end with what is behind their last byte. */
static size_t say_own_underflow(const struct fault_places *f, vaddr at, uint64_t sp, char *out, size_t size)
{
	if (distance(at, sp) > NEAR_POINTER)
		return 0;
	for (unsigned i = 0; i < f->segment_count; i++) {
		const struct fault_segment *s = &f->segments[i];
		vaddr end = align_up(s->virt + s->bytes, PAGE_BYTES);
		if (s->rights & ELF_WRITE && at - end < PAGE_BYTES)
			return say(out, size, SAY_OWN_UNDERFLOW, s->index, rights_of(s->rights).text, LL(at - end));
	}
	return 0;
}

static size_t say_range(const struct fault_places *f, const struct plan_range *r, vaddr at, uint64_t sp, char *out, size_t size)
{
	static const char parts[][16] = { "code", "read-only data", "data" };
	const struct fault_segment *segment = segment_of(f, r);
	const char *map = plan_kind_name((enum plan_kind)r->kind);
	size_t used;

	switch ((enum plan_kind)r->kind) {
	case PLAN_SEGMENT:
		used = segment->rights & ELF_WRITE ? 0 : say_own_overflow(f, at, sp, out, size);
		if (!used && !(segment->rights & ELF_WRITE))
			used = say_own_underflow(f, at, sp, out, size);
		if (used)
			return used;
		return say_segment(segment, out, size);
	case PLAN_DIRECT_MAP: case PLAN_IDENTITY_MAP: case PLAN_DEVICE_MAP:
		used = say(out, size, SAY_OF, map);
		return used + fault_place_physical(f, r->pa + (at - r->va), out + used, size - used);
	case PLAN_STACK:
		return say(out, size, SAY_STACK, r->index);
	case PLAN_NET_IMAGE:
		return say(out, size, SAY_NET, parts[r->index < COUNT_OF(parts) ? r->index : 2]);
	default:
		return format(out, size, "%s", map);
	}
}

/* Bytes of a map of physical memory: to the end of memory, and beyond for devices; as far as the device map goes at least. */
static uint64_t window_bytes(const struct fault_places *f)
{
	const struct hobnail_memory *last = f->memory.count ? &f->memory.entries[f->memory.count - 1] : NULL;
	uint64_t end = max_u64(LEAST_WINDOW, last ? last->base + last->bytes : 0);

	for (size_t i = 0; i < f->range_count; i++)
		if (f->ranges[i].kind == PLAN_DEVICE_MAP)
			end = max_u64(end, f->ranges[i].pa + f->ranges[i].bytes);
	return end;
}

static bool in_window(const struct fault_places *f, const struct hole *hole, enum plan_kind kind, vaddr base, vaddr at)
{
	bool beside = (hole->below && hole->below->kind == kind) || (hole->above && hole->above->kind == kind);

	return beside && at >= base && at - base < window_bytes(f);
}

/* Where a device's registers are mapped, as the kernel finds it in the record. */
static size_t say_mapped_at(const struct fault_places *f, paddr at, char *out, size_t size)
{
	for (size_t i = 0; i < f->range_count; i++) {
		const struct plan_range *r = &f->ranges[i];
		if (at - r->pa >= r->bytes)
			continue;
		if (r->kind == PLAN_CONSOLE && in_span(f->console, at))
			return say(out, size, SAY_CONSOLE_AT, LL(r->va + (f->console.base - r->pa)));
		if (r->kind == PLAN_FRAMEBUFFER && in_span(f->framebuffer, at))
			return say(out, size, SAY_FRAMEBUFFER_AT, LL(r->va + (f->framebuffer.base - r->pa)));
	}
	for (size_t i = 0; i < f->range_count; i++)
		if (f->ranges[i].kind == PLAN_DEVICE_MAP && at - f->ranges[i].pa < f->ranges[i].bytes)
			return say(out, size, SAY_DEVICE_AT, LL(f->ranges[i].va + (at - f->ranges[i].pa)));
	return say_any(out, size, f->has_device_map ? SAY_NOT_IN_DEVICE_MAP : SAY_NO_DEVICE_MAP);
}

static size_t say_left_out(const struct fault_places *f, const char *map, paddr at, bool direct, char *out, size_t size)
{
	size_t used = say(out, size, SAY_LEFT_OUT, LL(at), map);

	used += fault_place_physical(f, at, out + used, size - used);
	if (direct && is_device(f, at))
		used += say_mapped_at(f, at, out + used, size - used);
	return used;
}

/* A physical address that was taken for a virtual one. */
static size_t say_physical(const struct fault_places *f, paddr at, char *out, size_t size)
{
	const struct hobnail_memory *entry = memmap_find(&f->memory, at);
	size_t used;

	if (!entry && !in_span(f->console, at) && !in_span(f->framebuffer, at) && !device_at(f, at))
		return 0;
	used = say(out, size, SAY_PHYSICAL);
	used += fault_place_physical(f, at, out + used, size - used);
	if (is_device(f, at))
		used += say_mapped_at(f, at, out + used, size - used);
	else if (memmap_in_direct_map(entry))
		used += say(out + used, size - used, SAY_IN_DIRECT_MAP, LL(at + f->direct_map));
	return used;
}

/* Between two stacks there may be one guard: the nearer one is meant. */
static size_t say_stack(const struct hole *hole, char *out, size_t size)
{
	const struct plan_range *above = hole->above, *below = hole->below;
	size_t used;

	if (below && below->kind == PLAN_STACK && hole->past < PAGE_BYTES && hole->past < hole->before)
		return say(out, size, SAY_ABOVE_STACK, below->index, LL(hole->past));
	if (!above || above->kind != PLAN_STACK || hole->before > NEAR_STACK)
		return 0;
	used = say_any(out, size, hole->before <= PAGE_BYTES ? SAY_IN_GUARD : SAY_BEYOND_GUARD);
	return used + say(out + used, size - used, SAY_BELOW_STACK, above->index, LL(hole->before));
}

static size_t say_neighbour(const struct fault_places *f, const struct hole *hole, vaddr at, uint64_t sp, char *out, size_t size)
{
	const struct plan_range *below = hole->below, *above = hole->above;
	bool behind = below && below->kind == PLAN_SEGMENT && hole->past < NEAR_SEGMENT;
	size_t used = say_own_overflow(f, at, sp, out, size);

	if (!used)
		used = say_own_underflow(f, at, sp, out, size);
	if (used)
		return used;
	if (behind)
		used = say(out, size, SAY_BEHIND, LL(hole->past));
	else if (above && above->kind == PLAN_SEGMENT && hole->before < NEAR_SEGMENT)
		used = say(out, size, SAY_BEFORE, LL(hole->before));
	else
		return 0;
	return used + say_segment(segment_of(f, behind ? below : above), out + used, size - used);
}

static size_t say_hole(const struct fault_places *f, const struct hole *hole, vaddr at, uint64_t sp, char *out, size_t size)
{
	size_t used = say_stack(hole, out, size);

	if (!used)
		used = say_neighbour(f, hole, at, sp, out, size);
	if (used)
		return used;
	if (in_window(f, hole, PLAN_DIRECT_MAP, f->direct_map, at))
		return say_left_out(f, "direct", at - f->direct_map, true, out, size);
	if (f->has_device_map && in_window(f, hole, PLAN_DEVICE_MAP, f->device_map, at))
		return say_left_out(f, "device", at - f->device_map, false, out, size);
	used = say_physical(f, at, out, size);
	return used ? used : say(out, size, SAY_UNKNOWN);
}

size_t fault_place(const struct fault_places *f, vaddr at, bool mapped, uint64_t sp, char *out, size_t size)
{
	struct hole hole;
	const struct plan_range *r = find(f, at, &hole);

	if (at < (r ? PAGE_BYTES : NEAR_NULL))
		return at ? format(out, size, "NULL + %#llx", LL(at)) : format(out, size, "NULL");
	if (!f->range_count && at >> PHYSICAL_BITS)
		return say(out, size, SAY_TOO_HIGH);
	if (!f->range_count) /* translation off */
		return fault_place_physical(f, at, out, size);
	if (r)
		return say_range(f, r, at, sp, out, size);
	return mapped ? say(out, size, SAY_UNKNOWN) : say_hole(f, &hole, at, sp, out, size);
}
