#include "memmap.h"

#include <string.h>

/* UEFI 2.10, "EFI_BOOT_SERVICES.AllocatePages()" (§7.2.1): EFI_MEMORY_TYPE, by number. The loader's own allocations
 * read as usable; PAL code is Itanium's. */
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

/* Name and rank of every type: where descriptors overlap, the higher rank wins. In rising order: memory that the
 * kernel may use at once; memory that it may use later; memory that software may read but never own; ranges that must
 * not be touched as RAM at all. */
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

/* ---- From the firmware's descriptors -------------------------------------------------------------------------
 *
 * While the map is made it is a list of steps. A step says what holds from its base to the next step's; its `bytes`
 * are unused. A step of type 0 says that nothing holds. A descriptor is two steps, its base and its end.
 *
 * A base that is lower than the one before it begins a new run of steps. Sound firmware has one run. Two runs are
 * merged as in a merge sort; from each base on the stronger of the two claims holds. So merging sorts, and it resolves
 * overlaps. */

static const struct hobnail_memory nothing;

static bool same_claim(const struct hobnail_memory *a, const struct hobnail_memory *b)
{
	return a->type == b->type && a->attributes == b->attributes;
}

/* The claim that wins where a and b overlap: the less usable type; of one type the range that is not write-back
 * capable; then the smaller attributes, so that the result does not depend on the firmware's order. */
static const struct hobnail_memory *stronger(const struct hobnail_memory *a, const struct hobnail_memory *b)
{
	bool a_cached = a->attributes & EFI_MEMORY_WB;
	bool b_cached = b->attributes & EFI_MEMORY_WB;

	if (a->type != b->type)
		return types[a->type].rank > types[b->type].rank ? a : b;
	if (a_cached != b_cached)
		return b_cached ? a : b;
	return a->attributes < b->attributes ? a : b;
}

/* Append a step: from `base` on `claim` holds. It replaces a step with the same base. It is left out if it changes
 * nothing. */
static void put_step(struct memmap *m, uint64_t base, const struct hobnail_memory *claim)
{
	if (m->count && m->entries[m->count - 1].base == base)
		m->count--;
	if (m->count && same_claim(&m->entries[m->count - 1], claim))
		return;
	m->entries[m->count++] = (struct hobnail_memory){
		.base = base,
		.type = claim->type,
		.attributes = claim->attributes,
	};
}

static size_t run_length(const struct hobnail_memory *steps, size_t most)
{
	size_t n = 0;

	while (n < most && (n == 0 || steps[n].base > steps[n - 1].base))
		n++;
	return n;
}

/* Append two runs as one. `b` may lie in m->entries if a_count slots before it are free: then no step is overwritten
 * before it is read. */
static void put_merged(struct memmap *m, const struct hobnail_memory *a, size_t a_count,
                       const struct hobnail_memory *b, size_t b_count)
{
	const struct hobnail_memory *a_end = a + a_count, *b_end = b + b_count;
	struct hobnail_memory a_now = nothing, b_now = nothing;

	while (a < a_end || b < b_end) {
		uint64_t base = b == b_end || (a < a_end && a->base < b->base) ? a->base : b->base;
		if (a < a_end && a->base == base)
			a_now = *a++;
		if (b < b_end && b->base == base)
			b_now = *b++;
		put_step(m, base, stronger(&a_now, &b_now));
	}
}

/* Merge each two neighbouring runs. The shorter one is copied to `spare`; it has half of all steps at most. The longer
 * one is moved to the end of their slots. */
static void merge_pairs(struct memmap *m, struct hobnail_memory *spare)
{
	struct hobnail_memory *at = m->entries, *end = at + m->count;

	m->count = 0;
	while (at < end) {
		size_t first = run_length(at, (size_t)(end - at));
		size_t second = run_length(at + first, (size_t)(end - at) - first);
		size_t shorter = first < second ? first : second;

		memcpy(spare, first < second ? at : at + first, shorter * sizeof *at);
		if (shorter == second)
			memmove(at + second, at, first * sizeof *at);
		put_merged(m, spare, shorter, at + shorter, first + second - shorter);
		at += first + second;
	}
}

/* Make ranges of the steps. The last step is an end, of type 0. */
static void close_steps(struct memmap *m)
{
	struct hobnail_memory *e = m->entries;
	size_t kept = 0;

	for (size_t i = 0; i < m->count; i++) {
		if (!e[i].type)
			continue;
		e[kept] = e[i];
		e[kept++].bytes = e[i + 1].base - e[i].base;
	}
	m->count = kept;
}

size_t memmap_bound(size_t descriptors)
{
	/* Two steps each, and a spare slot for half of them. 2n steps make 2n - 1 ranges at most; page 0 may add
	 * one. */
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

/* The steps of the descriptors that are not empty, clamped. */
static enum err read_descriptors(struct memmap *m, const struct uefi_map *map, struct problem *p)
{
	for (uint64_t at = 0; at < map->bytes; at += map->descriptor_bytes) {
		const uint8_t *d = (const uint8_t *)map->descriptors + at;
		uint64_t base = read_le64(d + DESCRIPTOR_BASE);
		uint64_t pages = read_le64(d + DESCRIPTOR_PAGES);
		uint64_t attributes = read_le64(d + DESCRIPTOR_ATTRIBUTES);
		uint32_t type = memmap_type_of(read_le32(d + DESCRIPTOR_TYPE), attributes);

		if (!is_aligned(base, PAGE_BYTES))
			return problem_at(p, ERR_MEMMAP_ALIGNED, at, base);
		pages = min_u64(pages, (SPACE_END - base) >> PAGE_SHIFT);
		if (pages == 0)
			continue;
		put_step(m, base, &(struct hobnail_memory){ .type = type, .attributes = attributes });
		put_step(m, base + (pages << PAGE_SHIFT), &nothing);
	}
	return OK;
}

enum err memmap_from_uefi(struct memmap *m, const struct uefi_map *map, struct problem *p)
{
	m->count = 0;
	enum err e = check_shape(m, map, p);
	if (e)
		return e;
	e = read_descriptors(m, map, p);
	if (e) {
		m->count = 0;
		return e;
	}
	/* A pass is O(n) and leaves half as many runs. */
	while (run_length(m->entries, m->count) < m->count)
		merge_pairs(m, m->entries + 2 * (map->bytes / map->descriptor_bytes));
	close_steps(m);
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

/* The entries that a change concerns: [first, last) gets the type, where the parts of e[first] and e[last - 1]
 * outside the range keep theirs; among [merge_first, merge_last] neighbours may come to agree. */
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

/* Cut to the range, give the type, merge; then put back the parts that were cut off. */
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

	/* The rest is counted in bytes, so that a range which wraps ends at a gap and not at once. */
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
