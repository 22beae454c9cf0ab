/* efi.h — for the files of this folder alone: the firmware's structures behind struct firmware. */
#ifndef LOADER_FIRMWARE_EFI_H
#define LOADER_FIRMWARE_EFI_H

#include "file.h"
#include "firmware.h"
#include "loaded_image.h"
#include "system_table.h"

static inline EFI_SYSTEM_TABLE *system_table(const struct firmware *fw)
{
	return fw->system_table;
}

static inline EFI_BOOT_SERVICES *boot_services(const struct firmware *fw)
{
	return fw->boot;
}

/* Some firmware says success and brings no result: that is a failure. */
static inline EFI_STATUS brought(EFI_STATUS status, const void *answer)
{
	return EFI_ERROR(status) || answer ? status : EFI_DEVICE_ERROR;
}

static inline enum err firmware_said(struct problem *p, EFI_STATUS status)
{
	return problem(p, ERR_FIRMWARE, status);
}

/* GetMemoryMap into the buffer that there is. *bytes: the size of the map, or the size that it needs. On error
 * fw->map is unchanged. memory.c */
EFI_STATUS firmware_get_map(struct firmware *fw, EFI_BOOT_SERVICES *bs, UINTN *bytes);

#endif
