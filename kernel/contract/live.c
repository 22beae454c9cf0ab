#include "live.h"

#include "contract/entry.h"
#include "memory.h"

static bool read_entry(void *context, paddr at, uint64_t *out)
{
	const uint64_t *entry = memory_view(context, at, sizeof *entry);

	if (!entry)
		return false;
	*out = *(const volatile uint64_t *)entry;
	return true;
}

/* The granted recursive slot. It exists only on processors with one top-level table for both halves. */
static struct span recursive_slot(const struct hobnail_boot *boot)
{
	for (uint32_t i = 0; i < boot->granted.count; i++) {
		const struct hobnail_grant *g = hobnail_entry(boot, &boot->granted, i);
		if (g->request != HOBNAIL_REQUEST_RECURSIVE)
			continue;
		struct span upper = arch_range(1);
		uint64_t slot = live_slot_bytes();
		return (struct span){ upper.base + (g->value - 256) * slot, slot };
	}
	return (struct span){ 0, 0 };
}

bool live_open(const struct hobnail_boot *boot, struct live *s)
{
	*s = (struct live){ .walker = { .read = read_entry, .context = (void *)(uintptr_t)boot } };
	if (!arch_translation(&s->walker))
		return false;
	s->recursive = recursive_slot(boot);
	return true;
}

/* The size of the hole that a failed walk found: the range of the last entry it read. */
static uint64_t hole_bytes(const struct walk *walk)
{
	return (uint64_t)PAGE_BYTES << 9 * walk->step[walk->steps - 1].level;
}

/* Bytes from va to the end of the naturally aligned block of `block` bytes that holds it. */
static uint64_t rest_of(vaddr va, uint64_t block)
{
	return block - (va & (block - 1));
}

bool live_next(const struct live *s, vaddr from, uint64_t bytes, struct live_leaf *leaf)
{
	uint64_t done = leaf->va + leaf->bytes - from; /* a length, because the range may end with the address space */

	while (done < bytes) {
		vaddr va = from + done;
		uint64_t step;

		if (s->recursive.bytes && va - s->recursive.base < s->recursive.bytes) {
			step = s->recursive.bytes - (va - s->recursive.base);
		} else {
			walk(&s->walker, va, &leaf->walk);
			if (leaf->walk.mapped) {
				leaf->va = va;
				leaf->bytes = min_u64(rest_of(va, leaf->walk.page_bytes), bytes - done);
				return true;
			}
			if (leaf->walk.steps == 0) /* the root cannot be read */
				return false;
			step = rest_of(va, hole_bytes(&leaf->walk));
		}
		done = step >= bytes - done ? bytes : done + step;
	}
	return false;
}

uint64_t live_top_entry(const struct live *s, vaddr va)
{
	struct walk result;

	walk(&s->walker, va, &result);
	return result.steps ? result.step[0].entry : 0;
}

uint64_t live_slot_bytes(void)
{
	return (uint64_t)PAGE_BYTES << 9 * (arch_levels() - 1);
}

bool live_in_net(const struct hobnail_boot *boot, vaddr va, uint64_t bytes)
{
	return va >= boot->net_base && range_within(va - boot->net_base, bytes, live_slot_bytes());
}

bool live_net_executes(const struct hobnail_boot *boot, vaddr va)
{
	struct live s;
	struct walk w;

	if (!live_open(boot, &s))
		return memory_is(boot, va, 1, HOBNAIL_MEMORY_NET);
	walk(&s.walker, va, &w);
	return live_in_net(boot, va, 1) && w.mapped && w.executable;
}
