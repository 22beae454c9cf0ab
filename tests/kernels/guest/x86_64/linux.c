/* linux.c — x86_64: a bzImage in the guest's memory, and all that it is told.
 * Source: Linux, Documentation/x86/boot.rst, "The Real-Mode Kernel Header", "64-bit Boot Protocol";
 * Documentation/x86/zero-page.rst. */
#include "descriptor.h"
#include "svm.h"

#include <string.h>

/* Offsets in the file's first sectors, and in the zero page, which has the header at the same place. */
enum {
	ZERO_RSDP = 0x70,
	ZERO_E820_COUNT = 0x1e8,
	HEADER = 0x1f1, /* setup_sects: sectors behind the first that belong to real mode */
	HEADER_END = 0x201, /* from 202H on */
	HEADER_MAGIC = 0x202,
	HEADER_LOADER = 0x210,
	HEADER_INITRD = 0x218,
	HEADER_INITRD_BYTES = 0x21c,
	HEADER_CMDLINE = 0x228,
	HEADER_ALIGNMENT = 0x230,
	HEADER_XLOADFLAGS = 0x236,
	HEADER_INIT_BYTES = 0x260,
	HEADER_LAST = 0x264,
	ZERO_E820 = 0x2d0,
};
enum { SECTOR = 512, ENTRY_64 = 0x200, XLOAD_64 = 1, LOADER_UNKNOWN = 0xff, E820_MOST = 128, E820_BYTES = 20 };
enum { E820_RAM = 1, E820_ACPI = 3, E820_NVS = 4 };
enum { STACK_BYTES = 8192, GUEST_TABLES = 6 };

/* Files and their addresses are below machine_room_end(). */
static void write_32(uint8_t *at, uint64_t value)
{
	uint32_t low = (uint32_t)value;

	memcpy(at, &low, sizeof low);
}

/* ---- The image ---- */

static uint32_t setup_bytes(const struct file *image)
{
	uint8_t sectors = image->at[HEADER];

	return SECTOR * (1 + (sectors ? sectors : 4)); /* 0 means 4 */
}

static void check_image(const struct file *image)
{
	const uint8_t *at = image->at;

	if (image->bytes < HEADER_LAST || memcmp(at + HEADER_MAGIC, "HdrS", 4) != 0)
		give_up("the first module is no bzImage");
	if (!(read_le16(at + HEADER_XLOADFLAGS) & XLOAD_64))
		give_up("the bzImage has no 64-bit entry point");
	if (image->bytes <= setup_bytes(image) || !is_power_of_two(read_le32(at + HEADER_ALIGNMENT)) ||
	    HEADER_MAGIC + at[HEADER_END] > ZERO_E820)
		give_up("the bzImage's header is broken");
}

/* Returns the address of the part for protected mode, which has room to unpack itself. */
static uint64_t load_image(struct guest *g)
{
	const struct file *image = &g->image;
	uint64_t skipped = setup_bytes(image), bytes = image->bytes - skipped, phys;

	uint8_t *at = room_take(g, max_u64(bytes, read_le32(image->at + HEADER_INIT_BYTES)),
	                        read_le32(image->at + HEADER_ALIGNMENT), &phys);
	memcpy(at, image->at + skipped, bytes);
	return phys;
}

/* ---- The zero page ---- */

static uint32_t e820_type(const struct hobnail_memory *range)
{
	return range->type == HOBNAIL_MEMORY_ACPI_RECLAIM ? E820_ACPI
	       : range->type == HOBNAIL_MEMORY_ACPI_NVS   ? E820_NVS
	                                                  : E820_RAM;
}

/* Memory that is missing here is reserved for Linux. */
static void fill_e820(const struct hobnail_boot *boot, uint8_t *zero)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < boot->memory_map.count && count < E820_MOST; i++) {
		const struct hobnail_memory *range = hobnail_entry(boot, &boot->memory_map, i);
		uint32_t type = e820_type(range);
		if (access_of(range) != ACCESS_MEMORY)
			continue;
		uint8_t *entry = zero + ZERO_E820 + E820_BYTES * count++;
		memcpy(entry, &range->base, 8);
		memcpy(entry + 8, &range->bytes, 8);
		memcpy(entry + 16, &type, 4);
	}
	zero[ZERO_E820_COUNT] = (uint8_t)count;
}

static uint64_t load_zero_page(struct guest *g)
{
	const uint8_t *image = g->image.at;
	struct file cmdline = { (const uint8_t *)g->image.cmdline, strlen(g->image.cmdline) + 1, "" };
	uint64_t phys;

	uint8_t *zero = room_take(g, PAGE_BYTES, PAGE_BYTES, &phys);
	memcpy(zero + HEADER, image + HEADER, HEADER_MAGIC + image[HEADER_END] - HEADER);
	zero[HEADER_LOADER] = LOADER_UNKNOWN;
	write_32(zero + HEADER_CMDLINE, room_copy(g, &cmdline));
	if (g->initrd.at) {
		write_32(zero + HEADER_INITRD, room_copy(g, &g->initrd));
		write_32(zero + HEADER_INITRD_BYTES, g->initrd.bytes);
	}
	memcpy(zero + ZERO_RSDP, &g->boot->acpi_rsdp, 8);
	fill_e820(g->boot, zero);
	return phys;
}

/* ---- Tables ---- */

/* The first 4 GiB one to one, in pages of 2 MiB: root, one table of 1 GiB entries, four of 2 MiB entries. */
static uint64_t load_tables(struct guest *g)
{
	enum { PRESENT_WRITE = 3, LARGE = 0x80 };
	uint64_t phys;
	uint64_t (*tables)[512] = room_take(g, GUEST_TABLES * PAGE_BYTES, PAGE_BYTES, &phys);

	tables[0][0] = (phys + PAGE_BYTES) | PRESENT_WRITE;
	for (unsigned i = 0; i < 4; i++)
		tables[1][i] = (phys + (2 + i) * PAGE_BYTES) | PRESENT_WRITE;
	for (unsigned i = 0; i < 4 * 512; i++)
		tables[2 + i / 512][i % 512] = MIB(2) * i | LARGE | PRESENT_WRITE;
	return phys;
}

static struct vmcb_segment load_gdt(struct guest *g)
{
	static const uint64_t gdt[] = { 0, 0, SEGMENT_CODE_64, SEGMENT_DATA };
	struct file file = { (const uint8_t *)gdt, sizeof gdt, "" };

	return (struct vmcb_segment){ .limit = sizeof gdt - 1, .base = room_copy(g, &file) };
}

/* ---- The whole ---- */

/* The first page has the BIOS's data area, which Linux reads; the firmware's drivers do not. */
static void share_first_page(const struct hobnail_boot *boot)
{
	const struct hobnail_memory *first = hobnail_entry(boot, &boot->memory_map, 0);

	if (first->base == 0 && access_of(first) == ACCESS_NONE)
		stage_map(boot, 0, PAGE_BYTES, ACCESS_MEMORY);
}

void linux_load(struct guest *g, struct vmcb *vmcb, struct registers *r)
{
	uint64_t stack;

	check_image(&g->image);
	share_first_page(g->boot);
	vmcb->rip = load_image(g) + ENTRY_64;
	r->rsi = load_zero_page(g);
	vmcb->cr3 = load_tables(g);
	vmcb->gdtr = load_gdt(g);
	room_take(g, STACK_BYTES, PAGE_BYTES, &stack);
	vmcb->rsp = stack + STACK_BYTES;
	say("guest at %#llx, zero page at %#llx, initrd of %llu bytes", (unsigned long long)vmcb->rip,
	    (unsigned long long)r->rsi, (unsigned long long)g->initrd.bytes);
}
