/* net_facts.c — what the net must know to explain a fault, gathered while firmware is there. */
#include "net.h"

#include "image.h"
#include "say.h"

#include <string.h>

struct net net;

enum { GIC_FRAME_BYTES = 0x10000 }; /* of distributor and CPU interface: at most */
enum { MEMORY_GROWTH = 256 }; /* entries that the last map may have more than the first */

/* Plan and memory map share one block. */
enum err net_facts_allocate(struct boot *b, struct problem *p)
{
	struct plan *plan = &b->space.plan;
	size_t capacity = plan_bound(b->memory.count, handoff.cpu_count), room = b->memory.count + MEMORY_GROWTH;
	paddr at;
	enum err e = firmware_pages(&b->fw, capacity * sizeof(struct plan_range) + room * sizeof(struct hobnail_memory),
	                            HOBNAIL_MEMORY_NET, &at, p);

	if (e)
		return e;
	*plan = (struct plan){ .ranges = memory_at(at), .capacity = capacity };
	net.memory_room = room;
	net.memory_phys = at + capacity * sizeof(struct plan_range);
	return OK;
}

/* Give memory a place in the net, read-only. With the MMU off it keeps its own, and is read without caches. */
static enum err place(struct boot *b, paddr phys, uint64_t bytes, unsigned index, vaddr *out, struct problem *p)
{
	struct plan_piece piece = { .phys = phys, .bytes = bytes, .memory = PT_NORMAL, .kind = PLAN_NET_FACTS, .index = index,
	                            .virt = phys };
	enum err e = b->mode.mmu_off ? handoff_touch(&handoff, phys, bytes, false, true, p)
	                             : plan_piece(&b->space.plan, b->mode.layout, &piece, p);

	*out = piece.virt;
	return e;
}

static void add_device(struct fault_places *out, paddr base, uint64_t bytes, enum say name)
{
	if (base && out->device_count < FAULT_MAX_DEVICES)
		out->devices[out->device_count++] = (struct fault_device){ { base, bytes }, name };
}

static void add_gic(struct fault_places *out, const struct table_gic *gic)
{
	add_device(out, gic->distributor, GIC_FRAME_BYTES, SAY_D_GIC_DISTRIBUTOR);
	add_device(out, gic->cpu_interface, GIC_FRAME_BYTES, SAY_D_GIC_INTERFACE);
	for (unsigned i = 0; i < gic->redistributor_count; i++)
		add_device(out, gic->redistributors[i].base, gic->redistributors[i].bytes, SAY_D_GIC_REDISTRIBUTOR);
}

/* "IA-PC HPET Description Table": base address 40, a generic address: space 0, memory; address 4. PCI Firmware Specification 3.3,
 * "MCFG Table Description": from byte 44 on, 16 bytes for each range: its base, 2 bytes of segment, first and last bus. */
static void add_tables_devices(struct fault_places *out, const struct acpi *acpi)
{
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	size_t count = acpi_ioapics(acpi, ioapics, COUNT_OF(ioapics));
	uint32_t bytes;
	const uint8_t *hpet = acpi_table(acpi, "HPET", &bytes);

	add_device(out, acpi_local_apic(acpi), PAGE_BYTES, SAY_D_LOCAL_APIC);
	for (size_t i = 0; i < count; i++)
		add_device(out, ioapics[i].base, PAGE_BYTES, SAY_D_IO_APIC);
	if (hpet && bytes >= 56 && hpet[40] == 0)
		add_device(out, read_le64(hpet + 44), PAGE_BYTES, SAY_D_HPET);
	const uint8_t *mcfg = acpi_table(acpi, "MCFG", &bytes);
	for (uint32_t at = 44; mcfg && bytes >= 16 && at <= bytes - 16; at += 16) {
		uint64_t first = mcfg[at + 10], last = mcfg[at + 11];
		if (first <= last)
			add_device(out, read_le64(mcfg + at) + (first << 20), (last - first + 1) << 20, SAY_D_ECAM);
	}
}

static void fill_devices(const struct facts *f, struct fault_places *out)
{
	static struct table_gic gic;

	if ((f->has_acpi && acpi_gic(&f->acpi, &gic)) || (f->has_fdt && fdt_gic(&f->fdt, &gic)))
		add_gic(out, &gic);
	if (f->has_acpi)
		add_tables_devices(out, &f->acpi);
}

static void fill_kernel(const struct boot *b, struct fault_places *out)
{
	const struct kernel *k = &b->kernel;

	out->segment_count = k->layout.segment_count;
	for (unsigned i = 0; i < out->segment_count; i++) {
		const struct plan_segment *s = &k->segments[i];
		const struct elf_segment *in_file = &k->layout.segments[i];
		out->segments[i] = (struct fault_segment){ s->virt, s->phys, s->bytes, in_file->virt, s->rights, i };
	}
	out->module_count = b->module_count;
	for (unsigned i = 0; i < b->module_count; i++)
		net.modules[i] = (struct span){ b->modules[i].phys, b->modules[i].bytes };
}

enum err net_facts_place(struct boot *b, struct problem *p)
{
	const struct plan *plan = &b->space.plan;
	const struct facts *f = &b->facts;
	struct fault_places *out = &net.places;
	paddr block = (uintptr_t)plan->ranges;
	uint64_t bytes = net.memory_phys + net.memory_room * sizeof(struct hobnail_memory) - block;
	vaddr at, symbols = 0;
	enum err e = place(b, block, bytes, 0, &at, p);

	if (!e && b->kernel.symbols.bytes)
		e = place(b, b->kernel.symbols.base, b->kernel.symbols.bytes, 1, &symbols, p);
	if (e)
		return e;
	*out = (struct fault_places){
		.ranges = memory_at(at),
		.memory = { memory_at(at + (net.memory_phys - block)), 0, net.memory_room },
		.modules = memory_at(handoff_net_address(&handoff, net.modules, (uintptr_t)image_base)),
		.framebuffer = { f->framebuffer.phys, f->framebuffer.bytes },
		.console = { f->console.phys, f->has_console && f->console.kind != HOBNAIL_CONSOLE_16550_PORT ? PAGE_BYTES : 0 },
		.direct_map = plan->direct_map, .device_map = plan->device_map, .has_device_map = plan->has_device_map,
	};
	net.symbols = memory_at(symbols);
	if (net.symbols)
		net.in_symbols = *(const struct hobnail_symbols *)memory_at(b->kernel.symbols.base);
	fill_kernel(b, out);
	fill_devices(f, out);
	if (b->mode.mmu_off)
		return OK;
	/* What it shows first does not matter. */
	struct plan_piece window = { .phys = block, .bytes = PAGE_BYTES, .memory = PT_NORMAL, .kind = PLAN_NET_WINDOW };
	e = plan_piece(&b->space.plan, b->mode.layout, &window, p);
	net.window = window.virt;
	return e;
}

/* The table with the leaf of an address that is mapped by 4 KiB pages. */
static paddr last_table(const struct pt *pt, vaddr va)
{
	const struct pt_format *f = pt->format;
	paddr table = pt->root;

	for (unsigned level = f->levels - 1; level > 0; level--) {
		uint64_t entry = pt->table_at(pt->context, table)[va >> (PAGE_SHIFT + PT_INDEX_BITS * level) & (PT_ENTRIES - 1)];
		table = (entry & f->frame_mask) >> f->frame_shift << PAGE_SHIFT;
	}
	return table;
}

enum err net_window_open(struct boot *b, struct problem *p)
{
	struct pt *pt = &b->space.upper;
	struct plan_piece table = { .phys = last_table(pt, net.window), .bytes = PAGE_BYTES, .rights = PT_WRITE, .memory = PT_NORMAL,
	                            .kind = PLAN_NET_WINDOW, .index = 1 };
	enum err e = plan_piece(&b->space.plan, b->mode.layout, &table, p);

	if (!e)
		e = pt_map(pt, table.virt, table.phys, PAGE_BYTES, PT_WRITE | PT_GLOBAL, PT_NORMAL, p);
	if (e)
		return e;
	net.window_entry = (volatile uint64_t *)memory_at(table.virt) + (net.window >> PAGE_SHIFT & (PT_ENTRIES - 1));
	net.window_bits = pt_leaf_bits(pt->format, 0, PT_GLOBAL, PT_NORMAL);
	net.window_device_bits = pt_leaf_bits(pt->format, 0, PT_GLOBAL, PT_DEVICE);
	net.places.range_count = b->space.plan.count;
	return OK;
}

void net_facts_memory(const struct memmap *m)
{
	struct memmap *out = &net.places.memory;

	out->count = min_u64(m->count, net.memory_room);
	memcpy(memory_at(net.memory_phys), m->entries, out->count * sizeof *m->entries);
}
