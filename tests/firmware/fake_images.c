/* fake_images.c — images, protocols that the loader installs, tables that it installs; and the program that runs. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block_io.h"
#include "dt_fixup.h"
#include "load_file.h"

static const EFI_GUID load_file_guid = EFI_LOAD_FILE2_PROTOCOL_GUID, path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID,
                      initrd_guid = LINUX_INITRD_MEDIA_GUID, seed_guid = EFI_RANDOM_SEED_TABLE_GUID,
                      block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;

static int initrd_handle;
static EFI_LOADED_IMAGE_PROTOCOL child;

static void forbid(const char *why)
{
	if (!fake.forbidden[0])
		snprintf(fake.forbidden, sizeof fake.forbidden, "%s", why);
}

/* ---- Protocols ------------------------------------------------------------------------------------------- */

static void **slot_of(const EFI_GUID *protocol)
{
	if (memcmp(protocol, &load_file_guid, sizeof *protocol) == 0)
		return &fake.served.load_file;
	if (memcmp(protocol, &path_guid, sizeof *protocol) == 0)
		return &fake.served.path;
	forbid("an unknown protocol is installed");
	return &fake.served.path;
}

static EFI_STATUS EFIAPI install(EFI_HANDLE *handle, const EFI_GUID *protocol, EFI_INTERFACE_TYPE type, void *interface)
{
	EFI_STATUS s = fake_call(SERVICE_INSTALL, NULL);
	void **slot = slot_of(protocol);

	(void)type;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS; /* FAULT_SHORT: nothing is installed */
	if (*slot || (*handle && *handle != &initrd_handle))
		return EFI_INVALID_PARAMETER;
	*slot = interface;
	*handle = &initrd_handle;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI uninstall(EFI_HANDLE handle, const EFI_GUID *protocol, void *interface)
{
	EFI_STATUS s = fake_call(SERVICE_UNINSTALL, NULL);
	void **slot = slot_of(protocol);

	if (handle != &initrd_handle || *slot != interface)
		return EFI_NOT_FOUND;
	if (s && EFI_ERROR(s)) {
		fake.served.excused = true;
		return s;
	}
	*slot = NULL;
	return EFI_SUCCESS;
}

/* Behind the protocols that are installed: the path of the initial RAM disk, and nothing else. */
static bool is_initrd_path(const EFI_DEVICE_PATH_PROTOCOL *path)
{
	const uint8_t *b = (const uint8_t *)path;

	return b[0] == 4 && b[1] == 3 && b[2] == 20 && b[3] == 0 && memcmp(b + 4, &initrd_guid, 16) == 0 &&
	       b[20] == 0x7f && b[21] == 0xff && b[22] == 4 && b[23] == 0;
}

static EFI_STATUS EFIAPI locate_device_path(const EFI_GUID *protocol, const EFI_DEVICE_PATH_PROTOCOL **path,
                                            EFI_HANDLE *device)
{
	EFI_STATUS s = fake_call(SERVICE_LOCATE_PATH, NULL);

	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (memcmp(protocol, &block_guid, sizeof *protocol) == 0)
		return fake_locate_disk(path, device);
	if (memcmp(protocol, &load_file_guid, sizeof *protocol) != 0 || !is_initrd_path(*path))
		return EFI_INVALID_PARAMETER;
	if (!fake.options.initrd_is_served && !(fake.served.load_file && fake.served.path))
		return EFI_NOT_FOUND;
	*device = &initrd_handle;
	return EFI_SUCCESS;
}

/* ---- Tables ---------------------------------------------------------------------------------------------- */

static unsigned tree_pages(void)
{
	return (unsigned)(align_up(max_u64(fake.options.fixup_wants, 1), PAGE_BYTES) / PAGE_BYTES);
}

static EFI_STATUS EFIAPI install_table(const EFI_GUID *guid, void *table)
{
	EFI_STATUS s = fake_call(SERVICE_INSTALL_TABLE, NULL);
	EFI_CONFIGURATION_TABLE *tables = fake_tables();
	UINTN *count = fake_table_count(), i = 0;

	while (i < *count && memcmp(&tables[i].VendorGuid, guid, sizeof *guid) != 0)
		i++;
	if (s) {
		/* A table of the loader's that it cannot take back: its pages must stay. */
		if (i < *count && fake_holds(tables[i].VendorTable))
			fake.excused_pages += memcmp(guid, &seed_guid, sizeof *guid) == 0 ? 1 : tree_pages();
		return EFI_ERROR(s) ? s : EFI_SUCCESS; /* FAULT_SHORT: nothing changes */
	}
	if (i == *count && !table)
		return EFI_NOT_FOUND;
	if (i == *count)
		tables[(*count)++].VendorGuid = *guid;
	tables[i].VendorTable = table;
	if (!table)
		tables[i] = tables[--*count];
	return EFI_SUCCESS;
}

/* ---- Images ---------------------------------------------------------------------------------------------- */

/* The path of the file's volume; where the firmware does not tell it, the path begins with the file. */
static const uint8_t *behind_volume(const uint8_t *path)
{
	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *device;
		size_t bytes = fake_volume_path(i, &device);
		fake.program.volume = i;
		if (memcmp(path, device, bytes) == 0)
			return path + bytes;
	}
	return path;
}

/* The file's path: its volume's, the file's, the end. */
static void take_path(const EFI_DEVICE_PATH_PROTOCOL *path)
{
	const uint8_t *node = behind_volume((const uint8_t *)path);
	size_t used = 0;

	if (node[0] != 4 || node[1] != 4)
		forbid("the program's path has no file");
	for (const uint8_t *c = node + 4; (c[0] || c[1]) && used < sizeof fake.program.path - 1; c += 2)
		fake.program.path[used++] = (char)c[0];
	fake.program.path[used] = 0;
	node += read_le16(node + 2);
	if (node[0] != 0x7f || node[1] != 0xff || read_le16(node + 2) != 4)
		forbid("the program's path has no end");
}

static EFI_STATUS EFIAPI load_image(BOOLEAN boot_policy, EFI_HANDLE parent, const EFI_DEVICE_PATH_PROTOCOL *path,
                                    const void *source, UINTN source_bytes, EFI_HANDLE *image)
{
	EFI_STATUS s = fake_call(SERVICE_LOAD_IMAGE, "\\boot\\kernel.elf");

	if (boot_policy || parent != fake_own_image() || !path || !source)
		forbid("LoadImage has wrong arguments");
	if (s && s != EFI_SECURITY_VIOLATION)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	take_path(path);
	fake.program.bytes = source_bytes;
	fake.program.source_is_whole = fake.options.program && source_bytes == fake.options.program_bytes &&
	                               memcmp(source, fake.options.program, source_bytes) == 0;
	fake.images++;
	child = (EFI_LOADED_IMAGE_PROTOCOL){ .ParentHandle = parent };
	*image = &child;
	return s; /* EFI_SECURITY_VIOLATION: loaded, and not to be started */
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE image)
{
	EFI_STATUS s = fake_call(SERVICE_UNLOAD_IMAGE, NULL);

	if (image != &child || !fake.images)
		return EFI_INVALID_PARAMETER;
	if (s && EFI_ERROR(s)) {
		fake.excused_images++;
		return s;
	}
	fake.images--;
	return EFI_SUCCESS;
}

void *fake_child_image(EFI_HANDLE handle)
{
	return handle == &child && fake.images ? &child : NULL;
}

/* ---- The program ----------------------------------------------------------------------------------------- */

static void take_options(void)
{
	const CHAR16 *text = child.LoadOptions;

	fake.program.options_bytes = child.LoadOptionsSize;
	for (uint32_t i = 0; i < child.LoadOptionsSize / 2 && i < sizeof fake.program.options - 1; i++)
		fake.program.options[i] = (char)text[i];
}

/* As Linux does it: the size, memory, the bytes. */
static void take_initrd(void)
{
	EFI_LOAD_FILE2_PROTOCOL *file = fake.served.load_file;
	static const EFI_DEVICE_PATH_PROTOCOL end = { 0x7f, 0xff, { 4, 0 } };
	UINTN bytes = 0;

	if (!file || !fake.served.path)
		return;
	if (!is_initrd_path(fake.served.path))
		forbid("the initial RAM disk has another path");
	if (file->LoadFile(file, &end, false, &bytes, NULL) != EFI_BUFFER_TOO_SMALL) {
		forbid("the initial RAM disk does not say its size");
		return;
	}
	if (bytes > sizeof fake.program.initrd) { /* the program has no memory for it, and comes back */
		fake.program.initrd_status = EFI_OUT_OF_RESOURCES;
		return;
	}
	memset(fake.program.initrd, 0xcc, sizeof fake.program.initrd);
	fake.program.initrd_status = file->LoadFile(file, &end, false, &bytes, fake.program.initrd);
	fake.program.initrd_bytes = bytes;
}

static EFI_STATUS EFIAPI start_image(EFI_HANDLE image, UINTN *data_bytes, CHAR16 **data)
{
	EFI_STATUS s = fake_call(SERVICE_START_IMAGE, "\\boot\\kernel.elf");

	if (s && EFI_ERROR(s))
		return s;
	if (image != &child || !fake.images)
		return EFI_INVALID_PARAMETER;
	fake.program.runs++;
	take_options();
	take_initrd();
	if (fake.options.program_runs)
		fake.options.program_runs();
	if (!fake.options.program_ends && !fake.program.initrd_status)
		fake_end(FAKE_STARTED);
	fake.program.ended = true;
	fake.images--; /* an application that ends is unloaded */
	if (fake.options.last_words) {
		*data_bytes = fake.options.last_words_bytes;
		fake_pool(*data_bytes, (void **)data);
		memcpy(*data, fake.options.last_words, *data_bytes);
	}
	return fake.program.initrd_status ? fake.program.initrd_status : fake.options.program_status;
}

/* ---- Device trees ---------------------------------------------------------------------------------------- */

static EFI_STATUS EFIAPI fixup(EFI_DT_FIXUP_PROTOCOL *self, void *tree, UINTN *bytes, uint32_t flags)
{
	EFI_STATUS s = fake_call(SERVICE_FIXUP, NULL);
	uint8_t *b = tree;

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (flags != 3)
		return EFI_INVALID_PARAMETER;
	if (*bytes < fake.options.fixup_wants) {
		*bytes = fake.options.fixup_lies ? *bytes : fake.options.fixup_wants;
		return EFI_BUFFER_TOO_SMALL;
	}
	b[31] = 7; /* boot_cpuid_phys */
	if (fake.options.fixup_breaks)
		b[0] = 0;
	return EFI_SUCCESS;
}

EFI_DT_FIXUP_PROTOCOL fake_fixup = { .Fixup = fixup };

/* ---- From the beginning ---------------------------------------------------------------------------------- */

void fake_images_fill(EFI_BOOT_SERVICES *services)
{
	services->InstallProtocolInterface = install;
	services->UninstallProtocolInterface = uninstall;
	services->LocateDevicePath = locate_device_path;
	services->InstallConfigurationTable = install_table;
	services->LoadImage = load_image;
	services->StartImage = start_image;
	services->UnloadImage = unload_image;
}
