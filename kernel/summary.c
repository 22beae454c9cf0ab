#include "summary.h"

#include "arch.h"
#include "console.h"
#include "contract/cpus.h"
#include "memory.h"

/* Bytes of all RAM in the direct map, and of the part that is free. */
struct memory_sum {
	uint64_t all, free;
};

static struct memory_sum memory_of(const struct hobnail_boot *boot)
{
	struct memory_sum sum = { 0, 0 };

	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (memory_in_direct_map(m))
			sum.all += m->bytes;
		if (m->type == HOBNAIL_MEMORY_USABLE || m->type == HOBNAIL_MEMORY_FIRMWARE_BOOT)
			sum.free += m->bytes;
	}
	return sum;
}

static void print_memory(const struct hobnail_boot *boot)
{
	struct memory_sum sum = memory_of(boot);

	console_print("pith: memory %lu MiB, %lu MiB of it free\n", (unsigned long)(sum.all >> 20),
	              (unsigned long)(sum.free >> 20));
}

/* Prints how many of the enabled processors have run: this one, and the released ones that arrived. */
static void print_processors(const struct hobnail_boot *boot)
{
	unsigned enabled = 0, parked = 0;

	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *c = hobnail_entry(boot, &boot->cpus, i);
		enabled += (c->flags & HOBNAIL_CPU_ENABLED) != 0;
		parked += (c->flags & HOBNAIL_CPU_PARKED) != 0;
	}
	console_print("pith: CPUs %u of %u\n", 1 + (parked ? cpus_release(boot)->arrived : 0), enabled);
}

static void print_modules(const struct hobnail_boot *boot)
{
	for (uint32_t i = 0; i < boot->modules.count; i++) {
		const struct hobnail_module *m = hobnail_entry(boot, &boot->modules, i);
		console_print("pith: module %.200s, %lu bytes at %#lx\n", hobnail_text(boot, m->path),
		              (unsigned long)m->bytes, (unsigned long)m->phys);
	}
}

static const char *stage_name(uint32_t stage)
{
	static const char *const names[] = {
		[HOBNAIL_STAGE_START] = "start", [HOBNAIL_STAGE_CONFIG] = "config", [HOBNAIL_STAGE_KERNEL] = "kernel",
		[HOBNAIL_STAGE_MODULES] = "modules", [HOBNAIL_STAGE_SPACE] = "space",
		[HOBNAIL_STAGE_RECORD] = "record",
		[HOBNAIL_STAGE_PREFLIGHT] = "preflight", [HOBNAIL_STAGE_EXIT] = "exit",
	};

	return stage < COUNT_OF(names) && names[stage] ? names[stage] : "?";
}

/* Prints the time that each stage took since the one before. */
static void print_stages(const struct hobnail_boot *boot)
{
	uint64_t hz = boot->counter_hz, last = 0;

	console_print("pith: stages");
	for (uint32_t i = 0; i < boot->stages.count; i++) {
		const struct hobnail_stage *s = hobnail_entry(boot, &boot->stages, i);
		uint64_t ticks = s->counter - last;
		if (i > 0 && hz >= 1000000)
			console_print(" %s %lu us", stage_name(s->stage), (unsigned long)(ticks / (hz / 1000000)));
		else if (i > 0)
			console_print(" %s %lu ticks", stage_name(s->stage), (unsigned long)ticks);
		last = s->counter;
	}
	console_print("\n");
}

void summary_print(const struct hobnail_boot *boot, const struct score *score, bool stages)
{
	console_print("pith: contract %u/%u\n", score->held, score->applicable);
	if (!score->trusted)
		return;
	console_print("pith: loaded by %.60s on %.80s, UEFI %u.%u\n", hobnail_text(boot, boot->loader),
	              hobnail_text(boot, boot->firmware), boot->uefi_revision >> 16,
	              (boot->uefi_revision & 0xffff) / 10);
	print_processors(boot);
	print_memory(boot);
	print_modules(boot);
	if (stages)
		print_stages(boot);
}
