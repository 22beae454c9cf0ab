/* limine_map.c — the memory map in the form of the Limine Boot Protocol: "Memory Map Feature". */
#include "limine.h"

#include <string.h>

uint64_t limine_memory_type(uint32_t type, unsigned revision)
{
	switch (type) {
	case HOBNAIL_MEMORY_USABLE:
	case HOBNAIL_MEMORY_SPECIAL: /* EfiConventionalMemory is usable, whatever its attributes */
		return LIMINE_USABLE;
	case HOBNAIL_MEMORY_FIRMWARE_BOOT:
	case HOBNAIL_MEMORY_TABLES:
	case HOBNAIL_MEMORY_STACKS:
	case HOBNAIL_MEMORY_RECORD:
	case HOBNAIL_MEMORY_NET:
		return LIMINE_BOOTLOADER_RECLAIMABLE;
	case HOBNAIL_MEMORY_KERNEL:
	case HOBNAIL_MEMORY_MODULE:
		return LIMINE_EXECUTABLE_AND_MODULES;
	case HOBNAIL_MEMORY_ACPI_RECLAIM:
		return LIMINE_ACPI_RECLAIMABLE;
	case HOBNAIL_MEMORY_ACPI_NVS:
		return LIMINE_ACPI_NVS;
	case HOBNAIL_MEMORY_RUNTIME_CODE:
	case HOBNAIL_MEMORY_RUNTIME_DATA:
		return revision >= 5 ? LIMINE_RESERVED_MAPPED : LIMINE_RESERVED;
	case HOBNAIL_MEMORY_BAD:
		return LIMINE_BAD_MEMORY;
	default:
		return LIMINE_RESERVED;
	}
}

/* Each range that overrules may split one entry, and is one itself. */
uint64_t limine_map_room(uint64_t entries)
{
	return entries + 2 * (PLAN_MAX_TABLES + 1);
}

struct list {
	struct limine_memory *at;
	uint64_t count;
};

static void append(struct list *l, uint64_t base, uint64_t end, uint64_t type)
{
	struct limine_memory *last = l->count ? &l->at[l->count - 1] : NULL;

	if (base >= end)
		return;
	if (last && last->base + last->length == base && last->type == type)
		last->length += end - base;
	else
		l->at[l->count++] = (struct limine_memory){ base, end - base, type };
}

/* Remove [base, end) from the entries from the first one on, and put one of that type in its place. */
static void overrule(struct list *l, uint64_t base, uint64_t end, uint64_t type)
{
	uint64_t i = 0;

	while (i < l->count && l->at[i].base + l->at[i].length <= base)
		i++;
	if (i < l->count && l->at[i].base < base) { /* split it */
		struct limine_memory *e = &l->at[i];
		memmove(e + 1, e, (l->count - i) * sizeof *e);
		l->count++;
		e[1].length -= base - e[0].base;
		e[0].length = base - e[0].base;
		e[1].base = base;
		i++;
	}
	uint64_t next = i;
	while (next < l->count && l->at[next].base + l->at[next].length <= end)
		next++;
	if (next < l->count && l->at[next].base < end) {
		l->at[next].length -= end - l->at[next].base;
		l->at[next].base = end;
	}
	memmove(&l->at[i + 1], &l->at[next], (l->count - next) * sizeof *l->at);
	l->count += i + 1 - next;
	l->at[i] = (struct limine_memory){ base, end - base, type };
}

uint64_t limine_map(const struct memmap *m, const struct platform *platform, unsigned revision,
                    struct limine_memory *out)
{
	const struct hobnail_framebuffer *fb = &platform->framebuffer;
	struct list l = { out, 0 };

	for (size_t i = 0; i < m->count; i++)
		append(&l, m->entries[i].base, m->entries[i].base + m->entries[i].bytes,
		       limine_memory_type(m->entries[i].type, revision));
	for (size_t i = 0; revision >= 4 && i < platform->table_count; i++)
		overrule(&l, platform->tables[i].base, platform->tables[i].base + platform->tables[i].bytes,
		         LIMINE_RESERVED_MAPPED);
	if (platform->has_framebuffer)
		overrule(&l, align_down(fb->phys, PAGE_BYTES), align_up(fb->phys + fb->bytes, PAGE_BYTES),
		         LIMINE_FRAMEBUFFER_MEMORY);
	return l.count;
}
