#include "fault.h"

#include "contract/entry.h"
#include "memory.h"
#include "live.h"
#include "words.h"

enum { TABLE_ENTRIES = 512 };

static uint64_t own_root[TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));

static void undefined(const struct hobnail_boot *boot)
{
	(void)boot;
	arch_undefined_instruction();
}

static void return_to_zero(const struct hobnail_boot *boot)
{
	(void)boot;
	((void (*)(void))8)();
}

/* docs/protocol.md, "The net": a kernel's own top-level table keeps the net by one entry. A second entry has the
 * kernel; nothing else is mapped, not even the direct map. */
static void with_own_tables(const struct hobnail_boot *boot)
{
	const uint64_t *root = hobnail_virt(boot, boot->root);
	unsigned kernel = (vaddr)own_root / live_slot_bytes() % TABLE_ENTRIES;
	struct live s;
	struct walk w;

	if (!live_open(boot, &s))
		return;
	own_root[kernel] = root[kernel];
	own_root[boot->net_index] = root[boot->net_index];
	walk(&s.walker, (vaddr)own_root, &w);
	arch_root_install(w.phys);
	*(volatile uint64_t *)(uintptr_t)&boot->magic = 0;
}

/* Unmaps the symbols in the net's slot, which the report reads. */
static void while_reporting(const struct hobnail_boot *boot)
{
	struct live s;

	if (!live_open(boot, &s) || !boot->symbols_phys)
		return;
	for (struct live_leaf leaf = { .va = boot->net_base }; live_next(&s, boot->net_base, boot->net_bytes, &leaf);)
		if (leaf.walk.phys == boot->symbols_phys)
			*(volatile uint64_t *)hobnail_virt(boot, leaf.walk.step[leaf.walk.steps - 1].at) = 0;
	arch_root_install(boot->root);
	arch_undefined_instruction();
}

void fault_if_asked(const struct hobnail_boot *boot, const char *words)
{
	static const struct {
		const char *word;
		void (*fault)(const struct hobnail_boot *boot);
	} ways[] = {
		{ "fault", undefined },
		{ "fault-jump", return_to_zero },
		{ "fault-tables", with_own_tables },
		{ "fault-report", while_reporting },
	};

	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (words_have(words, ways[i].word))
			ways[i].fault(boot);
}
