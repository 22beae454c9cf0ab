#include "shared.h"

#include "firmware/world.h"

#include <stdarg.h>
#include <stdio.h>

#include "firmware/fake.h"

char machine_failure[256];

void machine_failed(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	if (!machine_failure[0])
		vsnprintf(machine_failure, sizeof machine_failure, text, arguments);
	va_end(arguments);
}

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
	direct_map = handoff.direct_map;
	move(moved, -direct_map);
	handoff.console.virt = handoff.framebuffer.virt = 0;
}

void places_virtual(void)
{
	move(-moved, direct_map);
}

void mailboxes_fill(paddr root)
{
	const struct handoff_cpu *list = (const struct handoff_cpu *)(uintptr_t)handoff.cpus_phys;

	for (unsigned i = 0; i < handoff.cpu_count; i++) {
		struct hobnail_mailbox *m = (struct hobnail_mailbox *)(uintptr_t)list[i].mailbox;
		m->root = root;
		m->argument = 0x2000 + i;
		m->entry = 0x1000 + i;
	}
}
