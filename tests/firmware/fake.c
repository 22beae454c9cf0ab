/* fake.c — boot services over the arena. */
#include "fake.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "log.h"
#include "after/serial.h"

struct fake fake;

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

static EFI_SYSTEM_TABLE table;
static EFI_LOADED_IMAGE_PROTOCOL loaded_image;
static EFI_CONFIGURATION_TABLE configuration[8];
static int image_handle, console_handle, input_handle;

EFI_CONFIGURATION_TABLE *fake_tables(void)
{
	table.ConfigurationTable = configuration;
	return configuration;
}

UINTN *fake_table_count(void)
{
	return &table.NumberOfTableEntries;
}

void *fake_own_image(void)
{
	return &image_handle;
}

const char *fake_service_name(enum service service)
{
	static const char *const names[] = {
#define X(name, text) text,
		FAKE_SERVICES(X)
#undef X
	};

	return names[service];
}

void fake_end(enum outcome outcome)
{
	fake.outcome = outcome;
	longjmp(fake.out, 1);
}

/* After an exit was tried only these two may be called, and nothing once it has succeeded. */
static bool is_forbidden(enum service service)
{
	return fake.exited || (fake.exit_tries && service != SERVICE_GET_MAP && service != SERVICE_EXIT);
}

EFI_STATUS fake_call(enum service service, const char *subject)
{
	unsigned call = ++fake.calls;

	if (call <= FAKE_MAX_TRACE) {
		fake.trace[call - 1].service = service;
		fake.trace[call - 1].subject = subject;
	}
	if (is_forbidden(service) && !fake.forbidden[0])
		snprintf(fake.forbidden, sizeof fake.forbidden, "call %u, %s, after %s", call,
		         fake_service_name(service), fake.exited ? "exit" : "an exit was tried");
	if (call > fake.options.budget)
		fake_end(FAKE_HANGS);
	for (unsigned i = 0; i < COUNT_OF(fake.faults); i++)
		if (fake.faults[i].call == call)
			return fake.faults[i].status;
	return fake.options.broken[service];
}

bool fake_hit(enum service service)
{
	for (unsigned i = 0; i < COUNT_OF(fake.faults); i++) {
		unsigned call = fake.faults[i].call;
		if (call && call <= fake.calls && call <= FAKE_MAX_TRACE && fake.trace[call - 1].service == service)
			return true;
	}
	return false;
}

void fake_say(char *text, size_t size, size_t *used, char c)
{
	if (*used + 1 < size) {
		text[(*used)++] = c;
		text[*used] = 0;
	}
}

void fake_event(enum event_kind kind, uint64_t base, uint64_t bytes)
{
	if (fake.event_count < FAKE_MAX_EVENTS)
		fake.events[fake.event_count++] = (struct event){ kind, base, bytes };
}

/* ---- Pages --------------------------------------------------------------------------------------------- */

static void *at_page(size_t page)
{
	return (void *)(uintptr_t)(ARENA + page * PAGE_BYTES);
}

static bool all_free(size_t first, uint64_t pages)
{
	for (size_t i = first; i < first + pages; i++)
		if (fake.kind[i] != EfiConventionalMemory)
			return false;
	return true;
}

static bool is_special(size_t page)
{
	return ARENA + page * PAGE_BYTES - fake.options.special.base < fake.options.special.bytes;
}

/* As EDK2 does it: the highest place. Special-purpose memory only who asks for it by address gets. */
static bool find_pages(uint64_t pages, uint64_t last_byte, size_t *out)
{
	uint64_t run = 0;

	for (size_t first = ARENA_PAGES; pages && first-- > 0;) {
		bool usable = ARENA + (first + 1) * PAGE_BYTES - 1 <= last_byte &&
		              fake.kind[first] == EfiConventionalMemory && !is_special(first);
		run = usable ? run + 1 : 0;
		if (run == pages) {
			*out = first;
			return true;
		}
	}
	return false;
}

static void poison(size_t first, uint64_t pages)
{
	if (!fake.options.tables_anywhere)
		ASAN_POISON_MEMORY_REGION(at_page(first), pages * PAGE_BYTES);
}

static void take(size_t first, uint64_t pages, EFI_MEMORY_TYPE memory)
{
	memset(fake.kind + first, (int)memory, pages);
	memset(fake.held + first, 1, pages);
	ASAN_UNPOISON_MEMORY_REGION(at_page(first), pages * PAGE_BYTES);
	memset(at_page(first), 0xcc, pages * PAGE_BYTES);
	fake.pages += (unsigned)pages;
	fake.key++;
}

static bool in_arena(uint64_t at, uint64_t pages)
{
	return at % PAGE_BYTES == 0 && at >= ARENA && pages && pages <= ARENA_PAGES &&
	       (at - ARENA) / PAGE_BYTES <= ARENA_PAGES - pages;
}

bool fake_holds(const void *at)
{
	uint64_t page = align_down((uintptr_t)at, PAGE_BYTES);

	return in_arena(page, 1) && fake.held[(page - ARENA) / PAGE_BYTES];
}

static EFI_MEMORY_DESCRIPTOR *low_page(void)
{
	for (unsigned i = 0; i < fake.options.range_count; i++)
		if (fake.options.ranges[i].PhysicalStart == FAKE_LOW)
			return &fake.options.ranges[i];
	return NULL;
}

void fake_low_page(void)
{
	static void *page = MAP_FAILED;

	if (page == MAP_FAILED)
		page = mmap((void *)FAKE_LOW, PAGE_BYTES, PROT_READ | PROT_WRITE,
		            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (page != (void *)FAKE_LOW || fake.options.range_count == FAKE_MAX_RANGES)
		abort();
	fake.options.ranges[fake.options.range_count++] = (EFI_MEMORY_DESCRIPTOR){
		.Type = EfiConventionalMemory, .PhysicalStart = FAKE_LOW, .NumberOfPages = 1,
		.Attribute = 8 /* write-back */ };
}

static bool change_low_page(EFI_MEMORY_TYPE from, EFI_MEMORY_TYPE to)
{
	EFI_MEMORY_DESCRIPTOR *low = low_page();

	if (!low || low->Type != from)
		return false;
	low->Type = to;
	memset((void *)FAKE_LOW, 0xcc, PAGE_BYTES);
	fake.key++;
	return true;
}

static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory, UINTN pages,
                                        EFI_PHYSICAL_ADDRESS *at)
{
	EFI_STATUS s = fake_call(SERVICE_ALLOCATE_PAGES, NULL);
	size_t first;

	if (EFI_ERROR(s))
		return s;
	if (type == AllocateMaxAddress && *at < ARENA && pages == 1 && change_low_page(EfiConventionalMemory, memory)) {
		fake.pages++;
		*at = FAKE_LOW;
		return EFI_SUCCESS;
	}
	if (type == AllocateAddress) {
		if (!in_arena(*at, pages) || !all_free((*at - ARENA) / PAGE_BYTES, pages))
			return EFI_NOT_FOUND;
		first = (*at - ARENA) / PAGE_BYTES;
	} else if (!find_pages(pages, type == AllocateMaxAddress ? *at : UINT64_MAX, &first)) {
		return EFI_OUT_OF_RESOURCES;
	}
	memset(fake.anywhere + first, type == AllocateAnyPages, pages);
	if (memory == EfiBootServicesData) /* the firmware's own, which it had forgotten */
		memset(fake.kind + first, EfiBootServicesData, pages);
	else
		take(first, pages, memory);
	*at = ARENA + first * PAGE_BYTES;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS at, UINTN pages)
{
	EFI_STATUS s = fake_call(SERVICE_FREE_PAGES, NULL);

	if (at == FAKE_LOW && pages == 1 && !EFI_ERROR(s) && change_low_page(EfiLoaderData, EfiConventionalMemory)) {
		fake.pages--;
		return EFI_SUCCESS;
	}
	if (!in_arena(at, pages))
		return EFI_NOT_FOUND;
	for (size_t i = (at - ARENA) / PAGE_BYTES, end = i + pages; i < end; i++)
		if (!fake.held[i])
			return EFI_NOT_FOUND; /* shows as a leak: what was meant stays */
	if (EFI_ERROR(s)) {
		fake.excused_pages += (unsigned)pages;
		return s;
	}
	size_t first = (at - ARENA) / PAGE_BYTES;
	memset(fake.kind + first, EfiConventionalMemory, pages);
	memset(fake.held + first, 0, pages);
	poison(first, pages);
	fake.pages -= (unsigned)pages;
	fake.key++;
	return EFI_SUCCESS;
}

EFI_STATUS fake_pool(UINTN bytes, void **out)
{
	*out = malloc(bytes);
	if (!*out)
		abort();
	fake.pools++;
	fake.key++;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE memory, UINTN bytes, void **out)
{
	EFI_STATUS s = fake_call(SERVICE_ALLOCATE_POOL, NULL);

	(void)memory;
	return EFI_ERROR(s) ? s : fake_pool(bytes, out);
}

static EFI_STATUS EFIAPI free_pool(void *at)
{
	(void)fake_call(SERVICE_FREE_POOL, NULL);
	free(at);
	fake.pools--;
	fake.key++;
	return EFI_SUCCESS;
}

/* ---- The memory map ------------------------------------------------------------------------------------ */

enum { MAX_DESCRIPTORS = 8192 };
#define WRITE_BACK 8ull
#define RUNTIME    (1ull << 63)

static const EFI_MEMORY_DESCRIPTOR ranges[] = {
	{ .Type = EfiBootServicesData, .PhysicalStart = 0, .NumberOfPages = 0x9f, .Attribute = WRITE_BACK },
	{ .Type = EfiRuntimeServicesData, .PhysicalStart = 0x70000000, .NumberOfPages = 16,
	  .Attribute = WRITE_BACK | RUNTIME },
	{ .Type = EfiRuntimeServicesCode, .PhysicalStart = 0x70010000, .NumberOfPages = 16,
	  .Attribute = WRITE_BACK | RUNTIME },
	{ .Type = EfiMemoryMappedIO, .PhysicalStart = 0xfec00000, .NumberOfPages = 1, .Attribute = 1 | RUNTIME },
	{ .Type = EfiBootServicesData, .PhysicalStart = GIB(4), .NumberOfPages = MIB(512) / PAGE_BYTES,
	  .Attribute = WRITE_BACK },
};

static EFI_MEMORY_DESCRIPTOR descriptors[MAX_DESCRIPTORS];
static size_t descriptor_count;

static void describe(EFI_MEMORY_TYPE type, uint64_t base, uint64_t pages, uint64_t attributes)
{
	if (descriptor_count < MAX_DESCRIPTORS)
		descriptors[descriptor_count++] = (EFI_MEMORY_DESCRIPTOR){ .Type = type, .PhysicalStart = base,
		                                                           .NumberOfPages = pages,
		                                                           .Attribute = attributes };
}

static void describe_all(void)
{
	const struct fake_options *o = &fake.options;

	descriptor_count = 0;
	for (unsigned i = 0; i < o->range_count; i++)
		descriptors[descriptor_count++] = o->ranges[i];
	for (size_t i = 0, first = 0; i < ARENA_PAGES; i++)
		if (i + 1 == ARENA_PAGES || fake.kind[i + 1] != fake.kind[first] ||
		    is_special(i + 1) != is_special(first)) {
			if (fake.kind[first] != FAKE_UNLISTED)
				describe(fake.kind[first], ARENA + first * PAGE_BYTES, i + 1 - first,
				         (fake.kind[first] == EfiMemoryMappedIO ? 1 : WRITE_BACK) |
				         (is_special(first) ? EFI_MEMORY_SP : 0));
			first = i + 1;
		}
	for (uint64_t i = 0; i < (uint64_t)o->map_growth * (fake.map_calls - 1); i++)
		describe(EfiReservedMemoryType, TIB(1) + i * 2 * PAGE_BYTES, 1, WRITE_BACK);
}

static void drift_page(size_t page, EFI_MEMORY_TYPE type)
{
	if (page >= ARENA_PAGES || fake.held[page] || fake.kind[page] == type)
		return;
	fake.kind[page] = (uint8_t)type;
	fake.key++;
	if (type == EfiConventionalMemory)
		poison(page, 1);
	else
		ASAN_UNPOISON_MEMORY_REGION(at_page(page), PAGE_BYTES);
}

static void drift(void)
{
	for (unsigned i = 0; i < FAKE_MAX_DRIFTS; i++) {
		const struct fake_drift *d = &fake.options.drifts[i];
		if (d->at_map_call && d->at_map_call == fake.map_calls)
			for (unsigned k = 0; k < d->pages; k++)
				drift_page((d->base - ARENA) / PAGE_BYTES + k, d->type);
	}
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *bytes, void *map, UINTN *key, UINTN *descriptor_bytes, uint32_t *version)
{
	EFI_STATUS s = fake_call(SERVICE_GET_MAP, NULL);
	const struct fake_options *o = &fake.options;

	fake.map_calls++;
	drift();
	describe_all();
	bool changed = o->stride_changes_at && fake.map_calls >= o->stride_changes_at;
	uint64_t stride = changed ? o->other_descriptor_bytes : o->descriptor_bytes;
	uint64_t wanted = descriptor_count * stride, room = *bytes;
	if (EFI_ERROR(s) && s != EFI_BUFFER_TOO_SMALL)
		return s;
	if (EFI_ERROR(s) || *bytes < wanted || !map) {
		*bytes = wanted;
		return EFI_BUFFER_TOO_SMALL;
	}
	size_t count = s == FAULT_SHORT ? descriptor_count / 2 : descriptor_count;
	memset(map, 0, count * stride);
	for (size_t i = 0; i < count; i++)
		memcpy((uint8_t *)map + i * stride, &descriptors[i], min_u64(stride, sizeof descriptors[i]));
	*bytes = count * stride;
	if (o->map_lies_at == fake.map_calls)
		*bytes = room + stride;
	*key = fake.key;
	*descriptor_bytes = stride;
	*version = 1;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
	EFI_STATUS s = fake_call(SERVICE_EXIT, NULL);

	fake.exit_tries++;
	if (EFI_ERROR(s))
		return s;
	if (image != &image_handle || key != fake.key)
		return EFI_INVALID_PARAMETER;
	if (fake.options.exit_refusals) {
		if (fake.options.exit_refusals != UINT32_MAX)
			fake.options.exit_refusals--;
		fake.key++;
		return EFI_INVALID_PARAMETER;
	}
	fake.exited = true;
	ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)ARENA, ARENA_BYTES);
	return EFI_SUCCESS;
}

/* ---- Protocols ----------------------------------------------------------------------------------------- */

static bool is_guid(const EFI_GUID *guid, EFI_GUID wanted)
{
	return memcmp(guid, &wanted, sizeof wanted) == 0;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, const EFI_GUID *protocol, void **interface)
{
	static const EFI_GUID loaded_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID,
			      gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID,
			      edid_guid = EFI_EDID_ACTIVE_PROTOCOL_GUID,
			      keys_guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
	EFI_STATUS s = fake_call(SERVICE_HANDLE_PROTOCOL, NULL);

	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS; /* FAULT_SHORT: nothing is written */
	if (handle == &image_handle && is_guid(protocol, loaded_guid))
		*interface = &loaded_image;
	else if (fake_child_image(handle) && is_guid(protocol, loaded_guid))
		*interface = fake_child_image(handle);
	else if (fake_device_protocol(handle, protocol))
		*interface = fake_device_protocol(handle, protocol);
	else if (handle == &console_handle && is_guid(protocol, gop_guid) && fake.options.console_gop)
		*interface = &fake_gop;
	else if (is_guid(protocol, gop_guid) && fake_display(handle))
		*interface = fake_display(handle);
	else if (is_guid(protocol, edid_guid) && fake_edid(handle))
		*interface = fake_edid(handle);
	else if (handle == &input_handle && is_guid(protocol, keys_guid) && !fake.options.simple_keys)
		*interface = &fake_console_in_ex;
	else
		return EFI_UNSUPPORTED;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_protocol(const EFI_GUID *protocol, void *registration, void **interface)
{
	static const EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID, rng_guid = EFI_RNG_PROTOCOL_GUID,
			      fixup_guid = EFI_DT_FIXUP_PROTOCOL_GUID;
	EFI_STATUS s = fake_call(SERVICE_LOCATE_PROTOCOL, NULL);

	(void)registration;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (is_guid(protocol, gop_guid) && !fake.options.no_gop)
		*interface = &fake_gop;
	else if (is_guid(protocol, rng_guid) && !fake.options.no_rng)
		*interface = &fake_rng;
	else if (is_guid(protocol, fixup_guid) && fake.options.has_fixup)
		*interface = &fake_fixup;
	else
		return EFI_NOT_FOUND;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_watchdog_timer(UINTN seconds, uint64_t code, UINTN data_bytes, const CHAR16 *data)
{
	EFI_STATUS s = fake_call(SERVICE_WATCHDOG, NULL);

	/* UEFI 2.10, "EFI_BOOT_SERVICES.SetWatchdogTimer()": 0 seconds end it; there is nothing to log then */
	if ((seconds || code || data_bytes || data) && !fake.forbidden[0])
		snprintf(fake.forbidden, sizeof fake.forbidden, "the watchdog is not ended but set");
	if (!s)
		fake.watchdog_runs = false;
	return EFI_ERROR(s) ? s : EFI_SUCCESS;
}

/* Services that the loader must not call stay NULL. */
static EFI_BOOT_SERVICES boot_services_table = {
	.AllocatePages = allocate_pages,
	.FreePages = free_pages,
	.GetMemoryMap = get_memory_map,
	.AllocatePool = allocate_pool,
	.FreePool = free_pool,
	.HandleProtocol = handle_protocol,
	.ExitBootServices = exit_boot_services,
	.SetWatchdogTimer = set_watchdog_timer,
	.LocateProtocol = locate_protocol,
};

/* ---- From the beginning -------------------------------------------------------------------------------- */

static void mark(paddr at, unsigned pages, EFI_MEMORY_TYPE kind)
{
	memset(fake.kind + (at - ARENA) / PAGE_BYTES, (int)kind, pages);
	ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)at, pages * (size_t)PAGE_BYTES);
	memset((void *)(uintptr_t)at, 0xcc, pages * (size_t)PAGE_BYTES);
}

static void lay_out_memory(void)
{
	void *arena = (void *)(uintptr_t)ARENA;
	static bool mapped;

	if (!mapped && mmap(arena, ARENA_BYTES, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != arena) {
		perror("arena");
		abort();
	}
	mapped = true;
	memset(fake.kind, EfiConventionalMemory, sizeof fake.kind);
	ASAN_POISON_MEMORY_REGION(arena, ARENA_BYTES);
	mark(ARENA_ACPI, 16, EfiACPIReclaimMemory);
	mark(ARENA_TREE, 16, EfiBootServicesData);
	mark(ARENA_SCREEN, 16, EfiReservedMemoryType);
	mark(ARENA_DEVICE, 1, EfiMemoryMappedIO);
	mark(ARENA_BUSY, 64, EfiBootServicesData);
}

void fake_reset(enum machine machine)
{
	fake_files_reset();
	memset(&fake, 0, sizeof fake);
	fake.options.descriptor_bytes = 48;
	fake.options.read_most = fake.options.bad_byte = UINT64_MAX;
	fake.options.budget = 100000;
	fake.options.secure_boot_bytes = 1;
	memcpy(fake.options.ranges, ranges, sizeof ranges);
	fake.options.range_count = COUNT_OF(ranges);
	fake.options.time = (EFI_TIME){ .Year = 2024, .Month = 2, .Day = 29, .Hour = 12, .TimeZone = 2047 };
	lay_out_memory();
	fake_arch_reset(machine);
	fake_devices_reset();
	memset(&handoff, 0, sizeof handoff);
	memset(&loader_log, 0, sizeof loader_log);
	serial_open(&(struct hobnail_console){ .kind = HOBNAIL_CONSOLE_NONE });
}

void fake_tables_anywhere(void)
{
	fake.options.tables_anywhere = true;
	ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)ARENA, ARENA_BYTES);
}

void fake_leave_free(unsigned pages)
{
	size_t low = (ARENA_FREE - ARENA) / PAGE_BYTES;

	for (size_t i = 0; i < ARENA_PAGES; i++) {
		bool stays = i >= ARENA_PAGES - (pages + 1) / 2 || (i >= low && i < low + pages / 2);
		if (fake.kind[i] == EfiConventionalMemory && !stays)
			fake.kind[i] = EfiRuntimeServicesData;
	}
}

static void fill_configuration(void)
{
	const struct fake_options *o = &fake.options;
	unsigned n = 0;

	if (o->smbios)
		configuration[n++] = (EFI_CONFIGURATION_TABLE){ EFI_SMBIOS3_TABLE_GUID, (void *)(uintptr_t)o->smbios };
	if (o->smbios_32)
		configuration[n++] = (EFI_CONFIGURATION_TABLE){ EFI_SMBIOS_TABLE_GUID,
		                                                (void *)(uintptr_t)o->smbios_32 };
	if (o->rsdp)
		configuration[n++] = (EFI_CONFIGURATION_TABLE){ EFI_ACPI_20_TABLE_GUID, (void *)(uintptr_t)o->rsdp };
	if (o->device_tree)
		configuration[n++] = (EFI_CONFIGURATION_TABLE){ EFI_DTB_TABLE_GUID, (void *)(uintptr_t)o->device_tree };
	if (o->seed)
		configuration[n++] = (EFI_CONFIGURATION_TABLE){ EFI_RANDOM_SEED_TABLE_GUID,
		                                                (void *)(uintptr_t)o->seed };
	table.NumberOfTableEntries = n;
	table.ConfigurationTable = n ? configuration : NULL;
}

static void fill_tables(void)
{
	static const CHAR16 vendor[] = u"fake";

	table = (EFI_SYSTEM_TABLE){
		.Hdr = { .Revision = 2 << 16 | 100 },
		.FirmwareVendor = fake.options.vendor ? fake.options.vendor : vendor,
		.ConsoleInHandle = fake.options.next_key ? &input_handle : NULL,
		.ConIn = fake.options.next_key ? &fake_console_in : NULL,
		.ConsoleOutHandle = &console_handle,
		.ConOut = fake.options.no_console_out ? NULL : &fake_console_out,
		.RuntimeServices = &fake_runtime,
		.BootServices = &boot_services_table,
	};
	loaded_image = (EFI_LOADED_IMAGE_PROTOCOL){
		.DeviceHandle = fake_own_device(),
		.FilePath = fake.options.file_path,
		.LoadOptionsSize = fake.options.load_options_bytes,
		.LoadOptions = (void *)(uintptr_t)fake.options.load_options,
	};
	fake_images_fill(&boot_services_table);
	fake_volumes_fill(&boot_services_table);
	fake_console_fill(&boot_services_table);
	fill_configuration();
}

enum outcome fake_run(void)
{
	fill_tables();
	if (!setjmp(fake.out)) {
		fake.status = efi_main(&image_handle, &table);
		fake.outcome = FAKE_RETURNED;
	}
	return fake.outcome;
}
