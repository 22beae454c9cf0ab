/* handles.h — the firmware's handles and their device paths. */
#ifndef WARM_HANDLES_H
#define WARM_HANDLES_H

#include "device_path.h"
#include "system_table.h"

enum { PATH_MOST_BYTES = 1024 };

/* All handles with a protocol. Returns their number; the caller frees *out (FreePool) if that is not 0. */
UINTN handles_with(EFI_BOOT_SERVICES *bs, const EFI_GUID *protocol, EFI_HANDLE **out);

/* The device's path and behind it a medium's node of this subtype, written to `room`. NULL: the device has no path, or
 * it is too long. */
const EFI_DEVICE_PATH_PROTOCOL *path_make(EFI_BOOT_SERVICES *bs, EFI_HANDLE device, uint8_t subtype, const void *value,
                                          uint16_t bytes, uint8_t room[PATH_MOST_BYTES]);

#endif
