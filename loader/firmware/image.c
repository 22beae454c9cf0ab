/* image.c — EFI programs: UEFI 2.10, "Image Services" (§7.4). */
#include "efi.h"
#include "partition.h"
#include "utf16.h"

#include <string.h>

static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

/* ---- The path of a file ---------------------------------------------------------------------------------- */

/* Write a node's header; the place of its data. */
static uint8_t *begin_node(uint8_t *at, uint8_t type, uint8_t sub_type, uint64_t data_bytes)
{
	uint16_t length = (uint16_t)(sizeof(EFI_DEVICE_PATH_PROTOCOL) + data_bytes);

	at[0] = type;
	at[1] = sub_type;
	at[2] = (uint8_t)length;
	at[3] = (uint8_t)(length >> 8);
	return at + sizeof(EFI_DEVICE_PATH_PROTOCOL);
}

/* The path of a file, in a claim. A program finds its volume by it; without the device's path the name is left. */
static enum err make_path(struct firmware *fw, enum volume volume, struct text file, paddr *out, struct problem *p)
{
	CHAR16 name[CONFIG_MAX_PATH + 1];
	size_t units;
	enum err e = firmware_path(file, name, &units, p);

	if (e)
		return e;
	const uint8_t *device = firmware_volume_path(fw, volume);
	uint64_t name_bytes = (units + 1) * sizeof(CHAR16), device_bytes = device ? device_path_bytes(device) : 0;
	e = firmware_pages(fw, device_bytes + name_bytes + 2 * sizeof(EFI_DEVICE_PATH_PROTOCOL),
	                   HOBNAIL_MEMORY_USABLE, out, p);
	if (e)
		return e;
	uint8_t *at = (uint8_t *)(uintptr_t)*out;
	if (device_bytes)
		memcpy(at, device, device_bytes);
	at = begin_node(at + device_bytes, EFI_PATH_MEDIA, EFI_PATH_FILE, name_bytes);
	memcpy(at, name, name_bytes);
	begin_node(at + name_bytes, EFI_PATH_END, EFI_PATH_END_ENTIRE, 0);
	return OK;
}

/* ---- Images ---------------------------------------------------------------------------------------------- */

/* Is there an image of this handle? Once it has been unloaded, the handle may mean nothing. */
static EFI_LOADED_IMAGE_PROTOCOL *loaded_image(const struct firmware *fw, void *image, EFI_STATUS *status)
{
	EFI_LOADED_IMAGE_PROTOCOL *loaded = NULL;

	*status = boot_services(fw)->HandleProtocol(image, &loaded_image_guid, (void **)&loaded);
	*status = brought(*status, loaded);
	return EFI_ERROR(*status) ? NULL : loaded;
}

enum err firmware_load_image(struct firmware *fw, enum volume volume, struct text path, const void *bytes,
                             uint64_t count, void **out, struct problem *p)
{
	EFI_BOOT_SERVICES *bs = boot_services(fw);
	EFI_HANDLE image = NULL;
	paddr at;
	enum err e = make_path(fw, volume, path, &at, p);

	if (e)
		return e;
	EFI_STATUS s = bs->LoadImage(false, fw->image, (const void *)(uintptr_t)at, bytes, count, &image);
	s = brought(s, image);
	/* "EFI_BOOT_SERVICES.LoadImage()": such an image is loaded, and cannot be started. */
	if (s == EFI_SECURITY_VIOLATION && image)
		bs->UnloadImage(image);
	if (EFI_ERROR(s))
		return problem(p, ERR_IMAGE_REFUSED, s);
	*out = image;
	return OK;
}

enum err firmware_image_options(struct firmware *fw, void *image, struct text options, struct problem *p)
{
	EFI_STATUS s;
	EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(fw, image, &s);
	uint64_t room = options.bytes + 1;
	size_t units;
	paddr at;

	if (!loaded)
		return firmware_said(p, s);
	if (!options.bytes)
		return OK;
	enum err e = firmware_pages(fw, room * sizeof(CHAR16), HOBNAIL_MEMORY_USABLE, &at, p);
	if (!e)
		e = utf16_from_utf8(options.at, options.bytes, (CHAR16 *)(uintptr_t)at, room, &units, p);
	if (e)
		return e;
	loaded->LoadOptions = (void *)(uintptr_t)at;
	loaded->LoadOptionsSize = (uint32_t)((units + 1) * sizeof(CHAR16));
	return OK;
}

/* "EFI_BOOT_SERVICES.Exit()": a text, and perhaps other data behind its NUL. It is the caller's to free. */
static void take_exit_data(struct firmware *fw, CHAR16 *data, UINTN bytes, char out[LAST_WORDS_BYTES])
{
	CHAR16 text[LAST_WORDS_UNITS]; /* a copy: the original need not be aligned */

	out[0] = 0;
	if (!data)
		return;
	bytes = min_u64(bytes, sizeof text);
	memcpy(text, data, bytes);
	(void)utf8_from_utf16(text, bytes / sizeof(CHAR16), out, LAST_WORDS_BYTES, NULL, NULL); /* has room */
	boot_services(fw)->FreePool(data);
}

enum err firmware_start_image(struct firmware *fw, void *image, char said[LAST_WORDS_BYTES], struct problem *p)
{
	CHAR16 *data = NULL;
	UINTN bytes = 0;
	EFI_STATUS s = boot_services(fw)->StartImage(image, &bytes, &data);

	firmware_stop_watchdog(fw); /* the program's own */
	take_exit_data(fw, data, bytes, said);
	if (!EFI_ERROR(s))
		return OK;
	enum err e = problem(p, ERR_PROGRAM_ENDED, s);
	p->text[0] = *firmware_status(s) ? firmware_status(s) : "an error of its own";
	return e;
}

void firmware_unload_image(struct firmware *fw, void *image)
{
	EFI_STATUS s;

	/* "EFI_BOOT_SERVICES.StartImage()": an application that has ended is unloaded by then. */
	if (image && loaded_image(fw, image, &s))
		boot_services(fw)->UnloadImage(image);
}
