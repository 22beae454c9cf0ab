/* hobnail.c — the boot record of include/hobnail/boot.h.
 *
 * Built in two parts: record_build() lays out one block and fills in everything but memory; record_finish() converts
 * the last memory map into the room that was kept for it, between GetMemoryMap and ExitBootServices. */
#include "boot.h"
#include "cpus.h"
#include "format.h"
#include "image.h"
#include "log.h"
#include "net.h"
#include "sabotage.h"

#include <string.h>

#define LOADER_NAME "Hobnail 0.1.0"

/* Appends to the record; sized in a first pass with record == NULL. */
struct builder {
	struct hobnail_boot *record;
	uint64_t used;
};

static void *append(struct builder *w, uint64_t bytes, uint64_t alignment)
{
	uint64_t at = align_up(w->used, alignment);

	w->used = at + bytes;
	return w->record ? (uint8_t *)w->record + at : NULL;
}

static struct hobnail_array array(struct builder *w, uint64_t count, uint64_t entry_bytes, uint64_t alignment, void **first)
{
	*first = append(w, count * entry_bytes, alignment);
	return (struct hobnail_array){ (uint32_t)(w->used - count * entry_bytes), (uint32_t)count, (uint32_t)entry_bytes, 0 };
}

static struct hobnail_string string(struct builder *w, struct text text)
{
	char *at = append(w, text.bytes + 1, 1);

	if (at) {
		if (text.bytes)
			memcpy(at, text.at, text.bytes);
		at[text.bytes] = 0;
	}
	return (struct hobnail_string){ (uint32_t)(w->used - text.bytes - 1), (uint32_t)text.bytes };
}

/* ---- Arrays -------------------------------------------------------------------------------------------- */

static void put_segments(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	unsigned count = b->kernel.layout.segment_count;
	void *first;

	r->segments = array(w, count, sizeof(struct hobnail_segment), 8, &first);
	for (unsigned i = 0; first && i < count; i++) {
		const struct plan_segment *s = &b->kernel.segments[i];
		((struct hobnail_segment *)first)[i] = (struct hobnail_segment){ s->virt, s->phys, s->bytes, s->rights, 0 };
	}
}

static void put_modules(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->modules = array(w, b->module_count, sizeof(struct hobnail_module), 8, &first);
	for (unsigned i = 0; i < b->module_count; i++) {
		const struct module *m = &b->modules[i];
		struct hobnail_string path = string(w, m->path), cmdline = string(w, m->cmdline);
		if (first)
			((struct hobnail_module *)first)[i] = (struct hobnail_module){ m->phys, m->bytes, path, cmdline };
	}
}

static void put_framebuffers(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->framebuffers = array(w, b->facts.has_framebuffer, sizeof(struct hobnail_framebuffer), 8, &first);
	if (first && b->facts.has_framebuffer) {
		struct hobnail_framebuffer *fb = first;
		*fb = b->facts.framebuffer;
		fb->virt = b->space.framebuffer.virt;
	}
}

static void put_cpu(const struct boot *b, const struct table_cpu *from, struct hobnail_cpu *cpu)
{
	cpu->hardware_id = from->hardware_id;
	cpu->firmware_id = from->firmware_id;
	cpu->flags = from->enabled ? HOBNAIL_CPU_ENABLED : 0;
	cpu->release = from->release;
	if (from->hardware_id != b->arch.boot_cpu)
		return;
	cpu->flags = HOBNAIL_CPU_BOOT | HOBNAIL_CPU_ENABLED; /* it runs, whatever the tables say */
	cpu->stack_virt = b->space.stack.virt;
	cpu->stack_bytes = b->space.stack.bytes;
}

static void put_cpus(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->cpus = array(w, b->facts.cpu_count, sizeof(struct hobnail_cpu), 64, &first);
	for (size_t i = 0; first && i < b->facts.cpu_count; i++)
		put_cpu(b, &b->facts.cpus[i], (struct hobnail_cpu *)first + i);
}

/* What holds for each request that was made: dropped optional ones are no longer `asked`. */
static uint64_t granted_value(const struct boot *b, uint32_t request)
{
	switch (request) {
	case HOBNAIL_REQUEST_PROTOCOL:
		return HOBNAIL_VERSION;
	case HOBNAIL_REQUEST_STACK:
		return b->space.stack.bytes;
	case HOBNAIL_REQUEST_FRAMEBUFFER:
		return b->facts.framebuffer.width | (uint64_t)b->facts.framebuffer.height << 32;
	default:
		return b->kernel.requests.of[request].value;
	}
}

static void put_grants(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	const struct request *of = b->kernel.requests.of;
	unsigned count = 0;
	void *first;

	for (uint32_t i = 1; i <= REQUEST_LAST; i++)
		count += of[i].asked;
	r->granted = array(w, count, sizeof(struct hobnail_grant), 8, &first);
	for (uint32_t i = 1, at = 0; first && i <= REQUEST_LAST; i++)
		if (of[i].asked)
			((struct hobnail_grant *)first)[at++] =
				(struct hobnail_grant){ i, of[i].required ? HOBNAIL_REQUIRED : 0, granted_value(b, i) };
}

/* As they happen. */
static const uint8_t stage_order[] = {
	HOBNAIL_STAGE_START, HOBNAIL_STAGE_CONFIG, HOBNAIL_STAGE_KERNEL, HOBNAIL_STAGE_MODULES,
	HOBNAIL_STAGE_SPACE, HOBNAIL_STAGE_RECORD, HOBNAIL_STAGE_PREFLIGHT, HOBNAIL_STAGE_EXIT,
};
_Static_assert(COUNT_OF(stage_order) == HOBNAIL_STAGE_LAST, "each stage once");

static void put_stages(struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->stages = array(w, HOBNAIL_STAGE_LAST, sizeof(struct hobnail_stage), 8, &first);
}

/* Entries that the memory map may have while it is made. */
static uint64_t memory_room(const struct boot *b)
{
	return memmap_bound(b->record_descriptors) + 2 * LEDGER_MAX;
}

/* Room for maps, the last things in the record: filled by record_finish(), which moves the second up to the first. */
static void put_maps(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->memory_map = array(w, memory_room(b), sizeof(struct hobnail_memory), 8, &first);
	r->uefi_map = array(w, b->record_descriptors, b->fw.map.descriptor_bytes, 8, &first);
}

/* ---- Plain fields -------------------------------------------------------------------------------------- */

static void put_strings(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	r->kernel_path = string(w, b->entry.kernel);
	r->cmdline = string(w, b->entry.cmdline);
	r->loader = string(w, text_of(LOADER_NAME));
	r->firmware = string(w, text_of(b->facts.vendor));
}

static void put_space(const struct boot *b, struct hobnail_boot *r)
{
	const struct space *s = &b->space;

	r->stack_virt = s->stack.virt;
	r->stack_bytes = s->stack.bytes;
	r->entry_virt = b->kernel.entry;
	if (b->mode.mmu_off)
		return;
	r->valid |= HOBNAIL_HAS_DIRECT_MAP | HOBNAIL_HAS_NET | HOBNAIL_HAS_PAGE_TABLES;
	r->direct_map = s->plan.direct_map;
	if (s->plan.has_device_map) {
		r->valid |= HOBNAIL_HAS_DEVICE_MAP;
		r->device_map = s->plan.device_map;
	}
	r->net_base = s->plan.net_base;
	r->net_bytes = s->plan.net_bytes;
	r->net_index = s->plan.net_index;
	r->net_entry = ((const uint64_t *)memory_at(s->upper.root))[s->plan.net_index];
	r->paging_levels = b->mode.paging_levels;
	r->root = s->upper.root;
	r->lower_root = b->mode.layout->two_roots ? s->lower.root : 0;
}

static void put_machine(const struct boot *b, struct hobnail_boot *r)
{
	const struct facts *f = &b->facts;

	r->exception_level = b->mode.level;
	r->firmware_level = b->arch.firmware_level;
	r->psci = f->psci;
	r->secure_boot = f->secure_boot;
	r->uefi_system_table = (uintptr_t)b->fw.system_table;
	r->uefi_revision = firmware_revision(&b->fw);
	if (f->has_acpi) {
		r->valid |= HOBNAIL_HAS_ACPI;
		r->acpi_rsdp = f->tables.rsdp;
	}
	if (f->tables.smbios) {
		r->valid |= HOBNAIL_HAS_SMBIOS;
		r->smbios = f->tables.smbios;
	}
	if (f->has_fdt) {
		r->valid |= HOBNAIL_HAS_DEVICE_TREE;
		r->device_tree = f->tables.device_tree;
		r->device_tree_bytes = f->fdt.bytes;
	}
	if (f->has_console) {
		r->valid |= HOBNAIL_HAS_CONSOLE;
		r->console = f->console;
		r->console.virt = b->space.console.virt;
	}
	if (firmware_time(&b->fw, &r->boot_time))
		r->valid |= HOBNAIL_HAS_BOOT_TIME;
	if (firmware_random(&b->fw, r->entropy, sizeof r->entropy))
		r->valid |= HOBNAIL_HAS_ENTROPY;
	else
		memset(r->entropy, 0, sizeof r->entropy);
	if (b->kernel.symbols.bytes) {
		r->valid |= HOBNAIL_HAS_SYMBOLS;
		r->symbols_phys = b->kernel.symbols.base;
		r->symbols_bytes = b->kernel.symbols.bytes;
	}
	r->counter_hz = arch_counter_hz();
}

/* ---- Building ------------------------------------------------------------------------------------------ */

/* Everything that has a length. Run twice: for the size, and to fill. */
static void layout(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	append(w, sizeof *r, 64);
	put_segments(b, w, r);
	put_framebuffers(b, w, r);
	put_grants(b, w, r);
	put_stages(w, r);
	put_cpus(b, w, r);
	put_modules(b, w, r);
	put_strings(b, w, r);
	put_maps(b, w, r);
}

enum err record_build(struct boot *b, struct problem *p)
{
	struct hobnail_boot scratch = { 0 };
	struct builder measure = { NULL, 0 };
	paddr at;

	step_set(b, "write the boot record", text_of(""));
	b->record_descriptors = b->fw.map.capacity / b->fw.map.descriptor_bytes;
	layout(b, &measure, &scratch);
	uint64_t bytes = align_up(measure.used, PAGE_BYTES);
	enum err e = firmware_pages(&b->fw, bytes, HOBNAIL_MEMORY_RECORD, &at, p);
	if (!e)
		e = handoff_touch(&handoff, at, bytes, false, b->mode.mmu_off, p);
	if (e)
		return e;
	struct hobnail_boot *r = memory_at(at);
	struct builder fill = { r, 0 };
	/* What follows is written by record_finish(). */
	memset(r, 0, scratch.memory_map.offset);
	layout(b, &fill, r);
	r->magic = HOBNAIL_MAGIC;
	r->version = HOBNAIL_VERSION;
	r->bytes = (uint32_t)bytes;
	r->phys = at;
	r->arch = arch_id;
	r->header_bytes = sizeof *r;
	put_space(b, r);
	put_machine(b, r);
	cpus_record(b, r);
	b->record = r;
	handoff.entry = b->kernel.entry;
	handoff.record = at + r->direct_map;
	handoff.record_phys = at;
	handoff.console = b->facts.console;
	handoff.console.virt = b->space.console.virt;
	handoff.framebuffer = b->facts.framebuffer; /* all zero: there is none */
	handoff.framebuffer.virt = b->space.framebuffer.virt;
	r->log_phys = handoff.net_phys + (uint64_t)((char *)loader_log.text - image_base);
	stage_mark(b, HOBNAIL_STAGE_RECORD);
	return OK;
}

/* ---- The last map -------------------------------------------------------------------------------------- */

/* Give a range of the loader's own a type: one that the map has as the kind of memory that it was asked for. */
static enum err overlay(struct memmap *m, const struct claim *c, struct problem *p)
{
	paddr bad;

	if (!memmap_all(m, c->base, c->bytes, memmap_is_ours, &bad))
		return problem(p, ERR_MAP_LACKS, bad);
	return memmap_set(m, c->base, c->bytes, c->type, p);
}

static bool is_free_or_kernel(const struct hobnail_memory *entry)
{
	return memmap_is_free(entry) || entry->type == HOBNAIL_MEMORY_KERNEL;
}

/* What was free when the kernel was placed must still become free: firmware may have taken some of it since. */
static enum err overlay_destination(const struct boot *b, struct memmap *m, const struct handoff_move *move, struct problem *p)
{
	paddr bad;

	if (memmap_all(m, move->to, move->bytes, is_free_or_kernel, &bad))
		return memmap_set(m, move->to, move->bytes, HOBNAIL_MEMORY_KERNEL, p);
	const struct hobnail_memory *entry = memmap_find(m, bad);
	return problem(p, ERR_DESTINATION_TYPE, bad, entry ? entry->type : 0, kernel_segment_at(&b->kernel, bad));
}

/* What the address space was made from: the survey. Firmware that works for us can allocate and free meanwhile, which
 * changes nothing unless a page begins or ceases to be RAM for the kernel. */
static enum err check_survey(const struct memmap *survey, const struct memmap *now, struct problem *p)
{
	const struct memmap *maps[] = { survey, now };
	paddr changed;

	for (unsigned k = 0; k < 2; k++)
		for (size_t i = 0; i < maps[k]->count; i++) {
			const struct hobnail_memory *e = &maps[k]->entries[i];
			if (memmap_in_direct_map(e) && !memmap_all(maps[!k], e->base, e->bytes, memmap_in_direct_map, &changed))
				return problem(p, ERR_MAP_CHANGED, changed);
		}
	return OK;
}

static enum err overlay_all(struct boot *b, struct memmap *m, struct problem *p)
{
	enum err e = OK;

	for (unsigned i = 0; !e && i < b->fw.claims; i++)
		if (b->fw.ledger[i].type != HOBNAIL_MEMORY_USABLE)
			e = overlay(m, &b->fw.ledger[i], p);
	for (unsigned i = 0; !e && i < handoff.move_count; i++)
		e = overlay_destination(b, m, &handoff.moves[i], p);
	/* Tables that the firmware keeps in memory that would be free: U-Boot and EDK2 do so with the device tree. */
	for (size_t i = 0; !e && i < b->memory.count; i++)
		if (b->memory.entries[i].type == HOBNAIL_MEMORY_ACPI_RECLAIM)
			e = memmap_set_free(m, b->memory.entries[i].base, b->memory.entries[i].bytes, HOBNAIL_MEMORY_ACPI_RECLAIM, p);
	if (!e && b->facts.has_framebuffer)
		e = memmap_set_free(m, b->facts.framebuffer.phys, b->facts.framebuffer.bytes, HOBNAIL_MEMORY_RESERVED, p);
	return e;
}

/* The firmware's own map behind ours, with nothing between them and nothing behind: a kernel may copy the record as a whole,
 * and room that was not needed need not be cleared for that. */
static void put_uefi_map(struct hobnail_boot *r, const struct uefi_map *map, uint32_t version)
{
	uint64_t at = r->memory_map.offset + r->memory_map.count * sizeof(struct hobnail_memory);

	memcpy((uint8_t *)r + at, map->descriptors, map->bytes);
	r->uefi_map.offset = (uint32_t)at;
	r->uefi_map.count = (uint32_t)(map->bytes / map->descriptor_bytes);
	r->uefi_map_version = version;
	r->bytes = (uint32_t)(at + map->bytes);
}

static bool is_kept(const struct hobnail_memory *entry)
{
	return !memmap_is_free(entry);
}

/* A kernel may reuse at once what the map calls usable: nothing of ours is there. */
static enum err check_kept(const struct boot *b, const struct memmap *m, struct problem *p)
{
	for (unsigned i = 0; i < b->fw.claims; i++) {
		const struct claim *c = &b->fw.ledger[i];
		paddr bad;
		if (c->type != HOBNAIL_MEMORY_USABLE && !memmap_all(m, c->base, c->bytes, is_kept, &bad))
			return problem(p, ERR_MAP_USABLE, bad);
	}
	return OK;
}

enum err record_finish(void *boot, const struct uefi_map *map, uint32_t version, struct problem *p)
{
	struct boot *b = boot;
	struct hobnail_boot *r = b->record;
	struct hobnail_stage *stages = (struct hobnail_stage *)(void *)((uint8_t *)r + r->stages.offset);
	struct memmap m = { (struct hobnail_memory *)(void *)((uint8_t *)r + r->memory_map.offset), 0, memory_room(b) };
	uint64_t descriptors = map->bytes / r->uefi_map.entry_bytes;

	if (descriptors > b->record_descriptors || map->descriptor_bytes != r->uefi_map.entry_bytes)
		return problem(p, ERR_RECORD_FULL, descriptors, b->record_descriptors);
	enum err e = memmap_from_uefi(&m, map, p);
	if (!e && !b->mode.mmu_off)
		e = check_survey(&b->memory, &m, p);
	if (!e)
		e = overlay_all(b, &m, p);
	if (!e)
		e = memmap_check(&m, p);
	if (!e)
		e = check_kept(b, &m, p);
	if (e)
		return e;
	sabotage_map(b, &m);
	net_facts_memory(&m);
	r->memory_map.count = (uint32_t)m.count;
	put_uefi_map(r, map, version);
	r->log_bytes = loader_log.used;
	stage_mark(b, HOBNAIL_STAGE_EXIT);
	for (uint32_t i = 0; i < r->stages.count; i++)
		stages[i] = (struct hobnail_stage){ stage_order[i], 0, b->stages[stage_order[i]] };
	return OK;
}
