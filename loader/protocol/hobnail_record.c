/* hobnail_record.c — the boot record of include/hobnail/boot.h: one block. The same code runs twice: first to
 * measure the block, then to fill it. The memory maps come last, between GetMemoryMap and ExitBootServices. */
#include "hobnail.h"

#include "image.h"
#include "log.h"

#include <string.h>

#define LOADER_NAME "Hobnail " LOADER_VERSION

/* Appends to the record. In the first pass, which measures, record is NULL. */
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

static struct hobnail_array array(struct builder *w, uint64_t count, uint64_t entry_bytes, uint64_t alignment,
                                  void **first)
{
	*first = append(w, count * entry_bytes, alignment);
	return (struct hobnail_array){ (uint32_t)(w->used - count * entry_bytes), (uint32_t)count,
	                               (uint32_t)entry_bytes, 0 };
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
	const struct elf_layout *layout = &b->attempt.kernel.layout;
	unsigned count = layout->segment_count;
	void *first;

	r->segments = array(w, count, sizeof(struct hobnail_segment), 8, &first);
	for (unsigned i = 0; first && i < count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		((struct hobnail_segment *)first)[i] = (struct hobnail_segment){ s->run, s->place, s->memory_bytes,
		                                                                 s->rights, 0 };
	}
}

static void put_modules(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->modules = array(w, b->attempt.module_count, sizeof(struct hobnail_module), 8, &first);
	for (unsigned i = 0; i < b->attempt.module_count; i++) {
		const struct config_module *m = &b->entry.modules[i];
		const struct span *at = &b->attempt.modules[i];
		struct hobnail_string path = string(w, m->path), cmdline = string(w, m->cmdline);
		if (first)
			((struct hobnail_module *)first)[i] = (struct hobnail_module){ at->base, at->bytes, path,
			                                                               cmdline };
	}
}

static void put_framebuffers(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->framebuffers = array(w, b->attempt.platform.has_framebuffer, sizeof(struct hobnail_framebuffer), 8, &first);
	if (first && b->attempt.platform.has_framebuffer) {
		struct hobnail_framebuffer *fb = first;
		*fb = b->attempt.platform.framebuffer;
		fb->virt = b->attempt.space.framebuffer.virt;
	}
}

static void put_cpu(const struct boot *b, const struct table_cpu *from, struct hobnail_cpu *cpu)
{
	cpu->hardware_id = from->hardware_id;
	cpu->firmware_id = from->firmware_id;
	cpu->flags = from->enabled ? HOBNAIL_CPU_ENABLED : 0;
	cpu->release = from->release;
	if (from->hardware_id != b->attempt.platform.arch.boot_cpu)
		return;
	cpu->flags = HOBNAIL_CPU_BOOT | HOBNAIL_CPU_ENABLED; /* it runs, whatever the tables say */
	cpu->stack_virt = b->attempt.space.stack.virt;
	cpu->stack_bytes = b->attempt.space.stack.bytes;
}

static void put_cpus(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->cpus = array(w, b->attempt.platform.cpu_count, sizeof(struct hobnail_cpu), 64, &first);
	for (size_t i = 0; first && i < b->attempt.platform.cpu_count; i++)
		put_cpu(b, &b->attempt.platform.cpus[i], (struct hobnail_cpu *)first + i);
}

/* The granted value of a request that was made. Dropped optional requests are no longer `asked`. */
static uint64_t granted_value(const struct boot *b, uint32_t request)
{
	switch (request) {
	case HOBNAIL_REQUEST_PROTOCOL:
		return HOBNAIL_VERSION;
	case HOBNAIL_REQUEST_STACK:
		return b->attempt.space.stack.bytes;
	case HOBNAIL_REQUEST_FRAMEBUFFER:
		return b->attempt.platform.framebuffer.width | (uint64_t)b->attempt.platform.framebuffer.height << 32;
	default:
		return b->hobnail.requests.of[request].value;
	}
}

static void put_grants(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	const struct request *of = b->hobnail.requests.of;
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

/* In the order in which they happen. */
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

/* Room for both maps, the last parts of the record. Every last map fills them again, the firmware's right behind
 * ours. */
static void put_maps(const struct boot *b, struct builder *w, struct hobnail_boot *r)
{
	void *first;

	r->memory_map = array(w, last_map_room(b), sizeof(struct hobnail_memory), 8, &first);
	r->uefi_map = array(w, b->last_map_descriptors, b->last_map_stride, 8, &first);
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
	const struct space *s = &b->attempt.space;

	r->stack_virt = s->stack.virt;
	r->stack_bytes = s->stack.bytes;
	r->entry_virt = b->attempt.kernel.entry;
	if (b->attempt.mode.mmu_off)
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
	r->paging_levels = b->attempt.mode.paging_levels;
	r->root = s->upper.root;
	r->lower_root = b->attempt.mode.layout->two_roots ? s->lower.root : 0;
}

static void put_machine(const struct boot *b, struct hobnail_boot *r)
{
	const struct facts *f = &b->facts;
	const struct platform *m = &b->attempt.platform;

	r->exception_level = b->attempt.mode.level;
	r->firmware_level = b->attempt.platform.arch.firmware_level;
	r->psci = m->psci;
	r->secure_boot = b->secure_boot;
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
	if (m->has_console) {
		r->valid |= HOBNAIL_HAS_CONSOLE;
		r->console = m->console;
		r->console.virt = b->attempt.space.console.virt;
	}
	if (firmware_time(&b->fw, &r->boot_time))
		r->valid |= HOBNAIL_HAS_BOOT_TIME;
	if (firmware_random(&b->fw, r->entropy, sizeof r->entropy))
		r->valid |= HOBNAIL_HAS_ENTROPY;
	else
		memset(r->entropy, 0, sizeof r->entropy);
	if (b->attempt.kernel.symbols.bytes) {
		r->valid |= HOBNAIL_HAS_SYMBOLS;
		r->symbols_phys = b->attempt.kernel.symbols.base;
		r->symbols_bytes = b->attempt.kernel.symbols.bytes;
	}
	r->counter_hz = arch_counter_hz();
}

/* ---- Building ------------------------------------------------------------------------------------------ */

/* All parts of variable length. Called twice: to measure, and to fill. */
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

/* Each processor that is to be started: its entry of the record, its mailbox, and its stack for the kernel to know. */
static void put_other_cpus(const struct attempt *a, struct hobnail_boot *r)
{
	struct handoff *h = a->handoff;
	struct handoff_cpu *cpus = memory_at(h->cpus_phys);

	for (unsigned i = 0; i < h->cpu_count; i++) {
		struct handoff_cpu *c = &cpus[i];
		c->listed = r->phys + r->cpus.offset + c->index * sizeof(struct hobnail_cpu);
		c->mailbox = c->listed + offsetof(struct hobnail_cpu, mailbox) + r->direct_map;
		struct hobnail_cpu *out = memory_at(c->listed);
		out->stack_bytes = a->space.stack.bytes;
		out->stack_virt = c->stack - out->stack_bytes;
	}
}

static void fill_record(struct boot *b, struct hobnail_boot *r, uint64_t bytes)
{
	struct builder fill = { r, 0 };

	layout(b, &fill, r);
	r->magic = HOBNAIL_MAGIC;
	r->version = HOBNAIL_VERSION;
	r->bytes = (uint32_t)bytes;
	r->phys = (uintptr_t)r;
	r->arch = arch_id;
	r->header_bytes = sizeof *r;
	put_space(b, r);
	put_machine(b, r);
	put_other_cpus(&b->attempt, r);
	r->log_phys = handoff.net_phys + (uint64_t)((char *)loader_log.text - image_base);
}

enum err record_build(struct boot *b, struct problem *p)
{
	struct hobnail_boot scratch = { 0 };
	struct builder measure = { NULL, 0 };

	step_set(b, "write the boot record", text_of(""));
	b->last_map_stride = b->fw.map.descriptor_bytes;
	b->last_map_descriptors = b->fw.map.capacity / b->last_map_stride;
	layout(b, &measure, &scratch);
	uint64_t bytes = align_up(measure.used, PAGE_BYTES);
	enum err e = attempt_record(&b->attempt, bytes, p);
	if (e)
		return e;
	paddr at = b->attempt.record.base;
	struct hobnail_boot *r = memory_at(at);
	memset(r, 0, scratch.memory_map.offset); /* the maps, which follow, are written as a whole */
	fill_record(b, r, bytes);
	b->hobnail.record = r;
	b->last_map = (struct memmap){ memory_at(at + r->memory_map.offset), 0, last_map_room(b) };
	stage_mark(b, HOBNAIL_STAGE_RECORD);
	return OK;
}

/* ---- The last map -------------------------------------------------------------------------------------- */

/* Put the firmware's own map right behind ours, and end the record there. A kernel may copy the record as a whole:
 * unused room, which nobody clears, is not in it. */
static void put_uefi_map(struct hobnail_boot *r, const struct uefi_map *map, uint32_t version)
{
	uint64_t at = r->memory_map.offset + r->memory_map.count * sizeof(struct hobnail_memory);

	memcpy((uint8_t *)r + at, map->descriptors, map->bytes);
	r->uefi_map.offset = (uint32_t)at;
	r->uefi_map.count = (uint32_t)(map->bytes / map->descriptor_bytes);
	r->uefi_map_version = version;
	r->bytes = (uint32_t)(at + map->bytes);
}

enum err record_last_map(struct boot *b, const struct uefi_map *map, uint32_t version, struct problem *p)
{
	struct hobnail_boot *r = b->hobnail.record;
	struct hobnail_stage *stages = (struct hobnail_stage *)(void *)((uint8_t *)r + r->stages.offset);

	(void)p;
	r->memory_map.count = (uint32_t)b->last_map.count;
	put_uefi_map(r, map, version);
	r->log_bytes = loader_log.used;
	stage_mark(b, HOBNAIL_STAGE_EXIT);
	for (uint32_t i = 0; i < r->stages.count; i++)
		stages[i] = (struct hobnail_stage){ stage_order[i], 0, b->stages[stage_order[i]] };
	return OK;
}
