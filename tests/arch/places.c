#include "places.h"

#include "firmware/fake.h"

static uint64_t moved, direct_map;

static void move(uint64_t areas, uint64_t mailboxes)
{
	struct handoff_cpu *list = (struct handoff_cpu *)(uintptr_t)handoff.cpus_phys;

	for (unsigned i = 0; i < handoff.cpu_count; i++) {
		list[i].area += areas;
		list[i].mailbox += mailboxes;
	}
	handoff.cpus = (struct handoff_cpu *)((uintptr_t)handoff.cpus + areas);
}

void places_physical(void)
{
	moved = handoff.cpus_phys - (uintptr_t)handoff.cpus;
	direct_map = ((const struct hobnail_boot *)(uintptr_t)handoff.record_phys)->direct_map;
	move(moved, -direct_map);
	handoff.console.virt = handoff.framebuffer.virt = 0;
}

void places_virtual(void)
{
	move(-moved, direct_map);
}
