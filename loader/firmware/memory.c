#include "efi.h"

static enum err allocate(struct firmware *fw, EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE memory, uint64_t bytes, paddr at,
                         uint32_t type, paddr *out, struct problem *p)
{
	EFI_PHYSICAL_ADDRESS where = at;
	EFI_STATUS s = boot_services(fw)->AllocatePages(how, memory, bytes / PAGE_BYTES, &where);

	if (EFI_ERROR(s))
		return problem(p, ERR_NO_MEMORY, bytes, s);
	enum err e = ledger_add(&fw->ledger, where, bytes, type, p);
	if (e)
		boot_services(fw)->FreePages(where, bytes / PAGE_BYTES);
	else
		*out = where;
	return e;
}

/* Not ordinary: memory set apart for a purpose (high-bandwidth, CXL), and memory that cannot be cached. UEFI 2.10,
 * "EFI_BOOT_SERVICES.GetMemoryMap()". */
static bool is_ordinary(uint64_t attributes)
{
	return attributes & EFI_MEMORY_WB && !(attributes & EFI_MEMORY_SP);
}

/* The highest place for the wish in all free descriptors of the map, as it was when it was read; 0: none. */
static paddr best_hole(const struct firmware *fw, const struct page_wish *wish)
{
	const struct firmware_map *map = &fw->map;
	paddr best = 0;

	for (uint64_t at = 0; at + map->descriptor_bytes <= map->bytes; at += map->descriptor_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = (const void *)((const uint8_t *)map->buffer + at);

		if (d->Type != EfiConventionalMemory || !is_ordinary(d->Attribute))
			continue;
		paddr end = d->PhysicalStart + d->NumberOfPages * PAGE_BYTES;
		best = max_u64(best, ledger_highest_place(&fw->ledger, d->PhysicalStart, end, wish));
	}
	return best;
}

/* The place is looked for in the map that we have, and in a new map only if the firmware has taken the place since:
 * EDK2 needs some hundred thousand instructions to list its memory. The other way, to allocate more and free the
 * edges, would make the firmware fill every page. */
static enum err take_aligned(struct firmware *fw, const struct page_wish *wish, paddr *out, struct problem *p)
{
	uint64_t bytes = align_up(wish->bytes, PAGE_BYTES);

	for (unsigned attempt = 0;; attempt++) {
		paddr base = best_hole(fw, wish);
		enum err e = base ? firmware_pages_at(fw, base, bytes, wish->type, p)
		                  : problem(p, ERR_NO_MEMORY, bytes, EFI_OUT_OF_RESOURCES);

		if (e != ERR_NO_MEMORY || attempt == 1) {
			if (!e)
				*out = base;
			return e;
		}
		e = firmware_read_map(fw, p);
		if (e)
			return e;
	}
}

static EFI_MEMORY_TYPE memory_type(const struct page_wish *wish)
{
	if (wish->table)
		return EfiACPIReclaimMemory;
	return wish->code ? EfiLoaderCode : EfiLoaderData;
}

/* A limit and an alignment are not wished for together. */
enum err firmware_take(struct firmware *fw, const struct page_wish *wish, paddr *out, struct problem *p)
{
	uint64_t limit = wish->below ? wish->below : UINT64_MAX, bytes = align_up(wish->bytes, PAGE_BYTES);

	if (wish->alignment)
		return take_aligned(fw, wish, out, p);
	if (wish->at)
		return allocate(fw, AllocateAddress, memory_type(wish), bytes, wish->at, wish->type, out, p);
	return allocate(fw, limit == UINT64_MAX ? AllocateAnyPages : AllocateMaxAddress, memory_type(wish), bytes,
	                limit - 1, wish->type, out, p);
}

enum err firmware_pages(struct firmware *fw, uint64_t bytes, uint32_t type, paddr *out, struct problem *p)
{
	return firmware_take(fw, &(struct page_wish){ .bytes = bytes, .type = type }, out, p);
}

enum err firmware_pages_at(struct firmware *fw, paddr at, uint64_t bytes, uint32_t type, struct problem *p)
{
	paddr where;

	return allocate(fw, AllocateAddress, EfiLoaderData, bytes, at, type, &where, p);
}

bool firmware_hold(struct firmware *fw, paddr page)
{
	return boot_services(fw)->AllocatePages(AllocateAddress, EfiBootServicesData, 1, &page) == EFI_SUCCESS;
}

/* fw->map is a copy, which our own allocations do not change. */
static enum err take_within(void *context, paddr at, uint64_t bytes, uint32_t type, uint64_t *taken, struct problem *p)
{
	struct firmware *fw = context;
	uint64_t sum = 0;
	enum err e = firmware_read_map(fw, p);

	for (uint64_t i = 0; !e && i + fw->map.descriptor_bytes <= fw->map.bytes; i += fw->map.descriptor_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = (const void *)((const uint8_t *)fw->map.buffer + i);
		paddr from = max_u64(d->PhysicalStart, at);
		paddr to = min_u64(d->PhysicalStart + d->NumberOfPages * PAGE_BYTES, at + bytes);

		if (d->Type != EfiConventionalMemory || from >= to || fw->ledger.count >= LEDGER_MAX - LEDGER_RESERVE)
			continue;
		e = firmware_pages_at(fw, from, to - from, type, p);
		sum += to - from;
	}
	if (!e)
		*taken = sum;
	return e;
}

static enum err take(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	return firmware_take(context, wish, out, p);
}

static void *page_at(void *context, paddr page)
{
	(void)context;
	return (void *)(uintptr_t)page;
}

struct pages firmware_as_pages(struct firmware *fw)
{
	return (struct pages){ .take = take, .take_within = take_within, .at = page_at, .ledger = &fw->ledger,
	                       .context = fw };
}

/* Bytes of the claim, which is no longer one; 0: there is none. */
static uint64_t strike(struct ledger *l, paddr at)
{
	for (unsigned i = 0; i < l->count; i++)
		if (l->claims[i].base == at) {
			uint64_t bytes = l->claims[i].bytes;
			l->claims[i] = l->claims[--l->count];
			return bytes;
		}
	return 0;
}

void firmware_release(struct firmware *fw, paddr at)
{
	uint64_t bytes = strike(&fw->ledger, at);

	if (bytes)
		boot_services(fw)->FreePages(at, bytes / PAGE_BYTES);
}

void firmware_leave_claim(struct firmware *fw, paddr at)
{
	(void)strike(&fw->ledger, at);
}

/* A new buffer, in which the map can double and grow by 32 KiB, some 64 entries with each call that may follow: it
 * must still fit when nothing can be allocated. On error the map is unchanged. */
static enum err grow_map(struct firmware *fw, uint64_t bytes, struct problem *p)
{
	struct firmware_map *map = &fw->map;
	uint64_t capacity = align_up(2 * bytes + KIB(32), PAGE_BYTES);
	paddr at;
	enum err e = allocate(fw, AllocateAnyPages, EfiLoaderData, capacity, 0, HOBNAIL_MEMORY_USABLE, &at, p);

	if (e)
		return e;
	if (map->buffer)
		firmware_release(fw, (uintptr_t)map->buffer);
	map->buffer = (void *)(uintptr_t)at;
	map->capacity = capacity;
	map->bytes = 0;
	return OK;
}

enum err firmware_map_room(struct firmware *fw, uint64_t *descriptors, struct problem *p)
{
	UINTN bytes = 0, key, stride;
	uint32_t version;
	EFI_STATUS s = boot_services(fw)->GetMemoryMap(&bytes, NULL, &key, &stride, &version);
	enum err e = s == EFI_BUFFER_TOO_SMALL ? grow_map(fw, bytes, p) : firmware_said(p, s);

	if (!e)
		*descriptors = fw->map.capacity / sizeof(EFI_MEMORY_DESCRIPTOR);
	return e;
}

EFI_STATUS firmware_get_map(struct firmware *fw, EFI_BOOT_SERVICES *bs, UINTN *bytes)
{
	struct firmware_map *map = &fw->map;
	UINTN key, stride = 0;
	uint32_t version;

	*bytes = map->capacity;
	EFI_STATUS s = bs->GetMemoryMap(bytes, map->buffer, &key, &stride, &version);
	if (EFI_ERROR(s))
		return s;
	if (*bytes > map->capacity)
		return EFI_BAD_BUFFER_SIZE; /* the bytes behind the buffer are no map */
	map->bytes = *bytes;
	map->key = key;
	map->descriptor_bytes = stride;
	map->version = version;
	return s;
}

/* The map is asked for again after the buffer has grown: that allocation may itself have split a range. */
enum err firmware_read_map(struct firmware *fw, struct problem *p)
{
	struct firmware_map *map = &fw->map;

	for (unsigned attempt = 0; attempt < 4; attempt++) {
		UINTN bytes;
		EFI_STATUS s = firmware_get_map(fw, boot_services(fw), &bytes);

		if (!EFI_ERROR(s)) {
			uint64_t stride = map->descriptor_bytes;
			return stride < sizeof(EFI_MEMORY_DESCRIPTOR) || stride % sizeof(uint64_t)
			               ? problem(p, ERR_MEMMAP_STRIDE, stride)
			               : OK;
		}
		if (s == EFI_BAD_BUFFER_SIZE && bytes > map->capacity)
			return problem(p, ERR_MEMMAP_BYTES, bytes, map->capacity);
		enum err e = s == EFI_BUFFER_TOO_SMALL ? grow_map(fw, bytes, p) : firmware_said(p, s);
		if (e)
			return e;
	}
	return firmware_said(p, EFI_BUFFER_TOO_SMALL);
}
