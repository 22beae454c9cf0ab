#include "efi.h"

/* Enter an allocation into the ledger, or give it back. */
static enum err claim(struct firmware *fw, paddr base, uint64_t bytes, uint32_t type, struct problem *p)
{
	if (fw->claims == LEDGER_MAX) {
		boot_services(fw)->FreePages(base, bytes / PAGE_BYTES);
		return problem(p, ERR_FULL, LEDGER_MAX);
	}
	fw->ledger[fw->claims++] = (struct claim){ base, bytes, type };
	return OK;
}

static enum err allocate(struct firmware *fw, EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE memory, uint64_t bytes, paddr at,
                         uint32_t type, paddr *out, struct problem *p)
{
	EFI_PHYSICAL_ADDRESS where = at;
	EFI_STATUS s = boot_services(fw)->AllocatePages(how, memory, bytes / PAGE_BYTES, &where);

	if (EFI_ERROR(s))
		return problem(p, ERR_NO_MEMORY, bytes, s);
	enum err e = claim(fw, where, bytes, type, p);
	if (!e)
		*out = where;
	return e;
}

/* Not memory set apart for a purpose (high-bandwidth, CXL), nor memory that cannot be cached. UEFI 2.10,
 * "EFI_BOOT_SERVICES.GetMemoryMap()". */
static bool is_ordinary(uint64_t attributes)
{
	return attributes & EFI_MEMORY_WB && !(attributes & EFI_MEMORY_SP);
}

static const struct claim *claim_within(const struct firmware *fw, paddr base, uint64_t bytes)
{
	for (unsigned i = 0; i < fw->claims; i++)
		if (ranges_overlap(base, bytes, fw->ledger[i].base, fw->ledger[i].bytes))
			return &fw->ledger[i];
	return NULL;
}

/* The highest place for `bytes` in [base, end) that lies `offset` past a multiple of the alignment, and where we have
 * claimed nothing; 0: none. */
static paddr highest_place(const struct firmware *fw, paddr base, paddr end, uint64_t bytes, uint64_t alignment,
                           uint64_t offset)
{
	while (end > base && end - base >= bytes && end - bytes >= offset) {
		paddr at = align_down(end - bytes - offset, alignment) + offset;
		if (at < base)
			return 0;
		const struct claim *taken = claim_within(fw, at, bytes);
		if (!taken)
			return at;
		end = taken->base;
	}
	return 0;
}

/* The same in all free descriptors, as the map was when it was read. */
static paddr best_hole(const struct firmware *fw, uint64_t bytes, uint64_t alignment, uint64_t offset)
{
	const struct firmware_map *map = &fw->map;
	paddr best = 0;

	for (uint64_t at = 0; at + map->descriptor_bytes <= map->bytes; at += map->descriptor_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = (const void *)((const uint8_t *)map->buffer + at);

		if (d->Type != EfiConventionalMemory || !is_ordinary(d->Attribute))
			continue;
		best = max_u64(best, highest_place(fw, d->PhysicalStart, d->PhysicalStart + d->NumberOfPages * PAGE_BYTES, bytes,
		                                   alignment, offset));
	}
	return best;
}

enum err firmware_pages_below(struct firmware *fw, uint64_t bytes, uint64_t limit, bool code, uint32_t type, paddr *out,
                              struct problem *p)
{
	return allocate(fw, limit == UINT64_MAX ? AllocateAnyPages : AllocateMaxAddress, code ? EfiLoaderCode : EfiLoaderData,
	                align_up(bytes, PAGE_BYTES), limit - 1, type, out, p);
}

enum err firmware_pages(struct firmware *fw, uint64_t bytes, uint32_t type, paddr *out, struct problem *p)
{
	return firmware_pages_below(fw, bytes, UINT64_MAX, false, type, out, p);
}

/* Asking for more and freeing the edges would cost a firmware fill of every page, and EDK2 needs some hundred thousand
 * instructions to list its memory: the place is looked for in the map that we have, and in a new one only if the
 * firmware has taken it since. */
enum err firmware_pages_aligned(struct firmware *fw, uint64_t bytes, uint64_t alignment, uint64_t offset, uint32_t type,
                                paddr *out, struct problem *p)
{
	bytes = align_up(bytes, PAGE_BYTES);
	for (unsigned attempt = 0;; attempt++) {
		paddr base = best_hole(fw, bytes, alignment, offset);
		enum err e = base ? firmware_pages_at(fw, base, bytes, type, p) : problem(p, ERR_NO_MEMORY, bytes, EFI_OUT_OF_RESOURCES);

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

enum err firmware_pages_at(struct firmware *fw, paddr at, uint64_t bytes, uint32_t type, struct problem *p)
{
	paddr where;

	return allocate(fw, AllocateAddress, EfiLoaderData, bytes, at, type, &where, p);
}

/* Claims that nobody but the steps to come may use: 64 modules, and what the loader itself needs. */
enum { LEDGER_RESERVE = 160 };

/* fw->map is a copy, which our own allocations do not change. */
enum err firmware_pages_within(struct firmware *fw, paddr at, uint64_t bytes, uint32_t type, uint64_t *taken, struct problem *p)
{
	uint64_t sum = 0;
	enum err e = firmware_read_map(fw, p);

	for (uint64_t i = 0; !e && i + fw->map.descriptor_bytes <= fw->map.bytes; i += fw->map.descriptor_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = (const void *)((const uint8_t *)fw->map.buffer + i);
		paddr from = max_u64(d->PhysicalStart, at);
		paddr to = min_u64(d->PhysicalStart + d->NumberOfPages * PAGE_BYTES, at + bytes);

		if (d->Type != EfiConventionalMemory || from >= to || fw->claims >= LEDGER_MAX - LEDGER_RESERVE)
			continue;
		e = firmware_pages_at(fw, from, to - from, type, p);
		sum += to - from;
	}
	if (!e)
		*taken = sum;
	return e;
}

void firmware_release(struct firmware *fw, paddr at)
{
	for (unsigned i = 0; i < fw->claims; i++)
		if (fw->ledger[i].base == at) {
			boot_services(fw)->FreePages(at, fw->ledger[i].bytes / PAGE_BYTES);
			fw->ledger[i] = fw->ledger[--fw->claims];
			return;
		}
}

/* Room for the map to grow by as much again and 32 KiB, some 64 entries with each call that may follow: it must still fit
 * when nothing can be allocated. On error the map as it was stays. */
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
		return EFI_BAD_BUFFER_SIZE; /* what lies behind the buffer is no map */
	map->bytes = *bytes;
	map->key = key;
	map->descriptor_bytes = stride;
	map->version = version;
	return s;
}

/* Ask once more after the buffer has grown: allocating it may itself have split a range. */
enum err firmware_read_map(struct firmware *fw, struct problem *p)
{
	struct firmware_map *map = &fw->map;

	for (unsigned attempt = 0; attempt < 4; attempt++) {
		UINTN bytes;
		EFI_STATUS s = firmware_get_map(fw, boot_services(fw), &bytes);

		if (!EFI_ERROR(s)) {
			uint64_t stride = map->descriptor_bytes;
			return stride < sizeof(EFI_MEMORY_DESCRIPTOR) || stride % sizeof(uint64_t) ? problem(p, ERR_MEMMAP_STRIDE, stride) : OK;
		}
		if (s == EFI_BAD_BUFFER_SIZE && bytes > map->capacity)
			return problem(p, ERR_MEMMAP_BYTES, bytes, map->capacity);
		enum err e = s == EFI_BUFFER_TOO_SMALL ? grow_map(fw, bytes, p) : firmware_said(p, s);
		if (e)
			return e;
	}
	return firmware_said(p, EFI_BUFFER_TOO_SMALL);
}
