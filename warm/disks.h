/* disks.h — the machine's disks, without and with their drivers, and the boot loader on them. */
#ifndef WARM_DISKS_H
#define WARM_DISKS_H

#include "loaded_image.h"
#include "system_table.h"

/* Take the drivers off all disks, so that nothing of a disk's content or size is known to the firmware. */
void disks_disconnect(EFI_BOOT_SERVICES *bs);

/* Remove the volume that this program came from, which only a machine with -kernel has. */
void disks_hide_own(EFI_BOOT_SERVICES *bs, EFI_HANDLE image);

/* Connect the disks and find the first volume with a boot loader. Its device path is valid until the next call. NULL:
 * there is none. */
const EFI_DEVICE_PATH_PROTOCOL *disks_find_loader(EFI_BOOT_SERVICES *bs);

#endif
