/* model.c — the machines, but for their memory. */
#include "model.h"

#include <string.h>

#include "model_internal.h"
#include "ways.h"

/* The last page of the text is room that is
 * filled in the copy. */
static const struct image image_shape = {
	.text = KIB(4), .code_end = KIB(116), .text_end = KIB(120), .rodata = KIB(120), .rodata_end = KIB(180),
	.data = KIB(180), .end = MACHINE_IMAGE_BYTES,
};

/* QEMU's VGA has 16 MiB, and 1280 x 800 as its usual mode (hw/display/vga.c, hw/display/edid-generate.c). */
enum { USUAL_CPUS = 4, DISPLAY_WIDTH = 1280, DISPLAY_HEIGHT = 800, DISPLAY_BYTES = 16 << 20 };

static enum err ask_psci(struct attempt *a, struct problem *p)
{
	return ways_find(&a->platform, a->handoff, p);
}

/* Facts of the processors qemu64 and Cortex-A72 under TCG. Addresses: QEMU, hw/i386/pc_q35.c and
 * include/hw/i386/{apic,ioapic}.h, include/hw/timer/hpet.h; hw/arm/virt.c, where PCI's configuration space lies behind
 * 256 GiB, and so RAM ends below. */
static const struct machine_model {
	void (*describe)(struct model *m, uint64_t bytes);
	mode_chooser *choose_mode;
	enum err (*prepare_cpus)(struct attempt *a, struct problem *p);
	uint64_t most_bytes;
	uint32_t id, psci;
	struct arch_facts facts;
	struct hobnail_console console;
	struct span pci, quiet[3];
	unsigned quiet_count;
	paddr display;
	uint64_t counter_hz;
} machines[ARCH_COUNT] = {
	[ARCH_X86_64] = {
		.describe = model_describe_q35, .choose_mode = mode_choose_x86_64, .prepare_cpus = ways_take_page,
		.most_bytes = TIB(1) - GIB(2), .id = HOBNAIL_ARCH_X86_64, .psci = HOBNAIL_PSCI_NONE,
		.facts = { .paging_levels = 4, .no_execute = true, .max_leaf = 1, .phys_bits = 40,
		           .net_limit = GIB(4) },
		.console = { .phys = 0x3f8, .kind = HOBNAIL_CONSOLE_16550_PORT },
		.pci = { 0xb0000000, MIB(256) },
		.quiet = { { 0xfee00000, PAGE_BYTES }, { 0xfec00000, PAGE_BYTES }, { 0xfed00000, PAGE_BYTES } },
		.quiet_count = 3, .display = 0xc0000000,
	},
	[ARCH_AARCH64] = {
		.describe = model_describe_virt, .choose_mode = mode_choose_aarch64, .prepare_cpus = ask_psci,
		.most_bytes = GIB(255), .id = HOBNAIL_ARCH_AARCH64, .psci = HOBNAIL_PSCI_HVC,
		.facts = { .firmware_level = 1, .paging_levels = 4, .no_execute = true, .max_leaf = 2, .phys_bits = 44,
		           .starts_uncached = true, .net_limit = UINT64_MAX },
		.console = { .phys = 0x09000000, .kind = HOBNAIL_CONSOLE_PL011 },
		.pci = { 0x4010000000, MIB(256) }, .display = 0x10000000, .counter_hz = 62500000,
	},
};

bool model_has(enum arch arch)
{
	return machines[arch].describe != NULL;
}

uint64_t model_most_mib(enum arch arch)
{
	return machines[arch].most_bytes / MIB(1);
}

/* Facts that are recorded; the others are the architecture's. */
static void take_facts(struct arch_facts *to, const struct arch_facts *from)
{
	to->firmware_level = from->firmware_level;
	to->paging_levels = from->paging_levels;
	to->vhe = from->vhe;
	to->e2h_fixed = from->e2h_fixed;
	to->la57 = from->la57;
	to->lpa2 = from->lpa2;
	to->no_execute = from->no_execute;
	to->max_leaf = from->max_leaf;
	to->phys_bits = from->phys_bits;
	to->boot_cpu = from->boot_cpu;
}

static void fill_record(struct model *m, const struct machine_record *record, struct platform *p)
{
	size_t last = m->memory.count - 1;

	take_facts(&p->arch, &record->facts);
	if (record->arch == ARCH_AARCH64 && record->facts.firmware_level == 2)
		p->psci = HOBNAIL_PSCI_SMC;
	/* Another machine may have memory where the usual one has its devices. */
	if (p->devices[0].base <= m->entries[last].base)
		p->device_count = 0;
}

static void fill_facts(struct platform *m, enum arch arch, const struct model_options *options)
{
	const struct machine_model *is = &machines[arch];

	m->arch = is->facts;
	m->console = is->console;
	m->has_console = true;
	m->devices[0] = is->pci;
	m->device_count = 1;
	m->psci = is->psci;
	if (arch == ARCH_AARCH64 && options->el2) {
		m->arch.firmware_level = 2;
		m->arch.vhe = true;
		m->psci = HOBNAIL_PSCI_SMC; /* hw/arm/virt.c: the conduit, once EL2 is the guest's */
	}
	m->arch.la57 = arch == ARCH_X86_64 && options->la57;
	m->arch.lpa2 = arch == ARCH_AARCH64 && options->lpa2;
}

bool model_make(struct model *m, enum arch arch, const struct model_options *options, struct attempt *a)
{
	const struct machine_model *is = &machines[arch];

	memset(m, 0, sizeof *m);
	m->arch = arch;
	m->image = image_shape;
	m->memory = (struct memmap){ m->entries, 0, MODEL_MAX_ENTRIES };
	if (options->record)
		model_describe_record(m, options->record);
	else
		is->describe(m, MIB(options->memory_mib));
	memcpy(m->handoff.devices, is->quiet, sizeof is->quiet);
	m->handoff.device_count = is->quiet_count;
	*a = (struct attempt){ .pages = &m->pages, .image = &m->image, .arch = is->id, .cpu_area_bytes = PAGE_BYTES,
	                       .choose_mode = is->choose_mode, .prepare_cpus = is->prepare_cpus,
	                       .handoff = &m->handoff };
	a->platform.memory = m->memory;
	fill_facts(&a->platform, arch, options);
	if (options->record)
		fill_record(m, options->record, &a->platform);
	return model_open_memory(m);
}

static void add_display(const struct model *m, const struct wants *wants, struct platform *out)
{
	uint32_t width = wants->width, height = wants->height;

	if (!width || !height || (uint64_t)width * height * 4 > DISPLAY_BYTES) {
		width = DISPLAY_WIDTH;
		height = DISPLAY_HEIGHT;
	}
	out->has_framebuffer = true;
	out->framebuffer = (struct hobnail_framebuffer){
		.phys = machines[m->arch].display, .bytes = align_up((uint64_t)width * height * 4, PAGE_BYTES),
		.width = width, .height = height, .pitch = width * 4, .bits_per_pixel = 32,
		.red_mask = 0xff0000, .green_mask = 0xff00, .blue_mask = 0xff,
	};
}

/* The boot processor is one of them. */
static void add_cpus(struct model *m, unsigned count, struct platform *p)
{
	p->cpus = m->cpus;
	p->cpu_count = count;
	for (unsigned i = 0; i < count; i++)
		m->cpus[i] = (struct table_cpu){ .hardware_id = p->arch.boot_cpu + i, .enabled = true };
}

void model_equip(struct model *m, const struct model_options *options, const struct requests *r, struct attempt *a)
{
	const struct machine_record *record = options->record;
	struct platform *p = &a->platform;
	unsigned usual = a->wants.processors ? USUAL_CPUS : 1,
		 said = record && record->cpus ? record->cpus : options->cpus;

	add_cpus(m, said ? said : usual, p);
	if (record) {
		p->has_framebuffer = record->has_framebuffer;
		p->framebuffer = record->framebuffer;
	} else if (r->of[HOBNAIL_REQUEST_FRAMEBUFFER].asked || a->wants.maps[WANT_DIRECT_MAP].framebuffer ||
	           a->wants.display) {
		add_display(m, &a->wants, p);
	}
}

enum { EFI_DESCRIPTOR_BYTES = 48 };

/* EDK2 has ACPI and SMBIOS there, and no device tree beside them. */
void model_facts(const struct model *m, struct limine_facts *out)
{
	const struct hobnail_memory *tables = &m->entries[0];

	for (size_t i = 0; i < m->memory.count; i++)
		if (m->entries[i].type == HOBNAIL_MEMORY_ACPI_RECLAIM)
			tables = &m->entries[i];
	*out = (struct limine_facts){
		.rsdp = tables->base + PAGE_BYTES, .smbios_64 = tables->base + PAGE_BYTES,
		.system_table = tables->base + PAGE_BYTES,
		.has_date = true, .counter_hz = machines[m->arch].counter_hz,
		.map_room = limine_map_room(MODEL_MAX_ENTRIES),
		.efi_map_room = MODEL_MAX_ENTRIES * EFI_DESCRIPTOR_BYTES,
	};
}
