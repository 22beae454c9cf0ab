/* multiboot2_info.c — the information that a Multiboot2 kernel gets. Multiboot2 Specification 2.0, "Boot information
 * format". A tag begins at a multiple of 8. */
#include "multiboot2.h"

#include <string.h>

enum { HEAD_BYTES = 8, TAG_BYTES = 8, MAP_ENTRY_BYTES = 24, RSDP_OLD_BYTES = 20, SMALL_TAGS = 12 * 32 };

struct writer {
	uint8_t *at; /* of the information */
	uint32_t used;
};

/* ---- Tags ---------------------------------------------------------------------------------------------- */

static void put(struct writer *w, const void *bytes, uint64_t count)
{
	memcpy(w->at + w->used, bytes, count);
	w->used += (uint32_t)count;
}

static void put32(struct writer *w, uint32_t value)
{
	put(w, &value, sizeof value);
}

static void put64(struct writer *w, uint64_t value)
{
	put(w, &value, sizeof value);
}

/* A tag's size is known when it ends. */
static uint32_t begin(struct writer *w, uint32_t kind)
{
	uint32_t tag = w->used;

	put32(w, kind);
	put32(w, 0);
	return tag;
}

static void end(struct writer *w, uint32_t tag)
{
	uint32_t bytes = w->used - tag, padding = (uint32_t)align_up(w->used, 8) - w->used;

	memcpy(w->at + tag + 4, &bytes, sizeof bytes);
	memset(w->at + w->used, 0, padding);
	w->used += padding;
}

static void tag32(struct writer *w, uint32_t kind, uint32_t value)
{
	uint32_t tag = begin(w, kind);

	put32(w, value);
	end(w, tag);
}

static void tag64(struct writer *w, uint32_t kind, uint64_t value)
{
	uint32_t tag = begin(w, kind);

	put64(w, value);
	end(w, tag);
}

static void tag_bytes(struct writer *w, uint32_t kind, const void *bytes, uint64_t count)
{
	uint32_t tag = begin(w, kind);

	put(w, bytes, count);
	end(w, tag);
}

/* NUL-terminated. */
static void put_text(struct writer *w, struct text text)
{
	if (text.bytes)
		put(w, text.at, text.bytes);
	put(w, "", 1);
}

/* ---- One kind each ------------------------------------------------------------------------------------- */

static void put_strings(struct writer *w, const struct multiboot2_facts *f)
{
	uint32_t tag = begin(w, MULTIBOOT2_COMMAND_LINE);

	put_text(w, f->command_line);
	end(w, tag);
	tag_bytes(w, MULTIBOOT2_LOADER_NAME, f->loader, strlen(f->loader) + 1);
}

static void put_modules(struct writer *w, const struct multiboot2_facts *f)
{
	for (unsigned i = 0; i < f->module_count; i++) {
		const struct multiboot2_module *m = &f->modules[i];
		uint32_t tag = begin(w, MULTIBOOT2_MODULE);

		put32(w, (uint32_t)m->at.base);
		put32(w, (uint32_t)(m->at.base + m->at.bytes));
		put_text(w, m->string);
		end(w, tag);
	}
}

/* Position and size of a colour's bits. */
static void put_colour(struct writer *w, uint32_t mask)
{
	uint8_t position = 0, size = 0;

	while (position < 31 && !(mask >> position & 1))
		position++;
	while (position + size < 32 && mask >> (position + size) & 1)
		size++;
	put(w, &position, 1);
	put(w, &size, 1);
}

static void put_framebuffer(struct writer *w, const struct hobnail_framebuffer *fb)
{
	enum { DIRECT_COLOUR = 1 };
	uint32_t tag = begin(w, MULTIBOOT2_FRAMEBUFFER);
	uint8_t rest[4] = { (uint8_t)fb->bits_per_pixel, DIRECT_COLOUR, 0, 0 };

	put64(w, fb->phys);
	put32(w, fb->pitch);
	put32(w, fb->width);
	put32(w, fb->height);
	put(w, rest, sizeof rest);
	put_colour(w, fb->red_mask);
	put_colour(w, fb->green_mask);
	put_colour(w, fb->blue_mask);
	end(w, tag);
}

/* GRUB's form, which kernels read: the counts are words of 32 bits. */
static void put_sections(struct writer *w, const struct multiboot2 *m, const void *sections)
{
	uint32_t tag = begin(w, MULTIBOOT2_ELF_SECTIONS);

	put32(w, m->section_count);
	put32(w, m->section_bytes);
	put32(w, m->section_names);
	put(w, sections, m->sections.bytes);
	end(w, tag);
}

/* Version, and a copy of the entry point. */
static void put_smbios(struct writer *w, const struct multiboot2_smbios *smbios)
{
	uint8_t head[8] = { smbios->version[0], smbios->version[1] };
	uint32_t tag = begin(w, MULTIBOOT2_SMBIOS);

	put(w, head, sizeof head);
	put(w, smbios->at, smbios->bytes);
	end(w, tag);
}

/* ACPI Specification, "Root System Description Pointer (RSDP)": its first 20 bytes are the structure of ACPI 1.0, with
 * a checksum of their own. They are of use only with an RSDT. */
static void put_rsdp(struct writer *w, const struct multiboot2_facts *f)
{
	if (read_le32((const uint8_t *)f->rsdp + 16))
		tag_bytes(w, MULTIBOOT2_RSDP_OLD, f->rsdp, RSDP_OLD_BYTES);
	if (f->rsdp_bytes > RSDP_OLD_BYTES)
		tag_bytes(w, MULTIBOOT2_RSDP_NEW, f->rsdp, f->rsdp_bytes);
}

static void finish(struct writer *w)
{
	end(w, begin(w, MULTIBOOT2_END));
	memcpy(w->at, &w->used, sizeof w->used);
}

/* ---- The whole ----------------------------------------------------------------------------------------- */

uint64_t multiboot2_bytes(const struct multiboot2 *m, const struct multiboot2_facts *f)
{
	uint64_t bytes = HEAD_BYTES + SMALL_TAGS + f->command_line.bytes + strlen(f->loader) + f->rsdp_bytes +
	                 RSDP_OLD_BYTES + f->smbios[0].bytes + f->smbios[1].bytes + m->sections.bytes;

	for (unsigned i = 0; i < f->module_count; i++)
		bytes += 32 + f->modules[i].string.bytes;
	if (!m->within)
		bytes += 64 + f->map_room * MAP_ENTRY_BYTES + f->efi_map_room;
	return bytes;
}

uint32_t multiboot2_write(const struct multiboot2 *m, const struct multiboot2_facts *f, const void *sections, void *to)
{
	struct writer w = { to, 0 };

	put64(&w, 0);
	put_strings(&w, f);
	put_modules(&w, f);
	if (f->framebuffer)
		put_framebuffer(&w, f->framebuffer);
	if (m->sections.bytes)
		put_sections(&w, m, sections);
	for (unsigned i = 0; i < COUNT_OF(f->smbios); i++)
		if (f->smbios[i].bytes)
			put_smbios(&w, &f->smbios[i]);
	if (f->rsdp)
		put_rsdp(&w, f);
	tag64(&w, MULTIBOOT2_EFI64_TABLE, f->system_table);
	if (m->within) {
		tag64(&w, MULTIBOOT2_EFI64_HANDLE, f->image_handle);
		end(&w, begin(&w, MULTIBOOT2_SERVICES_ALIVE));
	}
	if (multiboot2_has(m, MULTIBOOT2_TAG_RELOCATABLE))
		tag32(&w, MULTIBOOT2_LOAD_BASE, (uint32_t)m->base);
	finish(&w);
	return w.used;
}

/* ---- The memory map ------------------------------------------------------------------------------------ */

enum { AVAILABLE = 1, RESERVED, ACPI_RECLAIMABLE, PRESERVED, DEFECTIVE };

/* "Memory map": memory that kernel, modules and this information lie in is available, too. The loader's own is free at
 * the entry. */
static uint32_t type_of(uint32_t type)
{
	switch (type) {
	case HOBNAIL_MEMORY_USABLE:
	case HOBNAIL_MEMORY_FIRMWARE_BOOT:
	case HOBNAIL_MEMORY_KERNEL:
	case HOBNAIL_MEMORY_MODULE:
	case HOBNAIL_MEMORY_RECORD:
	case HOBNAIL_MEMORY_TABLES:
	case HOBNAIL_MEMORY_STACKS:
	case HOBNAIL_MEMORY_NET:
		return AVAILABLE;
	case HOBNAIL_MEMORY_ACPI_RECLAIM:
		return ACPI_RECLAIMABLE;
	case HOBNAIL_MEMORY_ACPI_NVS:
		return PRESERVED;
	case HOBNAIL_MEMORY_BAD:
		return DEFECTIVE;
	default:
		return RESERVED;
	}
}

/* Neighbours of one type are one entry: those of the loader's own types become so. */
static size_t next_entry(const struct memmap *m, size_t i, struct hobnail_memory *out)
{
	*out = m->entries[i];
	out->type = type_of(out->type);
	for (i++; i < m->count; i++) {
		const struct hobnail_memory *e = &m->entries[i];
		if (e->base != out->base + out->bytes || type_of(e->type) != out->type)
			break;
		out->bytes += e->bytes;
	}
	return i;
}

/* "Basic memory information": KiB from 0 on, of at most 640, and from 1 MiB on, up to the first hole. Page 0 is memory,
 * although the map has it as reserved. */
static void put_basic(struct writer *w, const struct memmap *m)
{
	uint64_t lower = 0, upper = 0;
	struct hobnail_memory e;

	for (size_t i = 0; i < m->count;) {
		i = next_entry(m, i, &e);
		if (e.type != AVAILABLE)
			continue;
		if (e.base <= PAGE_BYTES)
			lower = min_u64(e.base + e.bytes, KIB(640));
		if (e.base <= MIB(1) && e.base + e.bytes > MIB(1))
			upper = e.base + e.bytes - MIB(1);
	}
	uint32_t tag = begin(w, MULTIBOOT2_BASIC_MEMORY);
	put32(w, (uint32_t)(lower >> 10));
	put32(w, (uint32_t)min_u64(upper >> 10, UINT32_MAX));
	end(w, tag);
}

static void put_map(struct writer *w, const struct memmap *m)
{
	uint32_t tag = begin(w, MULTIBOOT2_MEMORY_MAP);
	struct hobnail_memory e;

	put32(w, MAP_ENTRY_BYTES);
	put32(w, 0);
	for (size_t i = 0; i < m->count;) {
		i = next_entry(m, i, &e);
		put64(w, e.base);
		put64(w, e.bytes);
		put32(w, e.type);
		put32(w, 0);
	}
	end(w, tag);
}

static void put_efi_map(struct writer *w, const struct uefi_map *map, uint32_t version)
{
	uint32_t tag = begin(w, MULTIBOOT2_EFI_MAP);

	put32(w, (uint32_t)map->descriptor_bytes);
	put32(w, version);
	put(w, map->descriptors, map->bytes);
	end(w, tag);
}

/* In place of the end tag. */
void multiboot2_complete(void *information, uint32_t bytes, const struct memmap *m, const struct uefi_map *map,
                         uint32_t version)
{
	struct writer w = { information, bytes - TAG_BYTES };

	put_basic(&w, m);
	put_map(&w, m);
	put_efi_map(&w, map, version);
	finish(&w);
}
