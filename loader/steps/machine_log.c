/* machine_log.c — the machine, as verbose = yes shows it. `hobnail run --record` keeps these lines, and `hobnail check
 * --machine` reads them (cli/check/machine.h has the format). */
#include "boot.h"
#include "log.h"
#include "types.h"

#define LL(n) ((unsigned long long)(n))

/* UEFI 2.10, "EFI_MEMORY_TYPE" */
enum { LOADER_CODE = 1, LOADER_DATA = 2 };

/* Memory of boot loaders: ours, and that of programs before us. In the survey it is usable. */
static void log_held(const struct firmware_map *map)
{
	const uint8_t *at = map->buffer;

	for (uint64_t i = 0; i + map->descriptor_bytes <= map->bytes; i += map->descriptor_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = (const void *)(at + i);
		if (d->Type == LOADER_CODE || d->Type == LOADER_DATA)
			log_line("machine: held = %#llx %#llx", LL(d->PhysicalStart),
			         LL(d->NumberOfPages * PAGE_BYTES));
	}
}

void machine_log_memory(const struct boot *b)
{
	const struct memmap *m = &b->attempt.platform.memory;
	const struct arch_facts *f = &b->arch;

	if (!b->verbose)
		return;
	log_line("machine: arch = %u", arch_id);
	log_line("machine: processor = levels %u bits %u leaf %u la57 %u nx %u el %u vhe %u fixed %u id %llu lpa2 %u",
	         f->paging_levels, f->phys_bits, f->max_leaf, f->la57, f->no_execute, f->firmware_level, f->vhe,
	         f->e2h_fixed, LL(f->boot_cpu), f->lpa2);
	log_line("machine: image = %#llx", LL(b->attempt.image->base));
	for (size_t i = 0; i < m->count; i++)
		log_line("machine: memory = %#llx %#llx %#llx %u", LL(m->entries[i].base), LL(m->entries[i].bytes),
		         LL(m->entries[i].attributes), m->entries[i].type);
	log_held(&b->fw.map);
}

void machine_log_devices(const struct boot *b)
{
	const struct platform *m = &b->attempt.platform;
	const struct hobnail_framebuffer *fb = &m->framebuffer;

	if (!b->verbose)
		return;
	log_line("machine: processors = %u", (unsigned)m->cpu_count);
	if (m->has_framebuffer)
		log_line("machine: framebuffer = %#llx %#llx %u %u %u", LL(fb->phys), LL(fb->bytes), fb->width,
		         fb->height, fb->pitch);
}
