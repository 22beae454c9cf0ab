/* net_facts.c — gathers the facts with which the net explains a fault, while firmware is there. */
#include "after/net.h"
#include "image.h"

#include <string.h>

struct net net;

enum { GIC_FRAME_BYTES = 0x10000 }; /* of distributor and CPU interface: at most */

void net_forget(void)
{
	memset(&net, 0, sizeof net);
}

static void add_device(struct fault_places *out, paddr base, uint64_t bytes, enum fault_device_kind kind)
{
	if (base && out->device_count < FAULT_MAX_DEVICES)
		out->devices[out->device_count++] = (struct fault_device){ { base, bytes }, kind };
}

static void add_gic(struct fault_places *out, const struct table_gic *gic)
{
	add_device(out, gic->distributor, GIC_FRAME_BYTES, FAULT_GIC_DISTRIBUTOR);
	add_device(out, gic->cpu_interface, GIC_FRAME_BYTES, FAULT_GIC_CPU_INTERFACE);
	for (unsigned i = 0; i < gic->redistributor_count; i++)
		add_device(out, gic->redistributors[i].base, gic->redistributors[i].bytes, FAULT_GIC_REDISTRIBUTORS);
}

static void add_tables_devices(struct fault_places *out, const struct acpi *acpi)
{
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	size_t count = acpi_ioapics(acpi, ioapics, COUNT_OF(ioapics));
	struct span pci[FAULT_MAX_DEVICES];

	add_device(out, acpi_local_apic(acpi), PAGE_BYTES, FAULT_LOCAL_APIC);
	for (size_t i = 0; i < count; i++)
		add_device(out, ioapics[i].base, PAGE_BYTES, FAULT_IOAPIC);
	add_device(out, acpi_hpet(acpi), PAGE_BYTES, FAULT_HPET);
	count = acpi_pci(acpi, pci, COUNT_OF(pci));
	for (size_t i = 0; i < count; i++)
		add_device(out, pci[i].base, pci[i].bytes, FAULT_ECAM);
}

static void fill_devices(const struct facts *f, struct fault_places *out)
{
	static IMAGE_UNTIL_EXIT struct table_gic gic;

	if ((f->has_acpi && acpi_gic(&f->acpi, &gic)) || (f->has_fdt && fdt_gic(&f->fdt, &gic)))
		add_gic(out, &gic);
	if (f->has_acpi)
		add_tables_devices(out, &f->acpi);
}

static void fill_kernel(const struct attempt *a, struct fault_places *out)
{
	const struct elf_layout *layout = &a->kernel.layout;

	out->segment_count = layout->segment_count;
	for (unsigned i = 0; i < out->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		out->segments[i] = (struct fault_segment){ s->run, s->place, s->memory_bytes, s->virt, s->rights, i };
	}
	out->module_count = a->module_count;
	memcpy(net.modules, a->modules, a->module_count * sizeof *a->modules);
}

static void open_window(const struct space *s)
{
	const struct pt_format *format = s->upper.format;

	net.window = s->facts.window;
	net.window_entry = memory_at(s->facts.window_leaf);
	net.window_format = *format;
	net.window_bits = pt_leaf_bits(format, 0, PT_GLOBAL, PT_NORMAL);
	net.window_device_bits = pt_leaf_bits(format, 0, PT_GLOBAL, PT_DEVICE);
	net.places.range_count = s->plan.count;
}

void net_facts_fill(const struct boot *b)
{
	const struct attempt *a = &b->attempt;
	const struct platform *m = &a->platform;
	const struct plan *plan = &a->space.plan;
	const struct space_facts *f = &a->space.facts;

	net.memory_room = f->memory_room;
	net.memory_phys = f->memory;
	net.places = (struct fault_places){
		.ranges = memory_at(f->virt),
		.memory = { memory_at(f->virt + (f->memory - f->block)), 0, f->memory_room },
		.modules = memory_at(image_net_address(&handoff, net.modules)),
		.framebuffer = { m->framebuffer.phys, m->framebuffer.bytes },
		.console = { m->console.phys, platform_maps_console(m) ? PAGE_BYTES : 0 },
		.direct_map = plan->direct_map, .device_map = plan->device_map, .has_device_map = plan->has_device_map,
	};
	net.symbols = memory_at(f->symbols);
	if (net.symbols)
		net.in_symbols = *(const struct hobnail_symbols *)memory_at(a->kernel.symbols.base);
	fill_kernel(a, &net.places);
	fill_devices(&b->facts, &net.places);
	if (!a->mode.mmu_off)
		open_window(&a->space);
}

void net_facts_memory(const struct memmap *m)
{
	struct memmap *out = &net.places.memory;

	out->count = min_u64(m->count, net.memory_room);
	memcpy(memory_at(net.memory_phys), m->entries, out->count * sizeof *m->entries);
}
