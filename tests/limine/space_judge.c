/* space_judge.c — promises about the address space (docs/limine.md, "Address space"). */
#include "judge.h"
#include "machine.h"
#include "space.h"

#define FOUR_GIB (1ull << 32)
#define UPPER    (1ull << 63)

static uint64_t page_down(uint64_t at)
{
	return at & ~(uint64_t)(PAGE_BYTES - 1);
}

static uint64_t page_up(uint64_t at)
{
	return page_down(at + PAGE_BYTES - 1);
}

/* The types whose memory the direct map covers. */
static uint64_t mapped_types(void)
{
	uint64_t narrow = BIT(MAP_USABLE) | BIT(MAP_RECLAIMABLE) | BIT(MAP_EXECUTABLE) | BIT(MAP_FRAMEBUFFER);

	if (revision == 0)
		return ~0ull;
	if (revision <= 2)
		return ~(BIT(MAP_RESERVED) | BIT(MAP_BAD));
	if (revision == 3)
		return narrow;
	return narrow | BIT(MAP_RESERVED_MAPPED) | BIT(MAP_ACPI_RECLAIM) | BIT(MAP_ACPI_NVS);
}

static uint64_t blanket(void)
{
	return revision <= 2 ? FOUR_GIB : 0;
}

/* Is all of [phys, phys + bytes) mapped at `base` + phys? */
static enum verdict covered(const char *what, uint64_t base, uint64_t phys, uint64_t bytes)
{
	for (uint64_t at = phys; at < phys + bytes;) {
		const struct mapping *m = space_find(base + at);
		if (!m)
			return broken("%s: physical 0x%lx is not mapped at 0x%lx", what, at, base + at);
		if (base + at - m->virt + m->phys != at)
			return broken("%s: 0x%lx is mapped to physical 0x%lx", what, base + at,
			              base + at - m->virt + m->phys);
		at = m->virt + m->bytes - base;
	}
	return HOLDS;
}

/* Of a map at `base`, beginning with physical `first`: the blanket and every entry of the types. */
static enum verdict complete(const char *what, uint64_t base, uint64_t first)
{
	if (blanket() && covered(what, base, first, blanket() - first) == BROKEN)
		return BROKEN;
	for (unsigned i = 0; i < map_count; i++) {
		uint64_t from = page_down(map[i].base), to = page_up(map[i].base + map[i].bytes);
		if (!(BIT(map[i].type & 63) & mapped_types()))
			continue;
		from = from < first ? first : from;
		if (from < to && covered(what, base, from, to - from) == BROKEN)
			return BROKEN;
	}
	return HOLDS;
}

static bool in_direct_map(const struct mapping *m)
{
	return m->virt >= hhdm && m->virt - hhdm == m->phys && m->virt < 0xffffffff80000000;
}

/* The first page of the range that `types` does not hold; its end if there is none. Pages inside one entry are passed
 * together. */
static uint64_t first_foreign(uint64_t phys, uint64_t bytes, uint64_t types)
{
	for (uint64_t at = phys; at < phys + bytes;) {
		uint64_t reach = at;
		for (unsigned i = 0; i < map_count; i++)
			if ((BIT(map[i].type & 63) & types) && page_down(map[i].base) <= at &&
			    page_up(map[i].base + map[i].bytes) > reach)
				reach = page_up(map[i].base + map[i].bytes);
		if (reach == at)
			return at;
		at = reach;
	}
	return phys + bytes;
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

static enum verdict check_tables(void)
{
	const struct space_defects *d = &space_defects;

	if (d->table_unreadable)
		return broken("the table at physical 0x%lx is not in the direct map", d->table_unreadable);
	if (d->table_outside)
		return broken("the table at physical 0x%lx is not in reclaimable memory", d->table_outside);
	if (d->wrong_entry)
		return broken("the entry for 0x%lx is not one of this processor", d->wrong_entry & ~1ul);
	return d->too_many ? broken("more than %u ranges are mapped", SPACE_MOST) : HOLDS;
}

static enum verdict check_base(void)
{
	return hhdm >= UPPER && (hhdm & (PAGE_BYTES - 1)) == 0 ? HOLDS : broken("the direct map begins at 0x%lx", hhdm);
}

static enum verdict check_complete(void)
{
	return complete("direct map", hhdm, 0);
}

static enum verdict check_nothing_else(void)
{
	for (unsigned i = 0; i < space_count; i++) {
		const struct mapping *m = &space[i];
		uint64_t from = m->phys < blanket() ? blanket() : m->phys, end = m->phys + m->bytes, foreign;

		if (!in_direct_map(m) || from >= end)
			continue;
		foreign = first_foreign(from, end - from, mapped_types());
		if (foreign < end)
			return broken("the direct map has physical 0x%lx, where the map has types 0x%lx", foreign,
			              map_types(foreign, PAGE_BYTES));
	}
	return HOLDS;
}

static enum verdict check_rights(void)
{
	for (unsigned i = 0; i < space_count; i++)
		if (in_direct_map(&space[i]) && space[i].rights != (RIGHT_WRITE | RIGHT_EXECUTE))
			return broken("rights at 0x%lx are%s%s%s", space[i].virt,
			              space[i].rights & RIGHT_WRITE ? " write" : "",
			              space[i].rights & RIGHT_EXECUTE ? " execute" : "",
			              space[i].rights & RIGHT_USER ? " user" : "");
	return HOLDS;
}

static bool in_a_map(const struct mapping *m)
{
	return in_direct_map(m) || (revision == 0 && m->virt == m->phys);
}

/* The first address of a range that is not write-back and must be. */
static uint64_t first_cacheable(const struct mapping *m)
{
	uint64_t end = m->phys + m->bytes;

	for (uint64_t at = m->phys; at < end; at = page_up(map_edge(at, end))) {
		uint64_t types = map_types(at, PAGE_BYTES);
		bool reserved = (types & ~BIT(MAP_RESERVED)) == 0;
		if (!(types & BIT(MAP_FRAMEBUFFER)) &&
		    !(reserved && machine_memory_is_device(&boot_state, m->memory)))
			return at;
	}
	return end;
}

static enum verdict check_caching(void)
{
	if (!machine_memory_known(&boot_state))
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < space_count; i++) {
		const struct mapping *m = &space[i];
		if (!in_a_map(m) || machine_memory_is_write_back(&boot_state, m->memory))
			continue;
		uint64_t foreign = first_cacheable(m);
		if (foreign < m->phys + m->bytes)
			return broken("physical 0x%lx at 0x%lx has memory type %u", foreign,
			              m->virt + foreign - m->phys, m->memory);
	}
	return HOLDS;
}

static enum verdict check_framebuffer_caching(void)
{
	bool any = false;

	if (!machine_memory_known(&boot_state))
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < map_count; i++) {
		if (map[i].type != MAP_FRAMEBUFFER)
			continue;
		any = true;
		for (uint64_t at = page_down(map[i].base); at < map[i].base + map[i].bytes;) {
			const struct mapping *m = space_find(hhdm + at);
			if (!m)
				return broken("the framebuffer at physical 0x%lx is not in the direct map", at);
			if (!machine_memory_is_framebuffer(&boot_state, m->memory))
				return broken("the framebuffer at physical 0x%lx has memory type %u", at, m->memory);
			at = m->virt + m->bytes - hhdm;
		}
	}
	return any ? HOLDS : NOT_APPLICABLE;
}

static enum verdict check_identity(void)
{
	if (complete("identity map", 0, PAGE_BYTES) == BROKEN)
		return BROKEN;
	for (unsigned i = 0; i < space_count; i++)
		if (space[i].virt < UPPER && space[i].rights != (RIGHT_WRITE | RIGHT_EXECUTE))
			return broken("rights at 0x%lx are 0x%x", space[i].virt, (unsigned)space[i].rights);
	return HOLDS;
}

/* aarch64's lower half has a root of its own, whose contents are unspecified: it is not among the roots. */
static enum verdict check_lower(void)
{
	struct table_root roots[2];

	if (machine_roots(&boot_state, roots) != 1 || roots[0].virt != 0)
		return NOT_APPLICABLE;
	if (space_count && space[0].virt < UPPER)
		return broken("0x%lx is mapped to physical 0x%lx", space[0].virt, space[0].phys);
	return HOLDS;
}

static enum verdict check_user(void)
{
	for (unsigned i = 0; i < space_count; i++)
		if (space[i].rights & RIGHT_USER)
			return broken("user mode may use 0x%lx", space[i].virt);
	return HOLDS;
}

uint64_t paging_mode_due(void)
{
	const struct request *r = &requests[REQUEST_PAGING_MODE];

	if (!request_made(REQUEST_PAGING_MODE))
		return 0;
	return r->own[machine_has_five_levels() ? OWN_PAGING_MODE : OWN_PAGING_MIN].number;
}

static enum verdict check_mode(void)
{
	struct answer_number a;
	uint64_t due = paging_mode_due();

	if (machine_levels(&boot_state) - 4 != due)
		return broken("%u levels, where mode %lu was asked for", machine_levels(&boot_state), due);
	return take(REQUEST_PAGING_MODE, &a, sizeof a) ? expect("the paging mode's answer", a.value, due) : HOLDS;
}

static const struct promise promises[] = {
	{ 30, "page tables are in reclaimable memory", 0, NEWEST, check_tables },
	{ 31, "the direct map begins with a page of the upper half", 0, NEWEST, check_base },
	{ 32, "the direct map has all that it should", 0, NEWEST, check_complete },
	{ 33, "the direct map has nothing else", 1, NEWEST, check_nothing_else },
	{ 34, "the direct map can be read, written and executed", 0, NEWEST, check_rights },
	{ 35, "the direct map is cached write-back, but for framebuffers", 0, NEWEST, check_caching },
	{ 36, "framebuffers have the memory type for them", 0, NEWEST, check_framebuffer_caching },
	{ 37, "the identity map begins at 0x1000 and has all that it should", 0, 0, check_identity },
	{ 38, "the lower half is empty", 1, NEWEST, check_lower },
	{ 39, "user mode may use nothing", 0, NEWEST, check_user },
	{ 40, "the paging mode is the one asked for", 0, NEWEST, check_mode },
};

const struct chapter space_chapter = { promises, COUNT_OF(promises) };
