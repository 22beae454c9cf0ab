/* map.c — the memory map (docs/limine.md, "Memory map"). */
#include "judge.h"

struct map_entry map[MAP_MOST];
unsigned map_count;

static uint64_t said_count; /* may be more than there is room for */
static bool unreadable;

void map_gather(void)
{
	struct answer_list a;

	if (!take(REQUEST_MEMORY_MAP, &a, sizeof a))
		return;
	said_count = a.count;
	take_object("the map's pointers", a.pointers, NULL, a.count * sizeof(uint64_t));
	for (uint64_t i = 0; i < a.count && map_count < MAP_MOST; i++) {
		uint64_t at = 0;
		bool good = copy_from(&at, a.pointers + i * sizeof at, sizeof at) &&
		            take_object("a map entry", at, &map[map_count], sizeof map[0]);
		unreadable = unreadable || !good;
		map_count += good;
	}
}

static uint64_t end_of(const struct map_entry *e)
{
	return e->base + e->bytes;
}

static bool meet(const struct map_entry *e, uint64_t base, uint64_t bytes)
{
	return e->base < base + bytes && base < end_of(e);
}

uint64_t map_types(uint64_t base, uint64_t bytes)
{
	uint64_t types = 0;

	for (unsigned i = 0; i < map_count; i++)
		if (meet(&map[i], base, bytes))
			types |= BIT(map[i].type & 63);
	return types;
}

/* The entries ascend, but may overlap: each round continues at the furthest end that covers `at`. */
bool map_within(uint64_t base, uint64_t bytes, uint64_t types)
{
	uint64_t at = base, end = base + bytes;

	while (at < end) {
		uint64_t reach = at;
		for (unsigned i = 0; i < map_count; i++)
			if ((BIT(map[i].type & 63) & types) && map[i].base <= at && end_of(&map[i]) > reach)
				reach = end_of(&map[i]);
		if (reach == at)
			return false;
		at = reach;
	}
	return true;
}

uint64_t map_edge(uint64_t at, uint64_t end)
{
	for (unsigned i = 0; i < map_count; i++) {
		uint64_t edges[] = { map[i].base, map[i].base + map[i].bytes };
		for (unsigned k = 0; k < 2; k++)
			if (edges[k] > at && edges[k] < end)
				end = edges[k];
	}
	return end;
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

static enum verdict check_order(void)
{
	if (map_count == 0)
		return broken("the map has no entry that can be read");
	if (unreadable || map_count != said_count)
		return broken("%u of %lu entries can be read", map_count, said_count);
	for (unsigned i = 1; i < map_count; i++)
		if (map[i].base < map[i - 1].base)
			return broken("entry %u at 0x%lx follows 0x%lx", i, map[i].base, map[i - 1].base);
	return HOLDS;
}

static enum verdict check_types(void)
{
	uint64_t last = revision >= 4 ? MAP_RESERVED_MAPPED : MAP_FRAMEBUFFER;

	for (unsigned i = 0; i < map_count; i++) {
		if (map[i].type > last)
			return broken("entry %u at 0x%lx has type %lu", i, map[i].base, map[i].type);
		if (map[i].bytes == 0 || end_of(&map[i]) < map[i].base)
			return broken("entry %u at 0x%lx has 0x%lx bytes", i, map[i].base, map[i].bytes);
	}
	return HOLDS;
}

static bool is_memory(const struct map_entry *e)
{
	return e->type == MAP_USABLE || e->type == MAP_RECLAIMABLE;
}

static enum verdict check_alignment(void)
{
	for (unsigned i = 0; i < map_count; i++)
		if (is_memory(&map[i]) && ((map[i].base | map[i].bytes) & (PAGE_BYTES - 1)))
			return broken("entry %u of type %lu is 0x%lx, 0x%lx bytes", i, map[i].type, map[i].base,
			              map[i].bytes);
	return HOLDS;
}

static enum verdict check_overlap(void)
{
	for (unsigned i = 0; i < map_count; i++)
		for (unsigned k = 0; k < map_count; k++)
			if (i != k && is_memory(&map[i]) && meet(&map[i], map[k].base, map[k].bytes))
				return broken("entry %u of type %lu at 0x%lx overlaps entry %u of type %lu at 0x%lx", i,
				              map[i].type, map[i].base, k, map[k].type, map[k].base);
	return HOLDS;
}

static enum verdict check_page_0(void)
{
	return map_types(0, PAGE_BYTES) & BIT(MAP_USABLE) ? broken("memory below 0x1000 is usable") : HOLDS;
}

/* A kernel could not start without: something must be free. */
static enum verdict check_usable(void)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < map_count; i++)
		bytes += map[i].type == MAP_USABLE ? map[i].bytes : 0;
	return bytes >= told_number("usable", 1) << 20 ? HOLDS : broken("0x%lx bytes are usable", bytes);
}

static const struct promise promises[] = {
	{ 20, "the memory map can be read, and ascends", 0, NEWEST, check_order },
	{ 21, "its types exist in this base revision, and no entry is empty or wraps", 0, NEWEST, check_types },
	{ 22, "usable and reclaimable memory is whole pages", 0, NEWEST, check_alignment },
	{ 23, "usable and reclaimable memory overlaps nothing", 0, NEWEST, check_overlap },
	{ 24, "page 0 is not usable", 0, 2, check_page_0 },
	{ 25, "there is usable memory", 0, NEWEST, check_usable },
};

const struct chapter map_chapter = { promises, COUNT_OF(promises) };
