/* space.c — the loader's page tables, read once into a list of ranges, and a window of the kernel's own in them. */
#include "judge.h"
#include "machine.h"
#include "space.h"

enum { ENTRIES = 512, LEVELS_MOST = 5, LEVEL_BITS = 9, PAGE_BITS = 12 };

struct mapping space[SPACE_MOST];
unsigned space_count;
uint64_t hhdm;
struct space_defects space_defects;

static uint64_t pages[LEVELS_MOST][ENTRIES]; /* a copy of the table that is read, for each level */

static void add(const struct mapping *m)
{
	struct mapping *last = space_count ? &space[space_count - 1] : NULL;

	if (last && last->virt + last->bytes == m->virt && last->phys + last->bytes == m->phys &&
	    last->rights == m->rights && last->memory == m->memory)
		last->bytes += m->bytes;
	else if (space_count < SPACE_MOST)
		space[space_count++] = *m;
	else
		space_defects.too_many = true;
}

static void note_table(uint64_t phys)
{
	space_defects.tables++;
	if (!space_defects.table_outside && !map_within(phys, PAGE_BYTES, BIT(MAP_RECLAIMABLE)))
		space_defects.table_outside = phys;
}

static void read_table(uint64_t phys, uint64_t virt, unsigned level, uint8_t rights)
{
	note_table(phys);
	if (!copy_from(pages[level], hhdm + phys, PAGE_BYTES)) {
		space_defects.table_unreadable = phys;
		return;
	}
	for (unsigned i = 0; i < ENTRIES; i++) {
		uint64_t bytes = BIT(PAGE_BITS + LEVEL_BITS * level);
		struct table_entry e = machine_entry(&boot_state, pages[level][i], level);
		uint64_t at = virt + i * bytes;

		e.rights &= rights;
		if (e.kind == ENTRY_TABLE && level > 0)
			read_table(e.address, at, level - 1, e.rights);
		else if (e.kind == ENTRY_LEAF)
			add(&(struct mapping){ at, e.address, bytes, e.rights, e.memory });
		else if (e.kind != ENTRY_NONE && !space_defects.wrong_entry)
			space_defects.wrong_entry = at | 1;
	}
}

/* Addresses that one entry of the top-level table translates, as a power of two, and the number of its entries. */
static unsigned top_shift(void)
{
	return PAGE_BITS + LEVEL_BITS * (machine_levels(&boot_state) - 1);
}

static unsigned top_entries(void)
{
	return 1u << (machine_address_bits(&boot_state) - top_shift());
}

/* A table with both halves has a hole in the middle: the addresses above it begin with ones. */
static uint64_t top_address(const struct table_root *root, unsigned index)
{
	uint64_t virt = root->virt + ((uint64_t)index << top_shift());

	if (root->virt == 0 && root->upper && index >= top_entries() / 2)
		virt |= ~(BIT(machine_address_bits(&boot_state)) - 1);
	return virt;
}

static bool top_entry(const struct table_root *root, unsigned index, struct table_entry *e)
{
	uint64_t entry;

	if (!copy_from(&entry, hhdm + root->phys + index * sizeof entry, sizeof entry))
		return false;
	*e = machine_entry(&boot_state, entry, machine_levels(&boot_state) - 1);
	return true;
}

static void read_root(const struct table_root *root)
{
	note_table(root->phys);
	for (unsigned i = 0; i < top_entries(); i++) {
		struct table_entry e;

		if (!top_entry(root, i, &e)) {
			space_defects.table_unreadable = root->phys;
			return;
		}
		if (e.kind == ENTRY_TABLE)
			read_table(e.address, top_address(root, i), machine_levels(&boot_state) - 2, e.rights);
		else if (e.kind != ENTRY_NONE && !space_defects.wrong_entry)
			space_defects.wrong_entry = top_address(root, i) | 1;
	}
}

void space_gather(void)
{
	struct answer_number a;
	struct table_root roots[2];
	unsigned count = machine_roots(&boot_state, roots);

	if (!take(REQUEST_HHDM, &a, sizeof a))
		return;
	hhdm = a.value;
	for (unsigned i = 0; i < count; i++)
		read_root(&roots[i]);
}

const struct mapping *space_find(uint64_t virt)
{
	unsigned low = 0, high = space_count;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (virt < space[middle].virt)
			high = middle;
		else if (virt - space[middle].virt < space[middle].bytes)
			return &space[middle];
		else
			low = middle + 1;
	}
	return NULL;
}

bool space_phys(uint64_t virt, uint64_t *phys)
{
	const struct mapping *m = space_find(virt);

	if (m)
		*phys = virt - m->virt + m->phys;
	return m != NULL;
}

bool pointer_phys(uint64_t pointer, bool physical, uint64_t *phys)
{
	if (!physical && space_phys(pointer, phys))
		return true;
	*phys = physical ? pointer : pointer - hhdm;
	return physical || (revision >= 1 && revision <= 2 && map_types(*phys, 1) == BIT(MAP_RESERVED));
}

/* ---- The window ------------------------------------------------------------------------------------------------- */

#define TABLE __attribute__((aligned(4096)))
static TABLE volatile uint64_t window_tables[LEVELS_MOST - 1][ENTRIES];
static uint64_t window_virt;

/* A free entry of the top-level table, in the kernel's half and not its last. */
static bool free_entry(const struct table_root *root, unsigned *found)
{
	struct table_entry e;

	for (unsigned i = top_entries() - 2; i >= top_entries() / 2; i--) {
		if (!top_entry(root, i, &e))
			return false;
		if (e.kind == ENTRY_NONE) {
			*found = i;
			return true;
		}
	}
	return false;
}

static bool kernel_root(struct table_root *root)
{
	struct table_root roots[2];
	unsigned count = machine_roots(&boot_state, roots);

	for (unsigned i = 0; i < count; i++)
		if (roots[i].upper)
			*root = roots[i];
	return count > 0;
}

bool window_open(void)
{
	struct table_root root;
	unsigned levels = machine_levels(&boot_state), index;
	uint64_t phys, entry;

	if (!kernel_root(&root) || !free_entry(&root, &index))
		return false;
	for (unsigned level = 0; level < levels - 1; level++) {
		if (!space_phys((uint64_t)window_tables[level], &phys))
			return false;
		entry = machine_table_entry(phys);
		if (level < levels - 2)
			window_tables[level + 1][0] = entry;
	}
	if (!copy_safely((void *)(hhdm + root.phys + index * sizeof entry), &entry, sizeof entry))
		return false;
	window_virt = top_address(&root, index);
	machine_flush(window_virt);
	return true;
}

void *window_at(enum window w, uint64_t phys, bool device)
{
	uint64_t virt = window_virt + w * (uint64_t)PAGE_BYTES;

	if (!window_virt)
		return NULL;
	window_tables[0][w] = machine_page_entry(phys & ~(uint64_t)(PAGE_BYTES - 1), device);
	machine_flush(virt);
	return (void *)(virt | (phys & (PAGE_BYTES - 1)));
}

bool phys_copy(void *to, uint64_t phys, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		size_t left = PAGE_BYTES - ((phys + done) & (PAGE_BYTES - 1));
		size_t now = left < bytes - done ? left : bytes - done;
		const void *from = window_at(WINDOW_ANY, phys + done, false);
		if (!from || !copy_safely((uint8_t *)to + done, from, now))
			return false;
		done += now;
	}
	return true;
}
