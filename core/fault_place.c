#include "fault_place.h"

#include "format.h"

enum {
	NEAR_NULL = 65536,       /* a member of a structure that is not there, or an element of an array              */
	NEAR_STACK = 65536,      /* below a stack: frames may be large, and the first access is not always the lowest */
	NEAR_SEGMENT = 1 << 20,
	PHYSICAL_BITS = 52,      /* no processor has wider addresses */
	NEAR_POINTER = 4096,     /* between the stack pointer and an address reached by it */
};

/* A map of physical memory is assumed to be at least so large: devices lie above RAM. */
#define LEAST_WINDOW TIB(1)

#define LL(n) ((unsigned long long)(n))

struct rights { char text[4]; };

static struct rights rights_of(uint32_t elf)
{
	return (struct rights){
		{ elf & ELF_READ ? 'r' : '-', elf & ELF_WRITE ? 'w' : '-', elf & ELF_EXECUTE ? 'x' : '-', 0 },
	};
}

const struct fault_segment *fault_place_segment(const struct fault_places *f, vaddr at)
{
	for (unsigned i = 0; i < f->segment_count; i++)
		if (at - f->segments[i].virt < f->segments[i].bytes)
			return &f->segments[i];
	return NULL;
}

static size_t say_segment(const struct fault_segment *s, char *out, size_t size)
{
	return format(out, size, "segment %u (%s) of the kernel", s->index, rights_of(s->rights).text);
}

static size_t say_unknown(char *out, size_t size)
{
	return format(out, size, "nothing that the loader has mapped");
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

const char *fault_device_name(enum fault_device_kind kind)
{
	static const char *const names[FAULT_DEVICE_KINDS] = {
		[FAULT_LOCAL_APIC] = "the local APIC",
		[FAULT_IOAPIC] = "an I/O APIC",
		[FAULT_HPET] = "the HPET",
		[FAULT_ECAM] = "the configuration space of PCI (ECAM)",
		[FAULT_GIC_DISTRIBUTOR] = "the GIC's distributor",
		[FAULT_GIC_CPU_INTERFACE] = "the GIC's CPU interface",
		[FAULT_GIC_REDISTRIBUTORS] = "the GIC's redistributors",
	};

	return names[kind];
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

	return type == 0 || type == HOBNAIL_MEMORY_MMIO || in_span(f->console, at) || in_span(f->framebuffer, at) ||
	       device_at(f, at);
}

size_t fault_place_physical(const struct fault_places *f, paddr at, char *out, size_t size)
{
	for (unsigned i = 0; i < f->module_count; i++)
		if (at - f->modules[i].base < align_up(f->modules[i].bytes, PAGE_BYTES))
			return format(out, size, "module %u", i);
	for (unsigned i = 0; i < f->segment_count; i++)
		if (at - f->segments[i].phys < f->segments[i].bytes)
			return say_segment(&f->segments[i], out, size);
	if (in_span(f->framebuffer, at))
		return format(out, size, "the framebuffer");
	if (in_span(f->console, at))
		return format(out, size, "the console's registers");
	const struct fault_device *device = device_at(f, at);
	if (device)
		return format(out, size, "%s", fault_device_name(device->kind));
	uint32_t type = type_at(f, at);
	return type ? format(out, size, "memory of type %s", memmap_type_name(type))
	            : format(out, size, "a device, or nothing: not in the memory map");
}

/* ---- Virtual addresses --------------------------------------------------------------------------------- */

/* The surroundings of an address that is in no range. */
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

/* The segment behind a range of kind PLAN_SEGMENT. */
static const struct fault_segment *segment_of(const struct fault_places *f, const struct plan_range *r)
{
	return &f->segments[r->index < f->segment_count ? r->index : 0];
}

/* A kernel's own stack: the stack pointer has just left the bottom of a writable segment. */
static size_t say_own_overflow(const struct fault_places *f, vaddr at, uint64_t sp, char *out, size_t size)
{
	const struct fault_segment *stack = NULL;

	for (unsigned i = 0; i < f->segment_count; i++) {
		const struct fault_segment *s = &f->segments[i];
		if (s->rights & ELF_WRITE && s->virt > at && s->virt - at <= NEAR_STACK &&
		    (!stack || s->virt < stack->virt))
			stack = s;
	}
	if (!stack || distance(at, sp) > NEAR_POINTER)
		return 0;
	return format(out, size,
	              "below segment %u (%s) of the kernel, where the stack pointer comes from: "
	              "stack overflow, by %llu bytes",
	              stack->index, rights_of(stack->rights).text, LL(stack->virt - at));
}

/* ... or its top. A segment reaches to the end of its last page. */
static size_t say_own_underflow(const struct fault_places *f, vaddr at, uint64_t sp, char *out, size_t size)
{
	if (distance(at, sp) > NEAR_POINTER)
		return 0;
	for (unsigned i = 0; i < f->segment_count; i++) {
		const struct fault_segment *s = &f->segments[i];
		vaddr end = align_up(s->virt + s->bytes, PAGE_BYTES);
		if (s->rights & ELF_WRITE && at - end < PAGE_BYTES)
			return format(out, size,
			              "above segment %u (%s) of the kernel, where the stack pointer comes from: "
			              "stack underflow, %llu bytes past its end",
			              s->index, rights_of(s->rights).text, LL(at - end));
	}
	return 0;
}

static size_t say_range(const struct fault_places *f, const struct plan_range *r, vaddr at, uint64_t sp, char *out,
                        size_t size)
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
		used = format(out, size, "%s of ", map);
		return used + fault_place_physical(f, r->pa + (at - r->va), out + used, size - used);
	case PLAN_STACK:
		return format(out, size, "CPU %u's boot stack", r->index);
	case PLAN_NET_IMAGE:
		return format(out, size, "the loader's net: %s", parts[r->index < COUNT_OF(parts) ? r->index : 2]);
	default:
		return format(out, size, "%s", map);
	}
}

/* Assumed bytes of a map of physical memory: to the end of memory, and beyond it for devices; at least as far as the
 * device map goes. */
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

/* The virtual address of a device's registers, which the kernel finds in the record. */
static size_t say_mapped_at(const struct fault_places *f, paddr at, char *out, size_t size)
{
	for (size_t i = 0; i < f->range_count; i++) {
		const struct plan_range *r = &f->ranges[i];
		if (at - r->pa >= r->bytes)
			continue;
		if (r->kind == PLAN_CONSOLE && in_span(f->console, at))
			return format(out, size, ", mapped at console.virt, %#llx",
			              LL(r->va + (f->console.base - r->pa)));
		if (r->kind == PLAN_FRAMEBUFFER && in_span(f->framebuffer, at))
			return format(out, size, ", mapped at its virt, %#llx",
			              LL(r->va + (f->framebuffer.base - r->pa)));
	}
	for (size_t i = 0; i < f->range_count; i++)
		if (f->ranges[i].kind == PLAN_DEVICE_MAP && at - f->ranges[i].pa < f->ranges[i].bytes)
			return format(out, size, ", in the device map at %#llx",
			              LL(f->ranges[i].va + (at - f->ranges[i].pa)));
	return format(out, size, f->has_device_map ? ". The device map leaves it out, too"
	                                           : ". Map it as device memory, or request the device map");
}

static size_t say_left_out(const struct fault_places *f, const char *map, paddr at, bool direct, char *out, size_t size)
{
	size_t used = format(out, size, "physical %#llx, which the %s map leaves out: ", LL(at), map);

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
	used = format(out, size, "no virtual address, but a physical one: ");
	used += fault_place_physical(f, at, out + used, size - used);
	if (is_device(f, at))
		used += say_mapped_at(f, at, out + used, size - used);
	else if (memmap_in_direct_map(entry))
		used += format(out + used, size - used, ", in the direct map at %#llx", LL(at + f->direct_map));
	return used;
}

/* Two stacks may have one guard between them: the nearer stack is meant. */
static size_t say_stack(const struct hole *hole, char *out, size_t size)
{
	const struct plan_range *above = hole->above, *below = hole->below;
	size_t used;

	if (below && below->kind == PLAN_STACK && hole->past < PAGE_BYTES && hole->past < hole->before)
		return format(out, size,
		              "in the guard page above CPU %u's boot stack: stack underflow, %llu bytes past its top",
		              below->index, LL(hole->past));
	if (!above || above->kind != PLAN_STACK || hole->before > NEAR_STACK)
		return 0;
	used = format(out, size, hole->before <= PAGE_BYTES ? "in the guard page" : "beyond the guard page");
	return used + format(out + used, size - used, " below CPU %u's boot stack: stack overflow, by %llu bytes",
	                     above->index, LL(hole->before));
}

static size_t say_neighbour(const struct fault_places *f, const struct hole *hole, vaddr at, uint64_t sp, char *out,
                            size_t size)
{
	const struct plan_range *below = hole->below, *above = hole->above;
	bool behind = below && below->kind == PLAN_SEGMENT && hole->past < NEAR_SEGMENT;
	size_t used = say_own_overflow(f, at, sp, out, size);

	if (!used)
		used = say_own_underflow(f, at, sp, out, size);
	if (used)
		return used;
	if (behind)
		used = format(out, size, "%llu bytes behind ", LL(hole->past));
	else if (above && above->kind == PLAN_SEGMENT && hole->before < NEAR_SEGMENT)
		used = format(out, size, "%llu bytes before ", LL(hole->before));
	else
		return 0;
	return used + say_segment(segment_of(f, behind ? below : above), out + used, size - used);
}

static size_t say_hole(const struct fault_places *f, const struct hole *hole, vaddr at, uint64_t sp, char *out,
                       size_t size)
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
	return used ? used : say_unknown(out, size);
}

size_t fault_place(const struct fault_places *f, vaddr at, bool mapped, uint64_t sp, char *out, size_t size)
{
	struct hole hole;
	const struct plan_range *r = find(f, at, &hole);

	if (at < (r ? PAGE_BYTES : NEAR_NULL))
		return at ? format(out, size, "NULL + %#llx", LL(at)) : format(out, size, "NULL");
	if (!f->range_count && at >> PHYSICAL_BITS)
		return format(out, size,
		              "too high for a physical address, and translation is off: link at physical addresses, "
		              "or switch it on first");
	if (!f->range_count) /* translation off */
		return fault_place_physical(f, at, out, size);
	if (r)
		return say_range(f, r, at, sp, out, size);
	return mapped ? say_unknown(out, size) : say_hole(f, &hole, at, sp, out, size);
}
