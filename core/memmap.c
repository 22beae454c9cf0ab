#include "memmap.h"

#include <string.h>

/* UEFI 2.10, "EFI_BOOT_SERVICES.AllocatePages()" (§7.2.1): EFI_MEMORY_TYPE, by number. What the loader allocated reads
 * as usable; PAL code is Itanium's. */
static const uint8_t efi_types[] = {
	[0] = HOBNAIL_MEMORY_RESERVED,      /* EfiReservedMemoryType      */
	[1] = HOBNAIL_MEMORY_USABLE,        /* EfiLoaderCode              */
	[2] = HOBNAIL_MEMORY_USABLE,        /* EfiLoaderData              */
	[3] = HOBNAIL_MEMORY_FIRMWARE_BOOT, /* EfiBootServicesCode        */
	[4] = HOBNAIL_MEMORY_FIRMWARE_BOOT, /* EfiBootServicesData        */
	[5] = HOBNAIL_MEMORY_RUNTIME_CODE,  /* EfiRuntimeServicesCode     */
	[6] = HOBNAIL_MEMORY_RUNTIME_DATA,  /* EfiRuntimeServicesData     */
	[7] = HOBNAIL_MEMORY_USABLE,        /* EfiConventionalMemory      */
	[8] = HOBNAIL_MEMORY_BAD,           /* EfiUnusableMemory          */
	[9] = HOBNAIL_MEMORY_ACPI_RECLAIM,  /* EfiACPIReclaimMemory       */
	[10] = HOBNAIL_MEMORY_ACPI_NVS,     /* EfiACPIMemoryNVS           */
	[11] = HOBNAIL_MEMORY_MMIO,         /* EfiMemoryMappedIO          */
	[12] = HOBNAIL_MEMORY_MMIO,         /* EfiMemoryMappedIOPortSpace */
	[13] = HOBNAIL_MEMORY_RESERVED,     /* EfiPalCode                 */
	[14] = HOBNAIL_MEMORY_PERSISTENT,   /* EfiPersistentMemory        */
	[15] = HOBNAIL_MEMORY_UNACCEPTED,   /* EfiUnacceptedMemoryType    */
};

enum { EFI_CONVENTIONAL = 7 };

/* UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()" (§7.2.3) */
#define EFI_MEMORY_WB UINT64_C(0x8)     /* can be cached, write-back  */
#define EFI_MEMORY_SP UINT64_C(0x40000) /* special-purpose memory     */

/* EFI_MEMORY_DESCRIPTOR, ibid. */
enum {
	DESCRIPTOR_TYPE = 0,
	DESCRIPTOR_BASE = 8,
	DESCRIPTOR_PAGES = 24,
	DESCRIPTOR_ATTRIBUTES = 32,
	DESCRIPTOR_BYTES = 40,
};

/* One past the last byte that a range may hold. */
#define SPACE_END (UINT64_MAX - PAGE_BYTES + 1)

/* Every type's name and how strongly it claims memory where descriptors overlap: the higher rank wins. First what the
 * kernel may use at once, then what it may use later, then what software may read but never own, then what must not be
 * touched as RAM at all. */
static const struct {
	const char *name;
	uint8_t rank;
	bool direct_map;
} types[] = {
	[HOBNAIL_MEMORY_USABLE] = { "usable", 1, true },
	[HOBNAIL_MEMORY_FIRMWARE_BOOT] = { "firmware boot memory", 2, true },
	[HOBNAIL_MEMORY_SPECIAL] = { "special purpose", 3, false },
	[HOBNAIL_MEMORY_TABLES] = { "page tables", 4, true },
	[HOBNAIL_MEMORY_STACKS] = { "boot stacks", 5, true },
	[HOBNAIL_MEMORY_RECORD] = { "boot record", 6, true },
	[HOBNAIL_MEMORY_NET] = { "net region", 7, true },
	[HOBNAIL_MEMORY_MODULE] = { "module", 8, true },
	[HOBNAIL_MEMORY_KERNEL] = { "kernel", 9, true },
	[HOBNAIL_MEMORY_ACPI_RECLAIM] = { "ACPI reclaimable", 10, true },
	[HOBNAIL_MEMORY_ACPI_NVS] = { "ACPI NVS", 11, true },
	[HOBNAIL_MEMORY_RUNTIME_DATA] = { "runtime data", 12, true },
	[HOBNAIL_MEMORY_RUNTIME_CODE] = { "runtime code", 13, false },
	[HOBNAIL_MEMORY_PERSISTENT] = { "persistent", 14, false },
	[HOBNAIL_MEMORY_UNACCEPTED] = { "unaccepted", 15, false },
	[HOBNAIL_MEMORY_MMIO] = { "device registers", 16, false },
	[HOBNAIL_MEMORY_RESERVED] = { "reserved", 17, false },
	[HOBNAIL_MEMORY_BAD] = { "bad", 18, false },
};

uint32_t memmap_type_of(uint32_t efi_type, uint64_t attributes)
{
	if (efi_type >= COUNT_OF(efi_types))
		return HOBNAIL_MEMORY_RESERVED;
	if (efi_type == EFI_CONVENTIONAL && (attributes & EFI_MEMORY_SP))
		return HOBNAIL_MEMORY_SPECIAL;
	return efi_types[efi_type];
}

static bool is_type(uint32_t type)
{
	return type < COUNT_OF(types) && types[type].name;
}

const char *memmap_type_name(uint32_t type)
{
	return is_type(type) ? types[type].name : "unknown";
}

bool memmap_is_free(const struct hobnail_memory *entry)
{
	return entry->type == HOBNAIL_MEMORY_USABLE || entry->type == HOBNAIL_MEMORY_FIRMWARE_BOOT;
}

bool memmap_is_ours(const struct hobnail_memory *entry)
{
	return entry->type == HOBNAIL_MEMORY_USABLE && entry->attributes & EFI_MEMORY_WB;
}

bool memmap_in_direct_map(const struct hobnail_memory *entry)
{
	return is_type(entry->type) && types[entry->type].direct_map && (entry->attributes & EFI_MEMORY_WB);
}

static uint64_t end_of(const struct hobnail_memory *e)
{
	return e->base + e->bytes;
}

/* Do two entries, a before b, touch and agree? */
static bool can_merge(const struct hobnail_memory *a, const struct hobnail_memory *b)
{
	return end_of(a) == b->base && a->type == b->type && a->attributes == b->attributes;
}

/* ---- Heaps: for the one sort, and for the descriptors that cover the sweep's position ---------------------- */

typedef bool above_fn(const struct hobnail_memory *a, const struct hobnail_memory *b);

static bool above_by_base(const struct hobnail_memory *a, const struct hobnail_memory *b)
{
	return a->base > b->base;
}

/* The claim that wins where a and b overlap: the less usable type; of one type the range that is not write-back
 * capable; then the smaller attributes, so that the result does not depend on the firmware's order. */
static bool above_by_claim(const struct hobnail_memory *a, const struct hobnail_memory *b)
{
	bool a_cached = a->attributes & EFI_MEMORY_WB;
	bool b_cached = b->attributes & EFI_MEMORY_WB;

	if (a->type != b->type)
		return types[a->type].rank > types[b->type].rank;
	if (a_cached != b_cached)
		return b_cached;
	return a->attributes < b->attributes;
}

static OUT_OF_LINE void swap(struct hobnail_memory *a, struct hobnail_memory *b)
{
	struct hobnail_memory t = *a;

	*a = *b;
	*b = t;
}

static void sift_down(struct hobnail_memory *heap, size_t count, size_t i, above_fn *above)
{
	for (size_t child; (child = 2 * i + 1) < count; i = child) {
		if (child + 1 < count && above(&heap[child + 1], &heap[child]))
			child++;
		if (!above(&heap[child], &heap[i]))
			return;
		swap(&heap[child], &heap[i]);
	}
}

static void sift_up(struct hobnail_memory *heap, size_t i, above_fn *above)
{
	for (; i && above(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
}

/* Insertion costs next to nothing when the firmware's order is good, which it mostly is. false: it is not, and too much
 * has been moved already. */
static bool sort_nearly_sorted(struct hobnail_memory *e, size_t count)
{
	size_t moves = 8 * count;

	for (size_t i = 1; i < count; i++) {
		struct hobnail_memory one = e[i];
		size_t at = i;

		for (; at && moves && e[at - 1].base > one.base; at--, moves--)
			e[at] = e[at - 1];
		e[at] = one;
		if (!moves)
			return false;
	}
	return true;
}

static void sort_by_base(struct hobnail_memory *e, size_t count)
{
	if (sort_nearly_sorted(e, count))
		return;
	for (size_t i = count / 2; i-- > 0;)
		sift_down(e, count, i, above_by_base);
	for (size_t left = count; left > 1;) {
		swap(&e[0], &e[--left]);
		sift_down(e, left, 0, above_by_base);
	}
}

/* ---- From the firmware's descriptors ----------------------------------------------------------------------- */

size_t memmap_bound(size_t descriptors)
{
	/* n ranges have 2n ends, hence at most 2n - 1 pieces, and page 0 may add one. The descriptors themselves wait
	 * behind the pieces. */
	return 3 * descriptors;
}

static enum err check_shape(const struct memmap *m, const struct uefi_map *map, struct problem *p)
{
	uint64_t stride = map->descriptor_bytes;

	if (stride < DESCRIPTOR_BYTES || stride % 8 || map->bytes % stride)
		return problem(p, ERR_MEMMAP_STRIDE, map->bytes, stride);
	if (map->bytes / stride > m->capacity / 3)
		return problem(p, ERR_FULL, m->capacity);
	return OK;
}

/* Copy the descriptors that are not empty, clamped. */
static enum err read_descriptors(const struct uefi_map *map, struct hobnail_memory *out, size_t *count, struct problem *p)
{
	size_t n = 0;

	for (uint64_t at = 0; at < map->bytes; at += map->descriptor_bytes) {
		const uint8_t *d = (const uint8_t *)map->descriptors + at;
		uint64_t base = read_le64(d + DESCRIPTOR_BASE);
		uint64_t pages = read_le64(d + DESCRIPTOR_PAGES);
		uint64_t attributes = read_le64(d + DESCRIPTOR_ATTRIBUTES);

		if (!is_aligned(base, PAGE_BYTES))
			return problem_at(p, ERR_MEMMAP_ALIGNED, at, base);
		pages = min_u64(pages, (SPACE_END - base) >> PAGE_SHIFT);
		if (pages == 0)
			continue;
		out[n++] = (struct hobnail_memory){
			.base = base,
			.bytes = pages << PAGE_SHIFT,
			.type = memmap_type_of(read_le32(d + DESCRIPTOR_TYPE), attributes),
			.attributes = attributes,
		};
	}
	*count = n;
	return OK;
}

/* Append [base, end) with the type and attributes of `as`; the map is large enough. */
static void append(struct memmap *m, uint64_t base, uint64_t end, const struct hobnail_memory *as)
{
	struct hobnail_memory piece = *as;

	piece.base = base;
	piece.bytes = end - base;
	if (m->count && can_merge(&m->entries[m->count - 1], &piece))
		m->entries[m->count - 1].bytes += piece.bytes;
	else
		m->entries[m->count++] = piece;
}

/* The ranges in `in` from `next` on wait, ascending by base. Those that the sweep has passed, and that may still cover
 * its position, are a heap in the slots that they have left: in[0 .. active), the strongest claim on top. */
struct sweep {
	struct hobnail_memory *in;
	size_t count;
	size_t next;
	size_t active;
};

static void sweep_enter(struct sweep *s)
{
	s->in[s->active] = s->in[s->next++];
	sift_up(s->in, s->active++, above_by_claim);
}

static void sweep_leave(struct sweep *s)
{
	s->in[0] = s->in[--s->active];
	sift_down(s->in, s->active, 0, above_by_claim);
}

/* Where the claim of `top`, which holds now, ends: at its own end, or where a stronger one begins. */
static uint64_t sweep_until(struct sweep *s, const struct hobnail_memory *top)
{
	for (; s->next < s->count && s->in[s->next].base < end_of(top); sweep_enter(s))
		if (above_by_claim(&s->in[s->next], top))
			return s->in[s->next].base;
	return end_of(top);
}

/* Take over the ranges from `next` on that meet no other: with sound firmware that is all of them. */
static void sweep_alone(struct memmap *m, struct sweep *s)
{
	for (; s->next < s->count; s->next++) {
		const struct hobnail_memory *one = &s->in[s->next];
		if (s->next + 1 < s->count && end_of(one) > one[1].base)
			return;
		append(m, one->base, end_of(one), one);
	}
}

/* Every other range enters and leaves the heap once: O(n log n). */
static void sweep(struct memmap *m, struct hobnail_memory *in, size_t count)
{
	struct sweep s = { in, count, 0, 0 };
	uint64_t at = 0;

	for (;;) {
		while (s.active && end_of(&in[0]) <= at)
			sweep_leave(&s);
		if (!s.active) {
			sweep_alone(m, &s);
			if (s.next == count)
				return;
			at = in[s.next].base;
		}
		while (s.next < count && in[s.next].base <= at)
			sweep_enter(&s);
		struct hobnail_memory top = in[0];
		if (end_of(&top) <= at)
			continue;
		uint64_t end = sweep_until(&s, &top);
		append(m, at, end, &top);
		at = end;
	}
}

enum err memmap_from_uefi(struct memmap *m, const struct uefi_map *map, struct problem *p)
{
	size_t count;

	m->count = 0;
	enum err e = check_shape(m, map, p);
	if (e)
		return e;
	struct hobnail_memory *in = m->entries + 2 * (map->bytes / map->descriptor_bytes);
	e = read_descriptors(map, in, &count, p);
	if (e)
		return e;
	sort_by_base(in, count);
	sweep(m, in, count);
	if (m->count && m->entries[0].base == 0 && memmap_is_free(&m->entries[0]))
		e = memmap_set(m, 0, PAGE_BYTES, HOBNAIL_MEMORY_RESERVED, p);
	return e;
}

/* ---- Changing it -------------------------------------------------------------------------------------------- */

/* Index of the first entry that ends above `address`; m->count if none does. */
static size_t first_above(const struct memmap *m, paddr address)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (end_of(&m->entries[middle]) > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void insert(struct memmap *m, size_t at, struct hobnail_memory entry)
{
	memmove(&m->entries[at + 1], &m->entries[at], (m->count - at) * sizeof *m->entries);
	m->entries[at] = entry;
	m->count++;
}

/* Merge what can be merged among the entries [first, last]. */
static void merge(struct memmap *m, size_t first, size_t last)
{
	struct hobnail_memory *e = m->entries;
	size_t kept = first;

	for (size_t i = first + 1; i <= last; i++) {
		if (can_merge(&e[kept], &e[i]))
			e[kept].bytes += e[i].bytes;
		else
			e[++kept] = e[i];
	}
	memmove(&e[kept + 1], &e[last + 1], (m->count - last - 1) * sizeof *e);
	m->count -= last - kept;
}

/* Would entry i and the one after it merge, once those of [first, last) have the type `type`? */
static bool would_merge(const struct memmap *m, size_t i, size_t first, size_t last, uint32_t type)
{
	struct hobnail_memory a = m->entries[i], b = m->entries[i + 1];

	if (i >= first && i < last)
		a.type = type;
	if (i + 1 >= first && i + 1 < last)
		b.type = type;
	return can_merge(&a, &b);
}

/* The entries that a change concerns: [first, last) gets the type, where the parts of e[first] and e[last - 1] outside the
 * range keep theirs; among [merge_first, merge_last] neighbours may come to agree. */
struct change {
	size_t first, last;
	size_t merge_first, merge_last;
	bool has_head, has_tail;
};

/* A first or last entry that reaches out of the range and has the type already is left out. false: nothing to do. */
static bool find_change(const struct memmap *m, uint64_t base, uint64_t end, uint32_t type, struct change *c)
{
	const struct hobnail_memory *e = m->entries;
	size_t first = first_above(m, base);
	size_t last = first_above(m, end);

	if (last < m->count && e[last].base < end && e[last].type != type)
		last++;
	if (first < last && e[first].base < base && e[first].type == type)
		first++;
	if (first >= last)
		return false;
	*c = (struct change){ .first = first, .last = last };
	c->has_head = e[first].base < base;
	c->has_tail = end_of(&e[last - 1]) > end;
	c->merge_first = first && !c->has_head ? first - 1 : first;
	c->merge_last = last < m->count && !c->has_tail ? last : last - 1;
	return true;
}

static bool change_fits(const struct memmap *m, const struct change *c, uint32_t type)
{
	size_t room = m->capacity - m->count;

	for (size_t i = c->merge_first; i < c->merge_last; i++)
		room += would_merge(m, i, c->first, c->last, type);
	return room >= (size_t)c->has_head + c->has_tail;
}

/* Cut to the range, give the type, merge; then put back what was cut off. */
static void make_change(struct memmap *m, uint64_t base, uint64_t end, uint32_t type, const struct change *c)
{
	struct hobnail_memory *e = m->entries;
	struct hobnail_memory head = e[c->first], tail = e[c->last - 1];
	size_t count = m->count;

	for (size_t i = c->first; i < c->last; i++) {
		uint64_t from = max_u64(e[i].base, base);
		e[i].bytes = min_u64(end_of(&e[i]), end) - from;
		e[i].base = from;
		e[i].type = type;
	}
	merge(m, c->merge_first, c->merge_last);
	if (c->has_tail) {
		tail.bytes = end_of(&tail) - end;
		tail.base = end;
		insert(m, c->last - (count - m->count), tail);
	}
	if (c->has_head) {
		head.bytes = base - head.base;
		insert(m, c->first, head);
	}
}

enum err memmap_set(struct memmap *m, paddr base, uint64_t bytes, uint32_t type, struct problem *p)
{
	struct change c;

	if (!bytes || !is_aligned(base | bytes, PAGE_BYTES) || !sum_fits(base, bytes))
		return problem(p, ERR_RANGE, base, bytes);
	if (!find_change(m, base, base + bytes, type, &c))
		return OK;
	if (!change_fits(m, &c, type))
		return problem(p, ERR_FULL, m->capacity);
	make_change(m, base, base + bytes, type, &c);
	return OK;
}

/* ---- Asking it ---------------------------------------------------------------------------------------------- */

const struct hobnail_memory *memmap_find_from(const struct memmap *m, paddr address)
{
	size_t i = first_above(m, address);

	return i < m->count ? &m->entries[i] : NULL;
}

const struct hobnail_memory *memmap_find(const struct memmap *m, paddr address)
{
	const struct hobnail_memory *e = memmap_find_from(m, address);

	return e && e->base <= address ? e : NULL;
}

bool memmap_all(const struct memmap *m, paddr base, uint64_t bytes, bool (*accept)(const struct hobnail_memory *),
                paddr *first_bad)
{
	paddr at = base;

	/* What is left is counted in bytes, so that a range which wraps ends at a gap and not at once. */
	for (uint64_t left = bytes; left;) {
		const struct hobnail_memory *e = memmap_find(m, at);
		if (!e || !accept(e)) {
			if (first_bad)
				*first_bad = at;
			return false;
		}
		uint64_t step = min_u64(left, end_of(e) - at);
		at += step;
		left -= step;
	}
	return true;
}

enum err memmap_set_free(struct memmap *m, paddr base, uint64_t bytes, uint32_t type, struct problem *p)
{
	paddr at = align_down(base, PAGE_BYTES), end = align_up(base + bytes, PAGE_BYTES);
	enum err e = OK;

	while (!e && at < end) {
		const struct hobnail_memory *entry = memmap_find_from(m, at);
		if (!entry || entry->base >= end)
			break;
		paddr from = max_u64(at, entry->base);
		at = min_u64(end_of(entry), end);
		if (memmap_is_free(entry))
			e = memmap_set(m, from, at - from, type, p);
	}
	return e;
}

static bool entry_is_sound(const struct memmap *m, size_t i)
{
	const struct hobnail_memory *e = &m->entries[i];

	if (!e->bytes || !is_aligned(e->base | e->bytes, PAGE_BYTES) || !sum_fits(e->base, e->bytes))
		return false;
	if (i == 0)
		return e->base != 0 || !memmap_is_free(e);
	return end_of(e - 1) <= e->base && !can_merge(e - 1, e);
}

enum err memmap_check(const struct memmap *m, struct problem *p)
{
	for (size_t i = 0; i < m->count; i++)
		if (!entry_is_sound(m, i))
			return problem(p, ERR_MEMMAP_BROKEN, i, m->entries[i].base, m->entries[i].bytes);
	return OK;
}
