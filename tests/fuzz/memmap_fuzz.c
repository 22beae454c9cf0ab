/* The firmware's memory map, then changes to it: whatever comes in, the map keeps the promises of memmap.h. */
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
	struct hobnail_memory *entries = calloc(capacity + 2 * CHANGES + 1, sizeof *entries);
	require(entries != NULL);
	struct memmap m = { entries, 0, capacity };
	struct problem p;
	enum err e = memmap_from_uefi(&m, &map, &p);
	require(e != ERR_FULL);
	if (!e) {
		require(memmap_check(&m, &p) == OK);
		require(m.count <= capacity);
		for (unsigned i = 0; i < CHANGES; i++)
			change(&m, changes + i * CHANGE_BYTES);
	}
	free(entries);
	return 0;
}
