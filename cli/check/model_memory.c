/* model_memory.c — the memory of a model: how it lies, and how it is taken. */
#include <assert.h>
#include <sys/mman.h>

#include "model_internal.h"

/* UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()": EFI_MEMORY_WB, EFI_MEMORY_RUNTIME; "Status Codes":
 * EFI_OUT_OF_RESOURCES. */
#define ATTRIBUTE_WB      8ull
#define ATTRIBUTE_RUNTIME (1ull << 63)
#define OUT_OF_RESOURCES  0x8000000000000009ull

/* ---- The memory map ---------------------------------------------------------------------------------------- */

/* A range up to where the next one begins; the last one ends the list. */
struct part {
	uint64_t from;
	uint32_t type;
};

enum {
	FREE = HOBNAIL_MEMORY_USABLE, BOOT = HOBNAIL_MEMORY_FIRMWARE_BOOT, NVS = HOBNAIL_MEMORY_ACPI_NVS,
	TABLES = HOBNAIL_MEMORY_ACPI_RECLAIM, RUN_CODE = HOBNAIL_MEMORY_RUNTIME_CODE,
	RUN_DATA = HOBNAIL_MEMORY_RUNTIME_DATA, RESERVED = HOBNAIL_MEMORY_RESERVED, MMIO = HOBNAIL_MEMORY_MMIO,
	ABSENT = 0,
};

/* As the UEFI shell's memmap shows it on QEMU 7.2 with EDK2 2022.11, neighbours of one kind as one. `low` are
 * addresses (OvmfPkgX64.fdf, "MEMFD", has those from 8 MiB on); `top` counts back from the end of RAM below 4 GiB,
 * where EDK2 has its own. Page 0 is reserved, as core/memmap.c makes it. */
static const struct part q35_low[] = {
	{ 0, RESERVED }, { 0x1000, FREE }, { 0xa0000, ABSENT }, { 0x100000, FREE }, { 0x806000, NVS },
	{ 0x808000, FREE }, { 0x810000, NVS }, { 0x900000, BOOT }, { 0x1500000, FREE },
};
static const struct part q35_top[] = {
	{ 0x20b3000, BOOT }, { 0x1560000, RUN_DATA }, { 0x145e000, BOOT }, { 0xb14000, RUN_DATA },
	{ 0xa14000, RUN_CODE }, { 0x914000, RESERVED }, { 0x894000, TABLES }, { 0x882000, NVS },
	{ 0x802000, BOOT }, { 0x200000, FREE },
	{ 0x17f000, BOOT }, { 0x10c000, RUN_DATA }, { 0x88000, NVS }, { 0, ABSENT },
};
static const struct part virt_low[] = {
	{ 0x4000000, MMIO }, { 0x8000000, ABSENT }, { 0x9010000, MMIO }, { 0x9011000, ABSENT }, { 0x40000000, FREE },
	{ 0x44000000, BOOT }, { 0x44020000, FREE }, { 0x4771a000, BOOT }, { 0x48000000, FREE },
};
static const struct part virt_top[] = {
	{ 0x3bd0000, TABLES }, { 0x3bc0000, RUN_CODE }, { 0x3b40000, RUN_DATA }, { 0x3980000, RUN_CODE },
	{ 0x38d0000, FREE }, { 0x1982000, BOOT }, { 0x9dc000, FREE }, { 0x7f6000, BOOT }, { 0x400000, RUN_CODE },
	{ 0x270000, RUN_DATA },
	{ 0x20000, FREE }, { 0x1000, BOOT }, { 0, ABSENT },
};

static void describe(struct model *m, paddr base, paddr end, uint32_t type)
{
	bool runs = type == RUN_CODE || type == RUN_DATA;
	uint64_t attributes = type == MMIO ? ATTRIBUTE_RUNTIME : ATTRIBUTE_WB | (runs ? ATTRIBUTE_RUNTIME : 0);

	if (type == ABSENT || base >= end)
		return;
	assert(m->memory.count < MODEL_MAX_ENTRIES);
	m->entries[m->memory.count++] = (struct hobnail_memory){ .base = base, .bytes = end - base, .type = type,
	                                                         .attributes = attributes };
}

/* The parts of `low`, up to the first of `top`; then those, to the end. The loader's image lies as high as the
 * firmware's own leaves room. */
static void describe_low_ram(struct model *m, const struct part *low, size_t low_count, const struct part *top,
                             size_t top_count, paddr end)
{
	paddr firmware = end - top[0].from;

	for (size_t i = 0; i < low_count; i++) {
		paddr next = i + 1 < low_count ? low[i + 1].from : firmware;
		describe(m, low[i].from, min_u64(next, firmware), low[i].type);
	}
	for (size_t i = 0; i + 1 < top_count; i++)
		describe(m, end - top[i].from, end - top[i + 1].from, top[i].type);
	m->image.base = firmware - m->image.end;
	ledger_add(&m->ledger, m->image.base, m->image.end, HOBNAIL_MEMORY_USABLE, NULL);
}

/* QEMU, hw/i386/pc_q35.c: RAM below 4 GiB ends at 2 GiB where there are 0xb0000000 bytes or more; PCI's configuration
 * space lies at 0xb0000000. The flash ends at 4 GiB. */
void model_describe_q35(struct model *m, uint64_t bytes)
{
	uint64_t low = bytes >= 0xb0000000 ? GIB(2) : bytes;

	m->ram[0] = (struct span){ 0, low };
	m->ram[1] = (struct span){ GIB(4), bytes - low };
	describe_low_ram(m, q35_low, COUNT_OF(q35_low), q35_top, COUNT_OF(q35_top), low);
	describe(m, 0xb0000000, 0xc0000000, RESERVED);
	describe(m, 0xffc00000, GIB(4), MMIO);
	describe(m, GIB(4), GIB(4) + m->ram[1].bytes, FREE);
}

/* QEMU, hw/arm/virt.c: flash from 0 on, of which the variables' half is the firmware's; the clock at 0x9010000; RAM
 * from 1 GiB on. */
void model_describe_virt(struct model *m, uint64_t bytes)
{
	m->ram[0] = (struct span){ GIB(1), bytes };
	describe_low_ram(m, virt_low, COUNT_OF(virt_low), virt_top, COUNT_OF(virt_top), GIB(1) + bytes);
}

/* ---- A recorded machine ------------------------------------------------------------------------------------- */

/* Memory that the loader may look at. Neighbours with a small hole between them are one piece: so few pieces do. */
static void add_ram(struct model *m, unsigned *count, const struct hobnail_memory *e)
{
	struct span *last = *count ? &m->ram[*count - 1] : NULL;
	bool joins = last && (e->base - (last->base + last->bytes) < GIB(1) || *count == MODEL_MAX_RAM);

	if (joins)
		last->bytes = e->base + e->bytes - last->base;
	else
		m->ram[(*count)++] = (struct span){ e->base, e->bytes };
}

/* Held memory is a claim, but for the image, which is one by itself. */
static void add_held(struct model *m, const struct span *held)
{
	paddr end = held->base + held->bytes, image_end = m->image.base + m->image.end;

	if (held->base < m->image.base)
		ledger_add(&m->ledger, held->base, min_u64(end, m->image.base) - held->base, FREE, NULL);
	if (end > image_end) {
		paddr from = max_u64(held->base, image_end);
		ledger_add(&m->ledger, from, end - from, FREE, NULL);
	}
}

void model_describe_record(struct model *m, const struct machine_record *record)
{
	unsigned count = 0;

	for (size_t i = 0; i < record->memory_count; i++) {
		m->entries[i] = record->memory[i];
		if (record->memory[i].type == FREE || memmap_in_direct_map(&record->memory[i]))
			add_ram(m, &count, &record->memory[i]);
	}
	m->memory.count = record->memory_count;
	m->image.base = record->image;
	ledger_add(&m->ledger, m->image.base, m->image.end, FREE, NULL);
	for (size_t i = 0; i < record->held_count; i++)
		add_held(m, &record->held[i]);
}

/* ---- Pages ------------------------------------------------------------------------------------------------- */

/* From the top, as EDK2 does. */
static enum err take(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	struct model *m = context;
	uint64_t bytes = align_up(wish->bytes, PAGE_BYTES);
	uint64_t limit = wish->at ? wish->at + bytes : wish->below ? wish->below : UINT64_MAX;
	paddr best = 0;

	for (size_t i = 0; bytes && i < m->memory.count; i++) {
		const struct hobnail_memory *e = &m->memory.entries[i];
		paddr end = min_u64(e->base + e->bytes, limit);
		if (e->type == FREE)
			best = max_u64(best, ledger_highest_place(&m->ledger, e->base, end, wish));
	}
	if (wish->at && best != wish->at)
		best = 0;
	if (!best)
		return problem(p, ERR_NO_MEMORY, bytes, OUT_OF_RESOURCES);
	enum err e = ledger_add(&m->ledger, best, bytes, wish->type, p);
	if (!e)
		*out = best;
	return e;
}

/* The free pieces of [from, to), which the map has as free. */
static enum err take_pieces(struct model *m, paddr from, paddr to, uint32_t type, uint64_t *sum, struct problem *p)
{
	enum err e = OK;

	while (!e && from < to && m->ledger.count < LEDGER_MAX - LEDGER_RESERVE) {
		const struct claim *taken = ledger_lowest(&m->ledger, from, to - from);
		paddr end = taken ? taken->base : to, next = taken ? taken->base + taken->bytes : to;
		if (from < end)
			e = ledger_add(&m->ledger, from, end - from, type, p);
		*sum += from < end ? end - from : 0;
		from = next;
	}
	return e;
}

static enum err take_within(void *context, paddr at, uint64_t bytes, uint32_t type, uint64_t *taken, struct problem *p)
{
	struct model *m = context;
	uint64_t sum = 0;
	enum err e = OK;

	for (size_t i = 0; !e && i < m->memory.count; i++) {
		const struct hobnail_memory *entry = &m->memory.entries[i];
		paddr from = max_u64(entry->base, at), to = min_u64(entry->base + entry->bytes, at + bytes);
		if (entry->type == FREE)
			e = take_pieces(m, from, to, type, &sum, p);
	}
	if (!e)
		*taken = sum;
	return e;
}

static void *page_at(void *context, paddr page)
{
	const struct model *m = context;
	unsigned k = 0;

	while (page - m->ram[k].base >= m->ram[k].bytes) {
		k++;
		assert(k < MODEL_MAX_RAM);
	}
	return m->at[k] + (page - m->ram[k].base);
}

bool model_open_memory(struct model *m)
{
	m->pages = (struct pages){ take, take_within, page_at, &m->ledger, m };
	for (unsigned k = 0; k < COUNT_OF(m->ram); k++) {
		if (!m->ram[k].bytes)
			continue;
		void *at = mmap(NULL, m->ram[k].bytes, PROT_READ | PROT_WRITE,
		                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (at == MAP_FAILED)
			return false;
		m->at[k] = at;
	}
	assert(!memmap_check(&m->memory, NULL));
	return true;
}

void model_free(struct model *m)
{
	for (unsigned k = 0; k < COUNT_OF(m->ram); k++)
		if (m->at[k])
			munmap(m->at[k], m->ram[k].bytes);
}
