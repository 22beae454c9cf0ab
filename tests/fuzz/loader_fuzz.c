/* The whole loader, over a firmware and a volume that the input spoils: it enters a kernel that is as it must be,
 * or it says what is wrong and leaves nothing behind.
 *
 * The first byte chooses machine, protocol and kernel; what follows is a list of changes, each a byte that says which
 * and its operands. Where the input ends in the middle of one, the rest of it is zeros. */
#include <stdio.h>
#include <sys/mman.h>

#include "firmware/world.h"
#include "fuzz.h"

/* RAM that is real, but not the arena: the loader may read tables there, and move segments to it. */
#define FAR_BASE 0x20000000ull
enum { LOW_PAGE = 0x10, FAR_PAGES = 0x50020, FAR_BOOT_PAGES = 0x50000 };

enum { TEXT_BYTES = 4096, RAW_BYTES = 8192 };
enum { CONFIG, KERNEL }; /* indices of world_make()'s files */

static char config[TEXT_BYTES];
static uint8_t kernel[RAW_BYTES], options[600], path[300], small[8][300], large[600 * KIB(1)];
static enum world_kernel kind;
static bool volume_changed;
static bool kernel_changed; /* its segments may share bytes of the file, which are read for each */

static void *memory(paddr at)
{
	return (void *)(uintptr_t)at;
}

/* Up to `capacity` bytes of the input: a length, and then they. */
static uint32_t take_bytes(struct input *in, void *out, uint32_t capacity)
{
	uint32_t bytes = (uint32_t)take(in, 2) % (capacity + 1);

	for (uint32_t i = 0; i < bytes; i++)
		((uint8_t *)out)[i] = (uint8_t)take(in, 1);
	return bytes;
}

static struct fake_file *pick_file(struct input *in)
{
	return &fake.files[pick(in, fake.file_count)];
}

/* ---- Changes ------------------------------------------------------------------------------------------------ */

static void change_fault(struct input *in)
{
	static const EFI_STATUS ways[] = { EFI_OUT_OF_RESOURCES, EFI_DEVICE_ERROR, EFI_NOT_FOUND, EFI_BUFFER_TOO_SMALL,
	                                   EFI_SECURITY_VIOLATION, EFI_TIMEOUT, FAULT_SHORT };

	for (unsigned i = 0; i < FAKE_MAX_FAULTS; i++)
		if (!fake.faults[i].call) {
			fake.faults[i].call = (unsigned)take(in, 1);
			fake.faults[i].status = ways[pick(in, COUNT_OF(ways))];
			return;
		}
}

static void change_config(struct input *in)
{
	world_replace(&fake.files[CONFIG], config, take_bytes(in, config, sizeof config));
}

/* Another kernel than the builder's: all of it from the input. */
static void change_kernel(struct input *in)
{
	kernel_changed = true;
	world_replace(&fake.files[KERNEL], kernel, take_bytes(in, kernel, sizeof kernel));
}

/* A few bytes of the kernel; most of what matters is at its beginning. */
static void change_kernel_bytes(struct input *in)
{
	uint32_t at = (uint32_t)take(in, 2) % BUILT_BYTES;

	kernel_changed = true;
	take_bytes(in, world_elf.data + at, min_u64(BUILT_BYTES - at, 32));
}

static void change_kernel_size(struct input *in)
{
	struct fake_file *f = &fake.files[KERNEL];

	world_replace(f, f->data, min_u64(f->bytes, take(in, 2)));
}

static void change_kernel_place(struct input *in)
{
	static const paddr places[] = { ARENA, ARENA_FREE, ARENA_BUSY, ARENA_ACPI, ARENA_TREE, ARENA_SCREEN,
	                                ARENA_DEVICE,
	                                ARENA + ARENA_BYTES, FAR_BASE, LOW_PAGE * PAGE_BYTES, MIB(1), 0 };

	world_kernel_at(places[pick(in, COUNT_OF(places))] + ((uint64_t)take(in, 1) << PAGE_SHIFT) - 8 * PAGE_BYTES);
}

static void change_size_said(struct input *in)
{
	struct fake_file *f = pick_file(in);

	f->said = take(in, 8);
	f->said_step = (int8_t)take(in, 1);
}

static void change_read_most(struct input *in)
{
	fake.options.read_most = take(in, 2);
}

/* Files that the default entry finds, or a configuration names. */
static void add_file(struct input *in)
{
	static const char *const paths[] = { "\\boot\\modules\\a", "\\boot\\modules\\b", "\\boot\\modules\\.c",
	                                     "\\EFI\\BOOT\\hobnail.conf",
	                                     "\\boot\\modules\\d\\e", "\\x" };
	const char *name = paths[pick(in, COUNT_OF(paths))];
	bool is_large = pick(in, 4) == 0;

	if (fake_find(name))
		return;
	uint8_t *data = small[fake.file_count % COUNT_OF(small)];
	uint32_t bytes = is_large ? (uint32_t)take(in, 3) % sizeof large : take_bytes(in, data, sizeof small[0]);
	fake_add(name, is_large ? large : data, bytes);
}

static void remove_file(struct input *in)
{
	pick_file(in)->path = "\\elsewhere";
}

static void change_options(struct input *in)
{
	fake.options.load_options_bytes = take_bytes(in, options, sizeof options);
	fake.options.load_options = options;
}

/* Where the firmware says that we are: a path of nodes, which end within it whatever the input says. */
static void change_path(struct input *in)
{
	memset(path, 0, sizeof path);
	take_bytes(in, path, sizeof path - 4);
	for (uint32_t at = 0; at < sizeof path - 4;) {
		uint32_t length = read_le16(path + at + 2);
		if (path[at] != EFI_PATH_MEDIA || path[at + 1] != EFI_PATH_FILE || length < 4)
			break;
		if (length > sizeof path - 4 - at)
			path[at] = EFI_PATH_END;
		at += length;
	}
	fake.options.file_path = path;
}

/* One more range of the map: RAM only where there is some. */
static void add_range(struct input *in)
{
	static const EFI_MEMORY_TYPE no_ram[] = { EfiUnusableMemory, EfiMemoryMappedIO, EfiMemoryMappedIOPortSpace,
	                                          15 };
	static const uint64_t attributes[] = { 8, 15, 1, 0, 8 | 0x40000, 8 | 1ull << 63, 1 | 1ull << 63 };
	static const unsigned shifts[] = { 0, 9, 18, 30 };
	EFI_MEMORY_DESCRIPTOR d = { .Type = (uint32_t)take(in, 1),
	                            .Attribute = attributes[pick(in, COUNT_OF(attributes))] };
	unsigned where = pick(in, 4);

	d.NumberOfPages = take(in, 2) << shifts[pick(in, 3)];
	if (where == 0) {
		d.PhysicalStart = FAR_BASE + take(in, 3) % FAR_PAGES * PAGE_BYTES;
		d.NumberOfPages = min_u64(d.NumberOfPages, FAR_PAGES - (d.PhysicalStart - FAR_BASE) / PAGE_BYTES);
	} else if (where == 1) {
		d.PhysicalStart = ARENA + take(in, 2) % ARENA_PAGES * PAGE_BYTES;
		d.NumberOfPages = min_u64(d.NumberOfPages, (ARENA + ARENA_BYTES - d.PhysicalStart) / PAGE_BYTES);
	} else {
		d.PhysicalStart = take(in, 3) << PAGE_SHIFT << shifts[pick(in, 4)];
		d.PhysicalStart += where == 3 ? take(in, 2) : 0;
		d.Type = no_ram[d.Type % COUNT_OF(no_ram)];
	}
	if (fake.options.range_count < FAKE_MAX_RANGES)
		fake.options.ranges[fake.options.range_count++] = d;
}

static void add_drift(struct input *in)
{
	struct fake_drift *d = &fake.options.drifts[pick(in, FAKE_MAX_DRIFTS)];
	static const paddr bases[] = { ARENA, ARENA_ACPI, ARENA_BUSY, ARENA_FREE };

	d->at_map_call = pick(in, 8);
	d->base = bases[pick(in, COUNT_OF(bases))] + (take(in, 2) % ARENA_PAGES) * PAGE_BYTES;
	d->pages = (unsigned)take(in, 1);
	d->type = pick(in, EfiUnacceptedMemoryType + 2);
	if (d->type == EfiConventionalMemory)
		fake_tables_anywhere(); /* the tables' own pages can be among them */
}

static void change_map(struct input *in)
{
	static const uint64_t strides[] = { 40, 48, 56, 64, 96, 0, 8, 39, 41, 4096 };
	struct fake_options *o = &fake.options;

	o->descriptor_bytes = strides[pick(in, COUNT_OF(strides))];
	o->stride_changes_at = pick(in, 8);
	o->other_descriptor_bytes = strides[pick(in, COUNT_OF(strides))];
	o->map_growth = (unsigned)take(in, 1);
}

static void change_exit(struct input *in)
{
	unsigned n = pick(in, 12);

	fake.options.exit_refusals = n == 11 ? UINT32_MAX : n;
}

static void change_free(struct input *in)
{
	fake_leave_free((unsigned)take(in, 2) % 1000);
}

static void change_screen(struct input *in)
{
	struct fake_options *o = &fake.options;
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = &o->mode_info[pick(in, COUNT_OF(o->mode_info))];
	static const paddr bases[] = { ARENA_SCREEN, ARENA_BUSY, ARENA_TREE + 0x10, FAR_BASE, 0 };

	info->HorizontalResolution = (uint32_t)take(in, 2);
	info->VerticalResolution = (uint32_t)take(in, 2);
	info->PixelsPerScanLine = (uint32_t)take(in, 2);
	info->PixelFormat = pick(in, 6);
	info->PixelInformation = (EFI_PIXEL_BITMASK){ (uint32_t)take(in, 4), (uint32_t)take(in, 4),
	                                              (uint32_t)take(in, 4), 0 };
	o->mode.FrameBufferBase = bases[pick(in, COUNT_OF(bases))];
	o->mode.FrameBufferSize = take(in, 4);
	o->mode.MaxMode = (uint32_t)take(in, 1);
}

static void change_switches(struct input *in)
{
	struct fake_options *o = &fake.options;
	uint64_t bits = take(in, 2);

	o->no_console_out = bits & 1;
	o->no_serial = bits & 2;
	o->no_gop = bits & 4;
	o->console_gop = bits & 8;
	o->no_rng = bits & 16;
	o->rng_fails = bits & 32;
	o->serial_console = bits & 64;
	o->secure_boot = bits & 128 ? (int)(bits >> 8 & 3) - 1 : 0;
	if (bits & 1024)
		o->mode.Info = NULL;
}

static void change_facts(struct input *in)
{
	struct arch_facts *f = &fake.options.facts;
	uint64_t bits = take(in, 2);

	f->vhe = bits & 1;
	f->la57 = bits & 2;
	f->e2h_fixed = bits & 4;
	f->max_leaf = bits & 8 ? 1 : 2;
	f->paging_levels = bits & 16 ? 5 : 4;
	f->boot_cpu = bits >> 5 & 3;
	if (fake.options.machine == FAKE_AARCH64)
		f->firmware_level = 1 + (bits >> 7 & 1);
	f->confidential = bits & 512;
	f->lpa2 = bits & 1024;
	f->net_limit = bits & 256 ? ARENA + ARENA_BYTES / 2 : f->net_limit;
}

static void change_time(struct input *in)
{
	uint8_t *t = (uint8_t *)&fake.options.time;

	for (unsigned i = 0; i < sizeof fake.options.time; i++)
		t[i] = (uint8_t)take(in, 1);
}

/* ---- Tables ------------------------------------------------------------------------------------------------- */

static void change_pointer(struct input *in)
{
	static const paddr places[] = { 0, ARENA_ACPI, ARENA_TREE, ARENA_SCREEN, ARENA_DEVICE, ARENA_BUSY, ARENA_FREE,
	                                FAR_BASE,
	                                ARENA + ARENA_BYTES - 16, LOW_PAGE * PAGE_BYTES, UINT64_MAX - 8, 1 };
	paddr *pointers[] = { &fake.options.rsdp, &fake.options.smbios, &fake.options.device_tree };

	*pointers[pick(in, COUNT_OF(pointers))] = places[pick(in, COUNT_OF(places))] + take(in, 1);
	fake_tables_anywhere();
}

/* Bytes of the tables, or of what the firmware keeps for itself. */
static void change_table_bytes(struct input *in)
{
	static const struct { paddr at; uint32_t bytes; } places[] = {
		{ ARENA_ACPI, 0x1000 }, { ARENA_TREE, 0x1000 }, { ARENA_BUSY, 0x4000 },
	};
	unsigned i = pick(in, COUNT_OF(places));
	uint32_t at = (uint32_t)take(in, 2) % places[i].bytes;

	take_bytes(in, memory(places[i].at + at), min_u64(places[i].bytes - at, 300));
	fake_tables_anywhere();
}

/* Make a sum right, so that what was changed is looked at: the fuzzer would not get there. */
static void fix_sum(struct input *in)
{
	uint8_t *at = memory(ARENA_ACPI + take(in, 2) % 0x1000);
	uint32_t bytes = (uint32_t)take(in, 2) % 0x1000, where = pick(in, 64);
	uint8_t sum = 0;

	at[where] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + at[i]);
	at[where] = (uint8_t)-sum;
	fake_tables_anywhere();
}

/* A table of any kind as the MADT's neighbour: sum and length are right. */
static void add_table(struct input *in)
{
	static const char signatures[][5] = { "APIC", "SPCR", "DBG2", "FACP", "SSDT" };
	uint8_t *xsdt = memory(ARENA_ACPI + 0x100), *table = memory(ARENA_ACPI + 0x800);
	uint32_t bytes;

	memcpy(table, signatures[pick(in, COUNT_OF(signatures))], 4);
	bytes = 36 + take_bytes(in, table + 36, 300);
	for (unsigned i = 0; i < 4; i++) {
		table[4 + i] = (uint8_t)(bytes >> 8 * i);
		xsdt[4 + i] = i ? 0 : 52;
	}
	uint64_t at = ARENA_ACPI + 0x800;
	memcpy(xsdt + 44, xsdt + 36, 8);
	memcpy(xsdt + 36, &at, 8);
	for (uint8_t *t = table; t; t = t == table ? xsdt : NULL) {
		uint8_t sum = 0;
		t[9] = 0;
		for (uint32_t i = 0; i < read_le32(t + 4); i++)
			sum = (uint8_t)(sum + t[i]);
		t[9] = (uint8_t)-sum;
	}
	fake_tables_anywhere();
}

/* SMBIOS, with a structure table somewhere. */
static void add_smbios(struct input *in)
{
	static const paddr places[] = { ARENA_BUSY, ARENA_ACPI + 0xf00, ARENA_TREE + 0x4000, FAR_BASE, ARENA_FREE };
	uint8_t *entry = memory(places[pick(in, 3)]);
	uint64_t table = places[pick(in, COUNT_OF(places))] + take(in, 2);
	uint32_t bytes = (uint32_t)take(in, 3);

	memcpy(entry, "_SM3_\0\x18\3", 8);
	memcpy(entry + 12, &bytes, 4);
	memcpy(entry + 16, &table, 8);
	fake.options.smbios = (uintptr_t)entry;
	fake_tables_anywhere();
}

/* The firmware calls memory that it keeps for itself something else: as good as free, or not RAM at all. */
static void change_kind(struct input *in)
{
	static const struct { paddr at; unsigned pages; } places[] = {
		{ ARENA_ACPI, 16 }, { ARENA_TREE, 16 }, { ARENA_SCREEN, 16 }, { ARENA_BUSY, 64 },
	};
	unsigned i = pick(in, COUNT_OF(places)), first = pick(in, places[i].pages),
		 pages = pick(in, places[i].pages) + 1;
	EFI_MEMORY_TYPE type = pick(in, EfiUnacceptedMemoryType + 2);

	memset(fake.kind + (places[i].at - ARENA) / PAGE_BYTES + first,
	       (int)(type == EfiConventionalMemory ? EfiLoaderData : type), min_u64(pages, places[i].pages - first));
}

static void change_reads(struct input *in)
{
	unsigned what = pick(in, 4);

	fake.options.read_nothing = what & 1;
	if (what & 2)
		fake.options.bad_byte = take(in, 3);
	else
		fake.options.read_limit = take(in, 3);
}

enum { VOLUME_CHANGES = 12 }; /* the first ones, of files and of what chooses them */
static void (*const changes[])(struct input *) = {
	change_fault,     change_config,    change_kernel, change_kernel_bytes, change_kernel_size, change_kernel_place,
	change_size_said, change_read_most, add_file,      remove_file,         change_options,     change_path,
	add_range,        add_drift,        change_map,    change_exit,         change_free,        change_screen,
	change_switches,  change_facts,     change_time,   change_pointer,      change_table_bytes, fix_sum,
	add_table,        add_smbios,       change_kind,   change_reads,
};

/* ---- Where the loader may read or write devices --------------------------------------------------------------- */

static bool is_real(paddr at, uint64_t bytes)
{
	return range_within(at - ARENA, bytes, ARENA_BYTES) ||
	       range_within(at - FAR_BASE, bytes, FAR_PAGES * (uint64_t)PAGE_BYTES);
}

static const void *map_real(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	return is_real(at, bytes) ? memory(at) : NULL;
}

/* Errors are drawn there. */
static bool screens_are_real(void)
{
	const struct fake_options *o = &fake.options;

	for (unsigned i = 0; i < COUNT_OF(o->mode_info); i++) {
		const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = &o->mode_info[i];
		if (o->mode.FrameBufferBase &&
		    !is_real(o->mode.FrameBufferBase, 4ull * info->PixelsPerScanLine * info->VerticalResolution))
			return false;
	}
	return true;
}

/* A console or display in memory that is not there would be a fault of the test's, not of the loader's. */
static bool is_possible(void)
{
	struct table_reader reader = { map_real, NULL };
	struct hobnail_console c = { 0 };
	const struct fake_options *o = &fake.options;
	struct acpi acpi;
	struct fdt fdt;

	if (!screens_are_real())
		return false;
	if (!acpi_open(reader, o->rsdp, &acpi, NULL) && acpi_console(&acpi, &c) &&
	    c.kind != HOBNAIL_CONSOLE_16550_PORT && !is_real(c.phys, 256))
		return false;
	const uint8_t *tree = map_real(NULL, o->device_tree, 8);
	uint32_t bytes = tree ? fdt_total_bytes(tree) : 0;
	return !bytes || !map_real(NULL, o->device_tree, bytes) || fdt_open(tree, bytes, &fdt, NULL) ||
	       !fdt_console(&fdt, &c) || c.kind == HOBNAIL_CONSOLE_16550_PORT || is_real(c.phys, 256);
}

/* ---- A run ---------------------------------------------------------------------------------------------------- */

/* Kernels of our own protocol, those of aarch64 alone at the end; and of the others, x86_64's at the end. */
static enum world_kernel kernel_of(unsigned first)
{
	static const enum world_kernel own[] = { KERNEL_UPPER, KERNEL_PIE, KERNEL_STAGED, KERNEL_MMU_OFF,
	                                         KERNEL_MMU_OFF_STAGED };
	static const enum world_kernel others[] = { KERNEL_EFI, KERNEL_LIMINE, KERNEL_MULTIBOOT2,
	                                            KERNEL_MULTIBOOT2_WITHIN };
	bool is_arm = first & 1;

	return first < 128 ? own[(first >> 1) % (is_arm ? 5 : 3)] : others[(first >> 1) % (is_arm ? 2 : 4)];
}

/* The program may end, as it likes. What it must find is known only where nothing is changed. */
static void make_program(struct input *in)
{
	static const EFI_STATUS statuses[] = { EFI_SUCCESS, EFI_ABORTED, EFI_LOAD_ERROR, EFI_OUT_OF_RESOURCES };
	unsigned how = pick(in, 8);

	fake.options.program_ends = how & 1;
	fake.options.program_status = statuses[how >> 1];
	if (in->left)
		fake.options.program = NULL;
}

static void make(struct input in)
{
	unsigned first = pick(&in, 256);

	kind = kernel_of(first);
	kernel_changed = volume_changed = false;
	world_make(first & 1 ? FAKE_AARCH64 : FAKE_X86_64, kind);
	fake.options.ranges[0].PhysicalStart = LOW_PAGE * PAGE_BYTES;
	fake.options.ranges[0].NumberOfPages -= LOW_PAGE;
	fake.options.ranges[4] = (EFI_MEMORY_DESCRIPTOR){ .Type = EfiBootServicesData, .PhysicalStart = FAR_BASE,
	                                                  .NumberOfPages = FAR_BOOT_PAGES, .Attribute = 8 };
	if (kind == KERNEL_EFI)
		make_program(&in);
	while (in.left) {
		unsigned i = pick(&in, COUNT_OF(changes));
		volume_changed |= i < VOLUME_CHANGES;
		changes[i](&in);
	}
}

static void judge(const char *why)
{
	if (!why)
		return;
	fprintf(stderr, "%s\nconsole: %s\nserial: %s\n", why, fake.console, fake.serial);
	abort();
}

/* A kernel of another protocol is told less of files than a record says: what it must find is known only of the volume
 * that world_make() has made. */
static const char *why_not(void)
{
	bool is_other = kind == KERNEL_LIMINE || kind == KERNEL_MULTIBOOT2 || kind == KERNEL_MULTIBOOT2_WITHIN;

	if (is_other && volume_changed && fake.outcome == FAKE_ENTERED)
		return fake.forbidden[0] ? fake.forbidden : NULL;
	return world_judge();
}

static void forget_memory(void)
{
	madvise(memory(FAR_BASE), FAR_PAGES * (size_t)PAGE_BYTES, MADV_DONTNEED);
	madvise(memory(LOW_PAGE * PAGE_BYTES), (0x9f - LOW_PAGE) * (size_t)PAGE_BYTES, MADV_DONTNEED);
}

static bool map_memory(paddr at, uint64_t pages)
{
	return mmap(memory(at), pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
	            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == memory(at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static bool mapped;
	const struct input in = { data, bytes };

	if (!mapped) {
		require(map_memory(FAR_BASE, FAR_PAGES) && map_memory(LOW_PAGE * PAGE_BYTES, 0x9f - LOW_PAGE));
		mapped = true;
	}
	forget_memory();
	make(in);
	if (!is_possible())
		return -1;
	fake_run();
	judge(why_not());
	if (!kernel_changed)
		judge(world_judge_read_once());
	/* Now and then twice: nothing may depend on the run before. */
	if (bytes % 16 == 0) {
		unsigned calls = fake.calls;
		enum outcome outcome = fake.outcome;
		forget_memory();
		make(in);
		fake_run();
		require(fake.calls == calls && fake.outcome == outcome);
	}
	return 0;
}
