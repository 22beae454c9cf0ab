#include "efi.h"

enum err firmware_exit(struct firmware *fw, firmware_finish *finish, void *context, bool *tried, struct problem *p)
{
	EFI_BOOT_SERVICES *bs = boot_services(fw);
	EFI_STATUS refused = EFI_SUCCESS;
	unsigned attempts = 0;

	*tried = false;
	enum err e = firmware_read_map(fw, p); /* may still allocate: the first exit has not been tried */
	while (!e && attempts < FIRMWARE_EXIT_TRIES) {
		const struct firmware_map *map = &fw->map;
		struct uefi_map view = { map->buffer, map->bytes, map->descriptor_bytes };

		e = finish(context, &view, map->version, p);
		if (e)
			break;
		*tried = true;
		attempts++;
		refused = bs->ExitBootServices(fw->image, map->key);
		if (!EFI_ERROR(refused)) {
			fw->boot = NULL;
			return OK;
		}
		/* UEFI 2.10, "EFI_BOOT_SERVICES.ExitBootServices()" (§7.4.6): after a failure only GetMemoryMap and
		 * ExitBootServices may be called. The buffer was made with room to grow, so this allocates nothing. */
		UINTN needed;
		if (EFI_ERROR(firmware_get_map(fw, bs, &needed)) || fw->map.descriptor_bytes != view.descriptor_bytes)
			break;
	}
	if (!*tried)
		return e;
	fw->boot = NULL; /* boot services are gone, whatever the firmware thinks */
	return e ? e : problem(p, ERR_EXIT_REFUSED, attempts, refused);
}
