/* stamp.c — stands where the firmware looks for a boot loader, starts the one to be measured, \bench\loader.efi, and
 * notes the counter just before: "the loader's first instruction" is the same for every loader then. */
#include "efi.h"
#include "guest.h"

#include <string.h>

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static const EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static const CHAR16 loader[] = u"\\bench\\loader.efi";

static void die(const char *why, EFI_STATUS s)
{
	say(why, s);
	stop();
}

/* ---- The names of the firmware's parts, for profiles ----------------------------------------------------- */

/* Platform Initialization 1.7, vol. 3, "Firmware Volume2 Protocol" (§3.4); the device path node is vol. 2, "Firmware
 * File Device Path" (§8.3). The section of type 0x15 is the file's name in UTF-16. */
typedef struct EFI_FIRMWARE_VOLUME2_PROTOCOL EFI_FIRMWARE_VOLUME2_PROTOCOL;
struct EFI_FIRMWARE_VOLUME2_PROTOCOL {
	EFI_UNUSED GetVolumeAttributes, SetVolumeAttributes, ReadFile;
	EFI_STATUS (EFIAPI *ReadSection)(EFI_FIRMWARE_VOLUME2_PROTOCOL *self, const EFI_GUID *file, uint8_t type,
	                                 UINTN instance,
	                                 void **buffer, UINTN *bytes, uint32_t *authentication);
};
enum { EFI_PATH_FIRMWARE_FILE = 6, SECTION_USER_INTERFACE = 0x15 };
static const EFI_GUID volume_guid = { 0x220e73b6, 0x6bdb, 0x4413, { 0x84, 0x05, 0xb9, 0x74, 0xb1, 0x08, 0x61, 0x9a } };

static void say_image(EFI_BOOT_SERVICES *bs, EFI_HANDLE handle)
{
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	EFI_FIRMWARE_VOLUME2_PROTOCOL *volume;
	CHAR16 *name = NULL;
	UINTN bytes = 0;
	uint32_t authentication;
	EFI_GUID file;

	if (EFI_ERROR(bs->HandleProtocol(handle, &image_guid, (void **)&loaded)) || !loaded->FilePath ||
	    loaded->FilePath->Type != EFI_PATH_MEDIA || loaded->FilePath->SubType != EFI_PATH_FIRMWARE_FILE ||
	    EFI_ERROR(bs->HandleProtocol(loaded->DeviceHandle, &volume_guid, (void **)&volume)))
		return;
	memcpy(&file, loaded->FilePath + 1, sizeof file);
	if (EFI_ERROR(volume->ReadSection(volume, &file, SECTION_USER_INTERFACE, 0, (void **)&name, &bytes,
	                                  &authentication)))
		return;
	put_text("@image ");
	put_hex((uintptr_t)loaded->ImageBase);
	put(' ');
	put_hex(loaded->ImageSize);
	put(' ');
	for (const CHAR16 *c = name; *c; c++)
		put((char)*c);
	put('\n');
	bs->FreePool(name);
}

static void say_images(EFI_BOOT_SERVICES *bs)
{
	EFI_HANDLE *handles;
	UINTN count;

	if (EFI_ERROR(EFI_SERVICE(EFI_LOCATE_HANDLE_BUFFER, bs->LocateHandleBuffer)(EFI_BY_PROTOCOL, &image_guid,
	                                                                            NULL, &count,
	                                                                            &handles)))
		return;
	for (UINTN i = 0; i < count; i++)
		say_image(bs, handles[i]);
	bs->FreePool(handles);
}

/* ---- The loader ------------------------------------------------------------------------------------------ */

/* The device's path with the loader's file name behind it. */
static void make_path(const EFI_DEVICE_PATH_PROTOCOL *device, uint8_t *out, size_t room)
{
	const EFI_DEVICE_PATH_PROTOCOL *end = device;
	uint16_t bytes = sizeof *end + sizeof loader;

	while (end->Type != EFI_PATH_END)
		end = path_next(end);
	size_t lead = (size_t)((const uint8_t *)end - (const uint8_t *)device);
	if (lead + bytes + sizeof *end > room)
		die("fail_path", lead);
	memcpy(out, device, lead);
	memcpy(out + lead, (uint8_t[]){ EFI_PATH_MEDIA, EFI_PATH_FILE, bytes & 255, bytes >> 8 }, sizeof *end);
	memcpy(out + lead + sizeof *end, loader, sizeof loader);
	memcpy(out + lead + bytes, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, sizeof *end);
}

/* Saying when takes time as well: the first line shows how much, the second says when its own end will be. */
static void say_start(void)
{
	uint64_t before = counter();
	say("start", before);
	uint64_t takes = counter() - before;
	say("start", counter() + takes);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static _Alignas(8) uint8_t path[1024];
	EFI_BOOT_SERVICES *bs = table->BootServices;
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	const EFI_DEVICE_PATH_PROTOCOL *device;
	EFI_HANDLE started;

	put('\n');
	say_images(bs);
	EFI_STATUS s = bs->HandleProtocol(image, &image_guid, (void **)&loaded);
	if (!EFI_ERROR(s))
		s = bs->HandleProtocol(loaded->DeviceHandle, &path_guid, (void **)&device);
	if (EFI_ERROR(s))
		die("fail_stamp", s);
	say("stamp", loaded->ImageSize);
	make_path(device, path, sizeof path);
	say("load", counter());
	s = EFI_SERVICE(EFI_IMAGE_LOAD, bs->LoadImage)(false, image, (const void *)path, NULL, 0, &started);
	say("loaded", counter());
	if (!EFI_ERROR(s))
		s = bs->HandleProtocol(started, &image_guid, (void **)&loaded);
	if (EFI_ERROR(s))
		die("fail_load", s);
	say("base", (uintptr_t)loaded->ImageBase);
	say("bytes", loaded->ImageSize);
	say_start();
	s = EFI_SERVICE(EFI_IMAGE_START, bs->StartImage)(started, NULL, NULL);
	die("fail_returned", s);
	return s;
}
