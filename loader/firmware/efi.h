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

/* The form of a path that the firmware takes: UTF-16 with backslashes, none doubled (EDK2 takes that for an empty
 * name). `out` has room for CONFIG_MAX_PATH units and the NUL. file.c   ERR_PATH */
enum err firmware_path(struct text path, CHAR16 *out, size_t *units, struct problem *p);

/* The root directory of a volume, which is opened once. volume.c
 *   ERR_NO_VOLUME, ERR_NO_VOLUME_XBOOTLDR */
enum err firmware_root(struct firmware *fw, enum volume volume, EFI_FILE_PROTOCOL **out, struct problem *p);

/* Close the volumes that are open. volume.c */
void firmware_close_volumes(struct firmware *fw);

/* The device path of a volume; NULL: the firmware does not tell. volume.c */
const uint8_t *firmware_volume_path(const struct firmware *fw, enum volume volume);

/* A firmware table by its GUID; NULL: there is none. firmware_facts.c */
void *firmware_table(const struct firmware *fw, const EFI_GUID *guid);

/* GetMemoryMap into the buffer that there is. *bytes: the size of the map, or the size that it needs. On error
 * fw->map is unchanged. memory.c */
EFI_STATUS firmware_get_map(struct firmware *fw, EFI_BOOT_SERVICES *bs, UINTN *bytes);

#endif
