/* net.c — docs/protocol.md, "Stack" and "The net": the boot stacks, and the slot that they share with the net. */
#include "contract/entry.h"
#include "contract.h"
#include "image.h"
#include "memory.h"
#include "live.h"
#include "space.h"

#define DEFAULT_STACK KIB(64)

/* Is this boot stack large enough, mapped, and in memory of type stacks? */
static enum verdict check_one_stack(const struct hobnail_boot *boot, vaddr virt, uint64_t bytes, struct finding *f)
{
	const struct space_want want = { HOBNAIL_WRITE, WALK_NORMAL, true };
	uint64_t least = image_request(HOBNAIL_REQUEST_STACK, DEFAULT_STACK);
	struct live s;

	if (!is_aligned(virt | bytes, PAGE_BYTES) || bytes < least)
		return broken(f, "got %lu bytes at %#lx, want %lu", (unsigned long)bytes, (unsigned long)virt,
		              (unsigned long)least);
	if (!live_open(boot, &s)) {
		if (!memory_is(boot, virt, bytes, HOBNAIL_MEMORY_STACKS))
			return broken(f, "%#lx is not in memory of type stacks", (unsigned long)virt);
		return HOLDS;
	}
	for (struct live_leaf leaf = { .va = virt }; live_next(&s, virt, bytes, &leaf);)
		if (!memory_is(boot, leaf.walk.phys, leaf.bytes, HOBNAIL_MEMORY_STACKS))
			return broken(f, "%#lx is mapped to %#lx, not in memory of type stacks", (unsigned long)leaf.va,
			              (unsigned long)leaf.walk.phys);
	enum verdict v = space_check_range(&s, "the stack", virt, 0, bytes, &want, f);
	return v == HOLDS ? holds(f, "%lu KiB", (unsigned long)(bytes >> 10)) : v;
}

static enum verdict check_stack(const struct hobnail_boot *boot, struct finding *f)
{
	return check_one_stack(boot, boot->stack_virt, boot->stack_bytes, f);
}

static enum verdict check_one_guarded(const struct hobnail_boot *boot, vaddr virt, uint64_t bytes, struct finding *f)
{
	const vaddr guards[] = { virt - PAGE_BYTES, virt + bytes };
	struct live s;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	for (size_t i = 0; i < COUNT_OF(guards); i++) {
		struct walk w;
		walk(&s.walker, guards[i], &w);
		if (w.mapped)
			return broken(f, "%#lx is mapped", (unsigned long)guards[i]);
	}
	return HOLDS;
}

static enum verdict check_guards(const struct hobnail_boot *boot, struct finding *f)
{
	return check_one_guarded(boot, boot->stack_virt, boot->stack_bytes, f);
}

static const struct hobnail_cpu *parked(const struct hobnail_boot *boot, uint32_t i)
{
	const struct hobnail_cpu *c = hobnail_entry(boot, &boot->cpus, i);

	return c->flags & HOBNAIL_CPU_PARKED ? c : NULL;
}

/* Does its stack overlap neither the stacks before it in the list nor the boot processor's? */
static bool stack_is_own(const struct hobnail_boot *boot, uint32_t i)
{
	const struct hobnail_cpu *c = parked(boot, i);

	for (uint32_t j = 0; j < i; j++) {
		const struct hobnail_cpu *other = parked(boot, j);
		if (other && ranges_overlap(c->stack_virt, c->stack_bytes, other->stack_virt, other->stack_bytes))
			return false;
	}
	return !ranges_overlap(c->stack_virt, c->stack_bytes, boot->stack_virt, boot->stack_bytes);
}

static enum verdict check_other_stacks(const struct hobnail_boot *boot, struct finding *f)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *c = parked(boot, i);
		if (!c)
			continue;
		if (!stack_is_own(boot, i))
			return broken(f, "processor %u shares its stack at %#lx", i, (unsigned long)c->stack_virt);
		if (check_one_stack(boot, c->stack_virt, c->stack_bytes, f) == BROKEN ||
		    check_one_guarded(boot, c->stack_virt, c->stack_bytes, f) == BROKEN)
			return BROKEN;
		count++;
	}
	return count ? holds(f, "%u", count) : not_applicable(f, "no other processor waits");
}

static enum verdict check_net_entry(const struct hobnail_boot *boot, struct finding *f)
{
	struct live s;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	uint64_t slot = live_slot_bytes();
	if (!is_aligned(boot->net_base, slot) || boot->net_bytes == 0 || boot->net_bytes > slot)
		return broken(f, "%#lx bytes at %#lx", (unsigned long)boot->net_bytes, (unsigned long)boot->net_base);
	if (boot->net_index != boot->net_base / slot % 512)
		return expect(f, "net_index", boot->net_index, boot->net_base / slot % 512);
	if (!live_in_net(boot, boot->stack_virt, 1))
		return broken(f, "the stack at %#lx is not in its slot", (unsigned long)boot->stack_virt);
	if (space_segment_meets(boot, boot->net_base, slot))
		return broken(f, "the kernel is in its slot");
	return expect(f, "net_entry", boot->net_entry & ~arch_entry_volatile,
	              live_top_entry(&s, boot->net_base) & ~arch_entry_volatile);
}

static bool is_device_page(const struct hobnail_boot *boot, const struct live_leaf *leaf)
{
	paddr console = align_down(boot->console.phys, PAGE_BYTES);

	if (leaf->va == align_down(boot->console.virt, PAGE_BYTES) && leaf->walk.phys == console)
		return true;
	for (uint32_t i = 0; i < boot->framebuffers.count; i++) {
		const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, i);
		if (leaf->walk.phys - leaf->va == fb->phys - fb->virt)
			return true;
	}
	return false;
}

static enum verdict check_net_contents(const struct hobnail_boot *boot, struct finding *f)
{
	struct live s;
	unsigned leaves = 0;

	if (!live_open(boot, &s))
		return not_applicable(f, space_off);
	vaddr base = align_down(boot->net_base, live_slot_bytes());
	for (struct live_leaf leaf = { .va = base }; live_next(&s, base, live_slot_bytes(), &leaf); leaves++) {
		const struct hobnail_memory *m = memory_find(boot, leaf.walk.phys);
		if (is_device_page(boot, &leaf))
			continue;
		uint32_t type = m ? m->type : 0;
		if (type != HOBNAIL_MEMORY_NET && type != HOBNAIL_MEMORY_STACKS && type != HOBNAIL_MEMORY_TABLES)
			return broken(f, "%#lx maps %#lx, %s", (unsigned long)leaf.va, (unsigned long)leaf.walk.phys,
			              m ? memory_type_name(m->type) : "not in the memory map");
	}
	return holds(f, "%u leaves", leaves);
}

static const struct promise net_promises[] = {
	{ 51, "the stack is mapped, as large as asked, in memory of type stacks", check_stack },
	{ 52, "the pages beside the stack are not mapped", check_guards },
	{ 110, "every parked processor has such a stack of its own", check_other_stacks },
	{ 53, "net_entry is the live top-level entry of net and stack", check_net_entry },
	{ 54, "the net maps nothing of the kernel", check_net_contents },
};

const struct chapter net_chapter = { net_promises, COUNT_OF(net_promises) };
