/* facts.c — the machine: memory, tables, console, processors, display. */
#include "boot.h"

#include "after/serial.h"
#include "log.h"
#include "spans.h"

#include <string.h>

/* ---- The machine --------------------------------------------------------------------------------------- */

enum err machine_check(struct boot *b, struct problem *p)
{
	step_set(b, "start", text_of(""));
	arch_probe(&b->arch);
	return b->arch.confidential ? problem(p, ERR_CONFIDENTIAL) : OK;
}

/* ---- Secure Boot --------------------------------------------------------------------------------------- */

/* A signed loader that starts any kernel would break the chain of trust. A state that cannot be read counts as on. */
enum err secure_boot_check(struct boot *b, struct problem *p)
{
	step_set(b, "start a kernel", text_of(""));
	b->secure_boot = firmware_secure_boot(&b->fw);
	switch (b->secure_boot) {
	case HOBNAIL_SECURE_BOOT_OFF:
		return OK;
	case HOBNAIL_SECURE_BOOT_ON:
		return problem(p, ERR_SECURE_BOOT);
	default:
		return problem(p, ERR_SECURE_BOOT_UNKNOWN);
	}
}

/* ---- Memory -------------------------------------------------------------------------------------------- */

static enum err read_map(struct boot *b, struct problem *p)
{
	enum err e = firmware_read_map(&b->fw, p);

	if (e)
		return e;
	b->attempt.platform.memory.count = 0;
	return memmap_from_uefi(&b->attempt.platform.memory, &(struct uefi_map){ b->fw.map.buffer, b->fw.map.bytes,
	                                                                        b->fw.map.descriptor_bytes }, p);
}

static bool is_readable(const struct hobnail_memory *entry)
{
	return entry && entry->type != HOBNAIL_MEMORY_MMIO && entry->type != HOBNAIL_MEMORY_BAD &&
	       entry->type != HOBNAIL_MEMORY_UNACCEPTED;
}

struct holder {
	struct boot *boot;
	bool held; /* something: the map is an old one */
	const struct hobnail_memory *last; /* entry that was found; the next page is often in it, too */
};

/* An arch_visit: what lies in memory that the map calls free becomes the firmware's. */
static bool hold(void *context, paddr at, uint64_t bytes)
{
	struct holder *h = context;

	for (paddr page = align_down(at, PAGE_BYTES); page < at + bytes; page += PAGE_BYTES) {
		if (!h->last || page - h->last->base >= h->last->bytes)
			h->last = memmap_find(&h->boot->attempt.platform.memory, page);
		if (h->last && h->last->type == HOBNAIL_MEMORY_USABLE && firmware_hold(&h->boot->fw, page))
			h->held = true;
	}
	return is_readable(h->last);
}

/* Where memory ends, or devices below 4 GiB, which the firmware still uses. */
static uint64_t end_of_memory(const struct memmap *m)
{
	for (size_t i = m->count; i-- > 0;)
		if (memmap_in_direct_map(&m->entries[i]))
			return max_u64(m->entries[i].base + m->entries[i].bytes, GIB(4));
	return GIB(4);
}

/* U-Boot 2023.01 on x86_64 runs on a stack at 1 MiB, with page tables at 512 KiB, and its map calls both free: a kernel
 * that is linked there would be read over them. UEFI 2.10, "x64 Platforms": a stack has 128 KiB. The
 * callers have less than that on it. */
static bool hold_own_memory(struct boot *b)
{
	const uint64_t most = KIB(128);
	struct holder h = { .boot = b };
	paddr here = (uintptr_t)__builtin_frame_address(0);

	hold(&h, here, 1);
	if (h.held)
		hold(&h, here > most ? here - most : 0, 2 * most);
	arch_own_memory(end_of_memory(&b->attempt.platform.memory), hold, &h);
	return h.held;
}

enum err memory_survey(struct boot *b, struct problem *p)
{
	uint64_t descriptors;
	paddr at;

	step_set(b, "read the memory map", text_of(""));
	enum err e = firmware_map_room(&b->fw, &descriptors, p);
	if (e)
		return e;
	size_t capacity = memmap_bound(descriptors);
	e = firmware_pages(&b->fw, capacity * sizeof(struct hobnail_memory), HOBNAIL_MEMORY_USABLE, &at, p);
	if (e)
		return e;
	struct memmap *memory = &b->attempt.platform.memory;
	*memory = (struct memmap){ memory_at(at), 0, capacity };
	e = read_map(b, p);
	if (!e && hold_own_memory(b))
		e = read_map(b, p);
	/* A map that lacks memory that we hold, or gives it another type, is wrong elsewhere, too. */
	for (unsigned i = 0; !e && i < b->fw.ledger.count; i++) {
		const struct claim *c = &b->fw.ledger.claims[i];
		if (!memmap_all(memory, c->base, c->bytes, memmap_is_ours, NULL))
			e = problem(p, ERR_MAP_LACKS, c->base);
	}
	return e;
}

/* Tables are read only from memory that the map calls readable: any other read may fault. */
static const void *map_table(void *context, paddr at, uint64_t bytes)
{
	const struct boot *b = context;
	const struct hobnail_memory *entry = memmap_find(&b->attempt.platform.memory, at);

	if (!sum_fits(at, bytes) || !is_readable(entry))
		return NULL;
	/* A table may cross from one entry into the next one, as long as both are memory. */
	for (paddr end = at + bytes; entry && entry->base + entry->bytes < end;) {
		entry = memmap_find(&b->attempt.platform.memory, entry->base + entry->bytes);
		if (!is_readable(entry))
			return NULL;
	}
	return memory_at(at);
}

/* ---- Tables -------------------------------------------------------------------------------------------- */

/* A device tree in the way of a segment is copied away first. Nobody else reads it until the kernel runs. */
static enum err rescue_device_tree(struct boot *b, uint64_t bytes, struct problem *p)
{
	paddr at = b->facts.tables.device_tree, to;

	for (unsigned i = 0; i < handoff.move_count; i++) {
		const struct handoff_move *m = &handoff.moves[i];
		if (!ranges_overlap(at, bytes, m->to, m->bytes))
			continue;
		enum err e = firmware_pages(&b->fw, bytes, HOBNAIL_MEMORY_ACPI_RECLAIM, &to, p);
		if (e)
			return e;
		memcpy(memory_at(to), memory_at(at), bytes);
		b->facts.tables.device_tree = to;
		log_line("device tree copied to %#llx: a segment goes where it was", (unsigned long long)to);
		return OK;
	}
	return OK;
}

/* The constant comes first: where there is never a device tree, the compiler sees it. */
static bool has_fdt(const struct facts *f)
{
	return arch_has_device_tree && f->has_fdt;
}

/* Tables share pages and follow each other: a range that meets the last one joins it. */
static enum err keep_pages(struct attempt *a, paddr at, uint64_t bytes, struct problem *p)
{
	struct platform *m = &a->platform;
	paddr from = align_down(at, PAGE_BYTES), to = align_up(at + bytes, PAGE_BYTES);

	for (size_t i = 0; i < m->table_count; i++) {
		struct span *s = &m->tables[i];
		if (from <= s->base + s->bytes && s->base <= to) {
			to = max_u64(to, s->base + s->bytes);
			s->base = min_u64(s->base, from);
			s->bytes = to - s->base;
			return OK;
		}
	}
	if (m->table_count == PLAN_MAX_TABLES)
		return problem(p, ERR_TABLES_FULL, PLAN_MAX_TABLES);
	m->tables[m->table_count++] = (struct span){ from, to - from };
	return OK;
}

/* A direct map may have to have the pages of tables that lie in memory that is not in it otherwise. */
static bool is_out_of_map(const struct attempt *a, paddr at)
{
	const struct want_map *want = &a->wants.maps[WANT_DIRECT_MAP];
	const struct hobnail_memory *entry = want->tables ? memmap_find(&a->platform.memory, at) : NULL;

	return entry && !memmap_is_free(entry) && !plan_map_has(want, entry);
}

/* Memory that holds a table must not be free at entry, nor be overwritten by a segment. Some firmware keeps tables in
 * its own memory, which becomes free at exit. */
static enum err keep_table(void *boot, paddr at, uint64_t bytes, struct problem *p)
{
	struct boot *b = boot;
	enum err e = OK;

	if (!bytes || !map_table(b, at, bytes))
		return OK; /* the reader of such a pointer finds that out */
	for (unsigned i = 0; i < handoff.move_count; i++)
		if (ranges_overlap(at, bytes, handoff.moves[i].to, handoff.moves[i].bytes))
			return handoff_destination_taken(&b->attempt.kernel.layout, &handoff.moves[i], at, p);
	if (is_out_of_map(&b->attempt, at))
		e = keep_pages(&b->attempt, at, bytes, p);
	return e ? e : memmap_set_free(&b->attempt.platform.memory, at, bytes, HOBNAIL_MEMORY_ACPI_RECLAIM, p);
}

static bool is_runtime(const struct hobnail_memory *entry)
{
	return entry->type == HOBNAIL_MEMORY_RUNTIME_CODE || entry->type == HOBNAIL_MEMORY_RUNTIME_DATA;
}

/* The same for a table of SMBIOS or UEFI. Memory for runtime services is reserved as it is. */
static enum err keep_reserved(struct boot *b, struct span table, struct problem *p)
{
	struct attempt *a = &b->attempt;
	enum err e = OK;

	if (a->wants.tables_reserved && table.bytes && map_table(b, table.base, table.bytes) &&
	    !memmap_all(&a->platform.memory, table.base, table.bytes, is_runtime, NULL))
		e = keep_pages(a, table.base, table.bytes, p);
	return e ? e : keep_table(b, table.base, table.bytes, p);
}

static enum err keep_uefi(struct boot *b, struct problem *p)
{
	struct span tables[FIRMWARE_OWN_TABLES];
	enum err e = OK;

	firmware_own_tables(&b->fw, tables);
	for (unsigned i = 0; !e && i < FIRMWARE_OWN_TABLES; i++)
		e = keep_reserved(b, tables[i], p);
	return e;
}

static enum err keep_tables(struct boot *b, struct problem *p)
{
	const struct facts *f = &b->facts;
	enum err e = OK;

	for (unsigned i = 0; !e && i < COUNT_OF(f->smbios); i++) {
		e = keep_reserved(b, f->smbios[i].entry, p);
		if (!e)
			e = keep_reserved(b, f->smbios[i].table, p);
	}
	if (!e && b->attempt.wants.tables_reserved)
		e = keep_uefi(b, p);
	if (!e && has_fdt(f) && !b->attempt.wants.tree_copied)
		e = keep_table(b, f->tables.device_tree, f->fdt.bytes, p);
	if (!e && f->has_acpi)
		e = acpi_ranges(&f->acpi, keep_table, b, p);
	return e;
}

/* An entry point that is none is forgotten. */
static void open_smbios(struct facts *f, struct table_reader reader)
{
	struct firmware_tables *t = &f->tables;
	paddr *const entry[] = { &t->smbios_32, &t->smbios_64 };

	for (unsigned i = 0; i < COUNT_OF(entry); i++) {
		f->smbios[i].entry.bytes = f->smbios[i].table.bytes = 0;
		if (*entry[i] && !smbios_open(reader, *entry[i], &f->smbios[i])) {
			log_line("no SMBIOS entry point at %#llx: not used", (unsigned long long)*entry[i]);
			*entry[i] = 0;
		}
	}
	t->smbios = t->smbios_64 ? t->smbios_64 : t->smbios_32;
}

static enum err open_tables(struct boot *b, struct problem *p)
{
	struct facts *f = &b->facts;
	struct table_reader reader = { map_table, b };
	struct problem why;

	firmware_tables(&b->fw, &f->tables);
	open_smbios(f, reader);
	if (f->tables.rsdp) {
		f->has_acpi = !acpi_open(reader, f->tables.rsdp, &f->acpi, &why);
		if (!f->has_acpi)
			log_line("ACPI tables at %#llx are damaged (%s): not used", (unsigned long long)f->tables.rsdp,
			         err_name(why.code));
	}
	if (arch_has_device_tree && f->tables.device_tree) {
		const void *head = map_table(b, f->tables.device_tree, 8);
		uint32_t bytes = head ? fdt_total_bytes(head) : 0;
		if (bytes && !map_table(b, f->tables.device_tree, bytes))
			bytes = 0;
		enum err e = bytes ? rescue_device_tree(b, bytes, p) : OK;
		if (e)
			return e;
		f->has_fdt = bytes && !fdt_open(memory_at(f->tables.device_tree), bytes, &f->fdt, &why);
		if (f->has_fdt && b->attempt.mode.mmu_off) /* the first thing that such a kernel reads */
			e = handoff_touch(&handoff, f->tables.device_tree, bytes, false, true, p);
		if (e)
			return e;
		if (!f->has_fdt)
			log_line("the device tree at %#llx is damaged: not used",
			         (unsigned long long)f->tables.device_tree);
	}
	return keep_tables(b, p);
}

/* A table can name a port that is not there, or RAM, which must not be touched. Then the next table is asked. */
static bool answers(const struct boot *b, const struct hobnail_console *c)
{
	const struct hobnail_memory *entry = memmap_find(&b->attempt.platform.memory, c->phys);
	bool in_ram = c->kind != HOBNAIL_CONSOLE_16550_PORT && entry && memmap_in_direct_map(entry);

	if (!in_ram && serial_open(c))
		return true;
	log_line("the console at %#llx does not answer", (unsigned long long)c->phys);
	return false;
}

static void find_console(struct boot *b)
{
	const struct facts *f = &b->facts;
	struct platform *m = &b->attempt.platform;
	struct hobnail_console c = { 0 };

	m->has_console = (f->has_acpi && acpi_console(&f->acpi, &c) && answers(b, &c)) ||
	                 (has_fdt(f) && fdt_console(&f->fdt, &c) && answers(b, &c)) ||
	                 (arch_console_by_convention(&c) && answers(b, &c));
	if (m->has_console) {
		m->console = c;
		report_catch_up(b);
	} else {
		log_line("no debug console: no SPCR, DBG2 or stdout-path names one that answers");
	}
}

/* Find ranges for the device map. Tables can name addresses that the processor does not have; page tables cannot. */
static void find_devices(const struct facts *f, struct platform *m)
{
	size_t count = f->has_acpi ? acpi_pci(&f->acpi, m->devices, COUNT_OF(m->devices)) : 0;
	bool cut = false;

	if (has_fdt(f))
		count += fdt_pci(&f->fdt, m->devices + count, COUNT_OF(m->devices) - count, &cut);
	if (cut || count == COUNT_OF(m->devices))
		log_line("tables name much of PCI: the device map has %zu ranges, and may leave out others", count);
	m->device_count = spans_sort(m->devices, count, min_u64(PLAN_DEVICE_LIMIT, 1ull << m->arch.phys_bits));
}

/* Add the processor that we run on, if the tables leave it out or the list was cut before it. */
static void list_boot_cpu(struct platform *m, uint64_t id)
{
	for (size_t i = 0; i < m->cpu_count; i++)
		if (m->cpus[i].hardware_id == id)
			return;
	size_t at = m->cpu_count < BOOT_MAX_CPUS ? m->cpu_count++ : BOOT_MAX_CPUS - 1;
	m->cpus[at] = (struct table_cpu){ .hardware_id = id, .enabled = true };
}

static enum err find_cpus(struct boot *b, struct problem *p)
{
	const struct facts *f = &b->facts;
	struct platform *m = &b->attempt.platform;
	paddr at;
	enum err e = firmware_pages(&b->fw, BOOT_MAX_CPUS * sizeof *m->cpus, HOBNAIL_MEMORY_USABLE, &at, p);

	if (e)
		return e;
	m->cpus = memory_at(at);
	size_t count = f->has_acpi ? acpi_cpus(&f->acpi, m->cpus, BOOT_MAX_CPUS) : 0;
	if (!count && has_fdt(f))
		count = fdt_cpus(&f->fdt, m->cpus, BOOT_MAX_CPUS);
	if (count > BOOT_MAX_CPUS)
		log_line("%zu processors, of which the record lists %u", count, BOOT_MAX_CPUS);
	m->cpu_count = min_u64(count, BOOT_MAX_CPUS);
	list_boot_cpu(m, b->attempt.platform.arch.boot_cpu);
	m->psci = f->has_acpi ? acpi_psci(&f->acpi) : has_fdt(f) ? fdt_psci(&f->fdt) : HOBNAIL_PSCI_NONE;
	if (m->psci == HOBNAIL_PSCI_HVC && b->attempt.platform.arch.firmware_level == 2) {
		log_line("PSCI by HVC ends with the firmware, whose EL2 answered it");
		m->psci = HOBNAIL_PSCI_NONE;
	}
	return OK;
}

/* A framebuffer in usable memory is refused: drawing would overwrite other data, and the direct map would leave that
 * memory out. */
static bool is_in_use(const struct memmap *m, const struct hobnail_framebuffer *fb)
{
	const struct hobnail_memory *entry = memmap_find_from(m, fb->phys), *end = m->entries + m->count;

	for (; entry && entry < end && entry->base < fb->phys + fb->bytes; entry++)
		if (entry->type == HOBNAIL_MEMORY_USABLE)
			return true;
	return false;
}

static void find_framebuffer(struct boot *b)
{
	struct platform *m = &b->attempt.platform;
	struct hobnail_framebuffer *fb = &m->framebuffer;

	m->has_framebuffer = firmware_framebuffer(&b->fw, b->attempt.wants.width, b->attempt.wants.height, fb) &&
	                     !is_in_use(&m->memory, fb);
	if (m->has_framebuffer)
		log_line("framebuffer at %#llx: %u x %u, %u bytes a line, %u bits a pixel, "
		         "red %#x, green %#x, blue %#x",
		         (unsigned long long)fb->phys, fb->width, fb->height, fb->pitch, fb->bits_per_pixel,
		         fb->red_mask, fb->green_mask, fb->blue_mask);
	else
		memset(fb, 0, sizeof *fb); /* no error is drawn there either */
}

enum err facts_gather(struct boot *b, struct problem *p)
{
	step_set(b, "read the firmware's tables", text_of(""));
	firmware_vendor(&b->fw, b->facts.vendor, sizeof b->facts.vendor);
	enum err e = open_tables(b, p);
	if (e)
		return e;
	find_console(b);
	find_devices(&b->facts, &b->attempt.platform);
	find_framebuffer(b);
	e = find_cpus(b, p);
	if (!e)
		machine_log_devices(b);
	return e;
}
