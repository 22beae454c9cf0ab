/* limine_respond.c — fills the block of responses. The same code runs twice: first to measure it, then to fill it. */
#include "limine_respond.h"

#include <string.h>

struct builder {
	uint8_t *block; /* NULL: only measure */
	paddr phys;
	uint64_t virt;  /* of the block, in the direct map */
	uint64_t used;
	uint64_t cmdline; /* the kernel's: also its file's text */
	const struct attempt *a;
	const struct limine *l;
	const struct limine_facts *f;
	struct limine_head *head;
};

static void *take(struct builder *b, uint64_t bytes, uint64_t alignment, uint64_t *virt)
{
	uint64_t at = align_up(b->used, alignment);

	b->used = at + bytes;
	*virt = b->virt + at;
	if (!b->block)
		return NULL;
	return memset(b->block + at, 0, bytes);
}

static uint64_t bytes_of(struct builder *b, const void *from, uint64_t bytes, uint64_t alignment)
{
	uint64_t virt;
	void *at = take(b, bytes, alignment, &virt);

	if (at && bytes)
		memcpy(at, from, bytes);
	return virt;
}

static uint64_t text(struct builder *b, struct text t)
{
	uint64_t virt;
	char *at = take(b, t.bytes + 1, 1, &virt);

	if (at && t.bytes)
		memcpy(at, t.at, t.bytes);
	return virt;
}

/* A path of ours, as that protocol writes it: from /, with / between the parts. */
static uint64_t path(struct builder *b, struct text t)
{
	bool rooted = t.bytes && (t.at[0] == '/' || t.at[0] == '\\');
	uint64_t virt;
	char *at = take(b, t.bytes + 1 + !rooted, 1, &virt);

	for (size_t i = 0; at && i < t.bytes; i++)
		at[i + !rooted] = t.at[i] == '\\' ? '/' : t.at[i];
	if (at && !rooted)
		at[0] = '/';
	return virt;
}

/* The response of a request: its bytes, with the request pointing at it. */
static void *respond(struct builder *b, enum limine_id id, uint64_t bytes, uint64_t revision)
{
	uint64_t virt, *at = take(b, bytes, 8, &virt);

	if (!at)
		return NULL;
	at[0] = revision;
	((struct limine_request *)pages_at(b->a->pages, b->l->of[id].at))->response = virt;
	return at;
}

static paddr physical(const struct builder *b, const void *at)
{
	return b->phys + (uint64_t)((const uint8_t *)at - b->block);
}

static bool asks(const struct builder *b, enum limine_id id)
{
	return limine_asks(b->l, id);
}

static uint64_t direct(const struct builder *b, paddr at)
{
	return at + b->a->space.plan.direct_map;
}

/* A word that has to be there. */
static void word(struct builder *b, enum limine_id id, uint64_t value)
{
	struct limine_word *r = asks(b, id) ? respond(b, id, sizeof *r, 0) : NULL;

	if (r)
		r->value = value;
}

/* ---- Texts and files ------------------------------------------------------------------------------------- */

static void put_texts(struct builder *b)
{
	b->cmdline = text(b, b->f->cmdline);

	if (asks(b, LIMINE_LOADER)) {
		struct limine_loader_info *r = respond(b, LIMINE_LOADER, sizeof *r, 0);
		uint64_t name = text(b, b->f->loader), version = text(b, b->f->version);
		if (r) {
			r->name = name;
			r->version = version;
		}
	}
	word(b, LIMINE_CMDLINE, b->cmdline);
}

static uint64_t file(struct builder *b, struct text where, uint64_t string_at, struct span at)
{
	uint64_t virt, path_at = path(b, where);
	struct limine_file *f = take(b, sizeof *f, 8, &virt);

	if (!f)
		return virt;
	f->address = direct(b, at.base);
	f->size = at.bytes;
	f->path = path_at;
	f->string = string_at;
	f->media = b->f->optical ? LIMINE_MEDIA_OPTICAL : LIMINE_MEDIA_GENERIC;
	f->partition_index = b->f->partition;
	f->mbr_disk_id = b->f->disk_signature;
	memcpy(f->gpt_partition, b->f->partition_id, sizeof f->gpt_partition);
	return virt;
}

static void put_files(struct builder *b)
{
	const struct limine_facts *f = b->f;
	uint64_t list, *files;

	if (asks(b, LIMINE_FILE)) {
		uint64_t at = file(b, f->kernel_path, b->cmdline, b->a->kernel_file);
		word(b, LIMINE_FILE, at);
	}
	if (!asks(b, LIMINE_MODULES) || !f->module_count)
		return;
	struct limine_array *r = respond(b, LIMINE_MODULES, sizeof *r, 1);
	files = take(b, f->module_count * sizeof *files, 8, &list);
	for (unsigned i = 0; i < f->module_count; i++) {
		uint64_t at = file(b, f->modules[i].path, text(b, f->modules[i].string), f->modules[i].at);
		if (files)
			files[i] = at;
	}
	if (r) {
		r->count = f->module_count;
		r->list = list;
	}
}

/* ---- The kernel and its space ------------------------------------------------------------------------------ */

static void put_space(struct builder *b)
{
	static const uint8_t empty[] = { LIMINE_STACK, LIMINE_ENTRY, LIMINE_KEEP_IOMMU };
	const struct attempt *a = b->a;
	const struct elf_segment *first = &a->kernel.layout.segments[0];
	uint64_t page = first->run % PAGE_BYTES;

	for (unsigned i = 0; i < COUNT_OF(empty); i++)
		if (asks(b, empty[i]) && (empty[i] != LIMINE_KEEP_IOMMU || a->arch == HOBNAIL_ARCH_X86_64))
			respond(b, empty[i], sizeof(struct limine_revision), 0);
	word(b, LIMINE_FIRMWARE, 2); /* 64-bit UEFI */
	word(b, LIMINE_HHDM, a->space.plan.direct_map);
	word(b, LIMINE_PAGING, a->mode.paging_levels - 4);
	if (asks(b, LIMINE_ADDRESS)) {
		struct limine_two *r = respond(b, LIMINE_ADDRESS, sizeof *r, 0);
		if (r) {
			r->value[0] = first->place - page;
			r->value[1] = first->run - page;
		}
	}
}

/* ---- Firmware tables ------------------------------------------------------------------------------------------ */

/* "RSDP", "SMBIOS", "EFI System Table Feature": physical in some base revisions. */
static uint64_t table_address(const struct builder *b, paddr at, unsigned last_physical)
{
	bool physical_there = b->l->revision >= 3 && b->l->revision <= last_physical;

	return !at || physical_there ? at : direct(b, at);
}

static void put_tables(struct builder *b)
{
	const struct limine_facts *f = b->f;

	if (f->rsdp)
		word(b, LIMINE_RSDP, table_address(b, f->rsdp, 3));
	word(b, LIMINE_SYSTEM_TABLE, table_address(b, f->system_table, 4));
	if (asks(b, LIMINE_SMBIOS) && (f->smbios_32 || f->smbios_64)) {
		struct limine_two *r = respond(b, LIMINE_SMBIOS, sizeof *r, 0);
		if (r) {
			r->value[0] = table_address(b, f->smbios_32, 4);
			r->value[1] = table_address(b, f->smbios_64, 4);
		}
	}
	if (asks(b, LIMINE_DEVICE_TREE) && f->device_tree)
		word(b, LIMINE_DEVICE_TREE, bytes_of(b, f->device_tree, f->device_tree_bytes, 8));
	if (f->has_date)
		word(b, LIMINE_DATE, f->date);
	if (f->counter_hz)
		word(b, LIMINE_TSC, f->counter_hz);
	if (asks(b, LIMINE_ENTROPY)) {
		uint64_t values = bytes_of(b, f->entropy, f->entropy_count * 8, 8);
		struct limine_array *r = respond(b, LIMINE_ENTROPY, sizeof *r, 0);
		if (r) {
			r->count = f->entropy_count;
			r->list = r->count ? values : 0;
		}
	}
	if (asks(b, LIMINE_TPM_LOG) && f->tpm_log_format) {
		uint64_t log = bytes_of(b, f->tpm_log, f->tpm_log_bytes, 8);
		struct limine_tpm_log *r = respond(b, LIMINE_TPM_LOG, sizeof *r, 0);
		if (r) {
			r->format = f->tpm_log_format;
			r->size = f->tpm_log_bytes;
			r->address = f->tpm_log_bytes ? log : 0;
		}
	}
}

/* ---- Display ----------------------------------------------------------------------------------------------- */

/* A list of one pointer. */
static void put_one(struct builder *b, struct limine_array *r, uint64_t at)
{
	uint64_t list, *only = take(b, sizeof *only, 8, &list);

	if (!r)
		return;
	*only = at;
	r->count = 1;
	r->list = list;
}

/* Pointers to `count` entries of `bytes` each, which begin at `first`. */
static uint64_t pointers(struct builder *b, uint64_t first, uint64_t count, uint64_t bytes)
{
	uint64_t virt, *list = take(b, count * sizeof *list, 8, &virt);

	for (uint64_t i = 0; list && i < count; i++)
		list[i] = first + i * bytes;
	return virt;
}

static void put_framebuffer(struct builder *b)
{
	const struct hobnail_framebuffer *fb = &b->a->platform.framebuffer;
	const struct limine_facts *f = b->f;

	if (!asks(b, LIMINE_FRAMEBUFFER) || !b->a->platform.has_framebuffer)
		return;
	uint64_t edid = f->edid_bytes ? bytes_of(b, f->edid, f->edid_bytes, 8) : 0;
	uint64_t modes = bytes_of(b, f->modes, f->mode_count * sizeof *f->modes, 8);
	uint64_t list = pointers(b, modes, f->mode_count, sizeof *f->modes), at;
	struct limine_framebuffer *out = take(b, sizeof *out, 8, &at);
	put_one(b, respond(b, LIMINE_FRAMEBUFFER, sizeof(struct limine_array), 1), at);
	if (!out)
		return;
	*out = (struct limine_framebuffer){
		.address = direct(b, fb->phys), .width = fb->width, .height = fb->height, .pitch = fb->pitch,
		.bpp = (uint16_t)fb->bits_per_pixel, .model = 1, .edid_bytes = f->edid_bytes, .edid = edid,
		.mode_count = f->mode_count, .modes = list,
	};
	limine_masks(fb, out->masks);
}

/* A font of VGA's form: all 256 characters. */
static uint64_t put_font(struct builder *b)
{
	enum { CHARACTERS = 256 };
	const struct limine_font *f = &b->f->font;
	uint64_t virt;
	uint8_t *at = take(b, CHARACTERS * f->height, 8, &virt);

	for (unsigned c = 0; at && f->height && c < CHARACTERS; c++) {
		unsigned glyph = c >= f->first && c - f->first < f->count ? c - f->first : f->count;
		memcpy(at + c * f->height, f->rows + glyph * f->height, f->height);
	}
	return virt;
}

/* Colours of ANSI terminals, as xterm has them. */
static void put_flanterm(struct builder *b)
{
	static const uint32_t ansi[8] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00,
	                                  0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5 };
	static const uint32_t bright[8] = { 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
	                                    0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
	uint64_t at;

	if (!asks(b, LIMINE_FLANTERM) || !asks(b, LIMINE_FRAMEBUFFER) || !b->a->platform.has_framebuffer)
		return;
	struct limine_flanterm *out = take(b, sizeof *out, 8, &at);
	put_one(b, respond(b, LIMINE_FLANTERM, sizeof(struct limine_array), 0), at);
	uint64_t font = put_font(b);
	if (!out || b->a->platform.framebuffer.bits_per_pixel != 32)
		return;
	memcpy(out->ansi, ansi, sizeof ansi);
	memcpy(out->bright, bright, sizeof bright);
	out->foreground = ansi[7];
	out->bright_background = bright[0];
	out->bright_foreground = bright[7];
	out->font = font;
	out->font_width = 8;
	out->font_height = b->f->font.height;
	out->font_spacing = out->font_scale_x = out->font_scale_y = 1;
}

/* ---- Processors -------------------------------------------------------------------------------------------- */

static bool is_listed(const struct attempt *a, const struct table_cpu *c)
{
	const struct handoff_cpu *cpus = a->handoff->cpu_count ? pages_at(a->pages, a->handoff->cpus_phys) : NULL;

	if (c->hardware_id == a->platform.arch.boot_cpu)
		return true;
	for (unsigned i = 0; i < a->handoff->cpu_count; i++)
		if (cpus[i].hardware_id == c->hardware_id)
			return true;
	return false;
}

/* The entry of a processor that is started: the address of its goto_address is the mailbox. */
static void post(struct builder *b, uint64_t id, paddr info, uint64_t goto_at)
{
	struct handoff *h = b->a->handoff;
	struct handoff_cpu *cpus = h->cpu_count ? pages_at(b->a->pages, h->cpus_phys) : NULL;

	for (unsigned i = 0; i < h->cpu_count; i++)
		if (cpus[i].hardware_id == id) {
			cpus[i].listed = info;
			cpus[i].mailbox = direct(b, info) + goto_at;
		}
}

static void put_cpu(struct builder *b, const struct table_cpu *c, uint64_t *list, unsigned *count)
{
	bool x86 = b->a->arch == HOBNAIL_ARCH_X86_64;
	uint32_t acpi_id = b->f->rsdp ? c->firmware_id : 0;
	uint64_t virt;
	void *at = take(b, x86 ? sizeof(struct limine_cpu_x86_64) : sizeof(struct limine_cpu_aarch64), 8, &virt);

	if (!at)
		return;
	list[(*count)++] = virt;
	if (x86) {
		*(struct limine_cpu_x86_64 *)at = (struct limine_cpu_x86_64){
			.processor_id = acpi_id, .lapic_id = (uint32_t)c->hardware_id,
		};
		post(b, c->hardware_id, physical(b, at), offsetof(struct limine_cpu_x86_64, go_to));
	} else {
		*(struct limine_cpu_aarch64 *)at = (struct limine_cpu_aarch64){
			.processor_id = acpi_id, .mpidr = c->hardware_id,
		};
		post(b, c->hardware_id, physical(b, at), offsetof(struct limine_cpu_aarch64, go_to));
	}
}

static void put_cpus(struct builder *b)
{
	const struct platform *m = &b->a->platform;
	bool x86 = b->a->arch == HOBNAIL_ARCH_X86_64;
	unsigned count = 0;
	uint64_t virt;

	if (!asks(b, LIMINE_MP))
		return;
	uint64_t bytes = x86 ? sizeof(struct limine_mp_x86_64) : sizeof(struct limine_mp_aarch64);
	uint64_t *r = respond(b, LIMINE_MP, bytes, 0);
	uint64_t *list = take(b, (m->cpu_count ? m->cpu_count : 1) * sizeof *list, 8, &virt);
	for (size_t i = 0; i < m->cpu_count; i++)
		if (is_listed(b->a, &m->cpus[i]))
			put_cpu(b, &m->cpus[i], list, &count);
	if (!r)
		return;
	if (x86) {
		*(struct limine_mp_x86_64 *)(void *)r =
			(struct limine_mp_x86_64){ 0, b->f->x2apic, (uint32_t)m->arch.boot_cpu, count, virt };
		b->head->cpus = physical(b, r + 1); /* as a struct limine_array has them behind one word */
	} else {
		*(struct limine_mp_aarch64 *)(void *)r =
			(struct limine_mp_aarch64){ 0, 0, m->arch.boot_cpu, count, virt };
		b->head->cpus = physical(b, r + 2);
	}
}

/* ---- What the last map completes --------------------------------------------------------------------------- */

static void put_maps(struct builder *b)
{
	uint64_t virt;

	if (asks(b, LIMINE_PERFORMANCE) && b->f->counter_hz) {
		void *r = respond(b, LIMINE_PERFORMANCE, sizeof(struct limine_times), 0);
		if (r)
			b->head->times = physical(b, r);
	}
	if (asks(b, LIMINE_MEMORY_MAP)) {
		struct limine_array *r = respond(b, LIMINE_MEMORY_MAP, sizeof *r, 0);
		take(b, b->f->map_room * (sizeof(struct limine_memory) + 8), 8, &virt);
		if (r) {
			r->list = virt;
			b->head->map = physical(b, r);
		}
	}
	if (asks(b, LIMINE_EFI_MAP)) {
		struct limine_efi_map *r = respond(b, LIMINE_EFI_MAP, sizeof *r, 0);
		take(b, b->f->efi_map_room, 8, &virt);
		if (r) {
			r->map = virt;
			b->head->efi_map = physical(b, r);
		}
	}
}

static void put_all(struct builder *b)
{
	uint64_t virt;

	b->head = take(b, sizeof *b->head, 8, &virt);
	if (b->head) {
		b->head->counter_hz = b->f->counter_hz;
		b->head->started = b->f->started;
	}
	put_texts(b);
	put_files(b);
	put_space(b);
	put_tables(b);
	put_framebuffer(b);
	put_flanterm(b);
	put_cpus(b);
	put_maps(b);
}

uint64_t limine_block_bytes(const struct attempt *a, const struct limine *l, const struct limine_facts *facts)
{
	struct builder b = { .a = a, .l = l, .f = facts };

	put_all(&b);
	return align_up(b.used, PAGE_BYTES);
}

void limine_respond(struct attempt *a, const struct limine *l, const struct limine_facts *facts)
{
	struct builder b = { .block = pages_at(a->pages, a->record.base), .phys = a->record.base,
	                     .virt = a->record.base + a->space.plan.direct_map, .a = a, .l = l, .f = facts };

	put_all(&b);
	if (!l->has_tag)
		return;
	uint64_t *tag = pages_at(a->pages, l->tag);
	tag[1] = l->revision; /* "Base Revisions": always, from a loader that knows revision 3 */
	if (l->revision == l->asked_revision)
		tag[2] = 0;
}

uint32_t limine_answered(const struct attempt *a, const struct limine *l)
{
	uint32_t bits = 0;

	for (unsigned id = 0; id < LIMINE_REQUESTS; id++) {
		const struct limine_request *r = limine_asks(l, id) ? pages_at(a->pages, l->of[id].at) : NULL;
		bool ours = r && r->response - a->space.plan.direct_map - a->record.base < a->record.bytes;
		bits |= (uint32_t)ours << id;
	}
	return bits;
}

/* ---- At the exit and after it ------------------------------------------------------------------------------ */

static uint64_t microseconds(uint64_t ticks, uint64_t hz)
{
	return ticks / hz * 1000000 + ticks % hz * 1000000 / hz;
}

void limine_complete(const struct attempt *a, unsigned revision, const struct memmap *m, const struct uefi_map *map,
                     uint32_t version, uint64_t now)
{
	const struct limine_head *head = pages_at(a->pages, a->record.base);
	uint64_t direct_map = a->space.plan.direct_map;

	if (head->map) {
		struct limine_array *r = pages_at(a->pages, head->map);
		uint64_t *list = (uint64_t *)(void *)(r + 1);
		struct limine_memory *entries = (struct limine_memory *)(void *)(list + limine_map_room(m->capacity));
		r->count = limine_map(m, &a->platform, revision, entries);
		uint64_t first = head->map + (uint64_t)((uint8_t *)entries - (uint8_t *)r) + direct_map;
		for (uint64_t i = 0; i < r->count; i++)
			list[i] = first + i * sizeof *entries;
	}
	if (head->efi_map) {
		struct limine_efi_map *r = pages_at(a->pages, head->efi_map);
		memcpy(r + 1, map->descriptors, map->bytes);
		r->bytes = map->bytes;
		r->descriptor_bytes = map->descriptor_bytes;
		r->version = version;
	}
	if (head->times) {
		struct limine_times *r = pages_at(a->pages, head->times);
		r->init = microseconds(head->started, head->counter_hz);
		r->exec = microseconds(now, head->counter_hz);
	}
}

/* The list lies in the direct map; it is reached one to one. */
void limine_drop_cpu(struct limine_head *head, uint64_t direct_map, paddr info)
{
	if (!head->cpus)
		return;
	uint64_t *count = (uint64_t *)(uintptr_t)head->cpus + 1;
	uint64_t *list = (uint64_t *)(uintptr_t)(count[1] - direct_map), kept = 0;

	for (uint64_t i = 0; i < *count; i++)
		if (list[i] != info + direct_map)
			list[kept++] = list[i];
	*count = kept;
}
