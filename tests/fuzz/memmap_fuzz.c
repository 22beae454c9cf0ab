/* The firmware's memory map, then changes to it. The map keeps the promises of memmap.h, and at every address the
 * strongest claim holds. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "memmap.h"

enum { CHANGES = 8, CHANGE_BYTES = 6 };

static uint64_t total(const struct memmap *m)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->count; i++)
		bytes += m->entries[i].bytes;
	return bytes;
}

/* ---- The judge asks every descriptor what holds at one address ---- */

static unsigned claim_of(uint32_t type)
{
	static const uint8_t order[] = {
		HOBNAIL_MEMORY_USABLE, HOBNAIL_MEMORY_FIRMWARE_BOOT, HOBNAIL_MEMORY_SPECIAL,
		HOBNAIL_MEMORY_ACPI_RECLAIM, HOBNAIL_MEMORY_ACPI_NVS, HOBNAIL_MEMORY_RUNTIME_DATA,
		HOBNAIL_MEMORY_RUNTIME_CODE, HOBNAIL_MEMORY_PERSISTENT, HOBNAIL_MEMORY_UNACCEPTED,
		HOBNAIL_MEMORY_MMIO, HOBNAIL_MEMORY_RESERVED, HOBNAIL_MEMORY_BAD,
	};
	unsigned i = 0;

	while (i < COUNT_OF(order) && order[i] != type)
		i++;
	require(i < COUNT_OF(order));
	return i;
}

static uint64_t descriptor_base(const struct uefi_map *map, uint64_t at)
{
	return read_le64((const uint8_t *)map->descriptors + at + 8);
}

/* In bytes; no range holds the last page of all. */
static uint64_t descriptor_bytes(const struct uefi_map *map, uint64_t at)
{
	uint64_t pages = read_le64((const uint8_t *)map->descriptors + at + 24);
	uint64_t most = (UINT64_MAX - PAGE_BYTES + 1 - descriptor_base(map, at)) / PAGE_BYTES;

	return min_u64(pages, most) * PAGE_BYTES;
}

static void judge(const struct memmap *m, const struct uefi_map *map, paddr address)
{
	uint32_t type = 0;
	uint64_t attributes = 0;

	for (uint64_t at = 0; at < map->bytes; at += map->descriptor_bytes) {
		const uint8_t *d = (const uint8_t *)map->descriptors + at;
		uint64_t mine = read_le64(d + 32);
		uint32_t as = memmap_type_of(read_le32(d), mine);
		if (address - descriptor_base(map, at) >= descriptor_bytes(map, at))
			continue;
		bool cached = attributes & 8, mine_cached = mine & 8;
		bool wins = !type ? true : as != type ? claim_of(as) > claim_of(type)
		          : cached != mine_cached ? cached : mine < attributes;
		if (wins) {
			type = as;
			attributes = mine;
		}
	}
	if (address < PAGE_BYTES && (type == HOBNAIL_MEMORY_USABLE || type == HOBNAIL_MEMORY_FIRMWARE_BOOT))
		type = HOBNAIL_MEMORY_RESERVED;
	const struct hobnail_memory *e = memmap_find(m, address);
	require((e ? e->type : 0) == type);
	require(!e || e->attributes == attributes);
}

/* Who wins changes only where a descriptor begins or ends. */
static void judge_all(const struct memmap *m, const struct uefi_map *map)
{
	judge(m, map, PAGE_BYTES);
	for (uint64_t at = 0; at < map->bytes; at += map->descriptor_bytes) {
		judge(m, map, descriptor_base(map, at));
		judge(m, map, descriptor_base(map, at) + descriptor_bytes(map, at));
	}
}

/* ---- Changes ---- */

/* Give some pages near an entry's start another type: page counts stay, and a full map stays as it was. */
static void change(struct memmap *m, const uint8_t *how)
{
	uint64_t near = m->count ? m->entries[how[0] % m->count].base : 0;
	paddr base = near + (uint64_t)(int8_t)how[1] * PAGE_BYTES;
	uint64_t bytes = read_le16(how + 2) * (uint64_t)PAGE_BYTES;
	uint64_t before = total(m);
	size_t count = m->count;
	struct problem p;

	m->capacity = count + how[4] % 3;
	enum err e = memmap_set(m, base, bytes, how[5] % 20, &p);
	require(e == OK || e == ERR_FULL || e == ERR_RANGE);
	require(e == OK || m->count == count);
	require(m->count <= m->capacity && total(m) == before);
	if (memmap_check(m, &p) != OK)
		require(p.value[0] == 0 && m->entries[0].base == 0 && memmap_is_free(&m->entries[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *changes = data + 1;
	size_t head = 1 + CHANGES * CHANGE_BYTES;

	if (size < head)
		return 0;
	struct uefi_map map = { data + head, size - head, data[0] };
	size_t capacity = map.descriptor_bytes ? memmap_bound(map.bytes / map.descriptor_bytes) : 0;
	struct hobnail_memory *entries = calloc(capacity ? capacity : 1, sizeof *entries); /* ASan watches its end */
	require(entries != NULL);
	struct memmap m = { entries, 0, capacity };
	struct problem p;
	enum err e = memmap_from_uefi(&m, &map, &p);
	require(e != ERR_FULL);
	if (!e) {
		require(memmap_check(&m, &p) == OK);
		require(m.count <= capacity / 3 * 2);
		judge_all(&m, &map);
		entries = m.entries = realloc(entries, (capacity + 2 * CHANGES + 1) * sizeof *entries);
		require(entries != NULL);
		for (unsigned i = 0; i < CHANGES; i++)
			change(&m, changes + i * CHANGE_BYTES);
	}
	free(entries);
	return 0;
}
