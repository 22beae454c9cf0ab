#include "efi.h"
#include "load_options.h"
#include "utf16.h"

#include <string.h>

static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

/* If it cannot be stopped, the boot goes on. */
void firmware_stop_watchdog(const struct firmware *fw)
{
	(void)boot_services(fw)->SetWatchdogTimer(0, 0, 0, NULL);
}

enum err firmware_open(struct firmware *fw, void *image, void *table, struct problem *p)
{
	EFI_SYSTEM_TABLE *st = table;
	EFI_BOOT_SERVICES *bs = st->BootServices;

	*fw = (struct firmware){ .image = image, .system_table = table, .boot = bs };
	firmware_find_console(fw);
	firmware_stop_watchdog(fw);
	EFI_STATUS s = bs->HandleProtocol(image, &loaded_image_guid, &fw->loaded);
	if (EFI_ERROR(s) || !fw->loaded)
		return problem(p, ERR_NO_IMAGE, s);
	const EFI_LOADED_IMAGE_PROTOCOL *loaded = fw->loaded;
	fw->volumes[VOLUME_OWN].device = loaded->DeviceHandle;
	return OK;
}

void firmware_undo(struct firmware *fw, unsigned claims)
{
	firmware_close_volumes(fw);
	while (fw->ledger.count > claims) {
		const struct claim *c = &fw->ledger.claims[--fw->ledger.count];
		boot_services(fw)->FreePages(c->base, c->bytes / PAGE_BYTES);
	}
	fw->map = (struct firmware_map){ 0 };
}

enum err firmware_load_options(const struct firmware *fw, char *out, size_t capacity, size_t *bytes, size_t *ignored,
                               struct problem *p)
{
	const EFI_LOADED_IMAGE_PROTOCOL *loaded = fw->loaded;
	CHAR16 options[LOAD_OPTIONS_MAX]; /* a copy: the original need not be aligned */
	size_t most = min_u64(capacity - 1, LOAD_OPTIONS_MAX), units;
	const void *text;

	*bytes = *ignored = 0;
	if (!loaded->LoadOptions)
		return OK;
	if (!load_options_text(loaded->LoadOptions, loaded->LoadOptionsSize, &text, &units)) {
		*ignored = loaded->LoadOptionsSize;
		return OK;
	}
	if (units <= COUNT_OF(options)) {
		memcpy(options, text, units * sizeof(CHAR16));
		if (!utf8_from_utf16(options, units, out, capacity, bytes, p))
			return OK;
	}
	*bytes = 0;
	return problem(p, ERR_OPTION_LONG, most, load_options_concern_us(text, units));
}

/* The device path of a file is one or more nodes whose texts are concatenated. */
enum err firmware_own_path(const struct firmware *fw, char *out, size_t capacity, size_t *bytes, struct problem *p)
{
	const EFI_LOADED_IMAGE_PROTOCOL *loaded = fw->loaded;
	const EFI_DEVICE_PATH_PROTOCOL *node = loaded->FilePath;
	size_t used = 0;

	out[0] = 0;
	while (node && node->Type == EFI_PATH_MEDIA && node->SubType == EFI_PATH_FILE) {
		uint16_t length = read_le16(node->Length);
		CHAR16 text[CONFIG_MAX_PATH];
		size_t part;

		if (length < sizeof *node || length - sizeof *node > sizeof text)
			break;
		memcpy(text, node + 1, length - sizeof *node); /* a node need not be aligned */
		if (used && out[used - 1] != '\\' && used + 1 < capacity)
			out[used++] = '\\';
		enum err e = utf8_from_utf16(text, (length - sizeof *node) / sizeof(CHAR16), out + used,
		                             capacity - used, &part, p);
		if (e)
			return e;
		used += part;
		node = (const void *)((const uint8_t *)node + length);
	}
	*bytes = used;
	return OK;
}

void firmware_vendor(const struct firmware *fw, char *out, size_t capacity)
{
	const CHAR16 *vendor = system_table(fw)->FirmwareVendor;
	size_t units = 0;

	out[0] = 0;
	while (vendor && units < 100 && vendor[units])
		units++;
	if (utf8_from_utf16(vendor, units, out, capacity, NULL, NULL))
		out[0] = 0; /* longer than anybody's name */
}

uint32_t firmware_revision(const struct firmware *fw)
{
	return system_table(fw)->Hdr.Revision;
}
