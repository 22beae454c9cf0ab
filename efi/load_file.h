/* load_file.h — UEFI 2.10, "Load File 2 Protocol" (§13.2); and the path by which Linux finds its initial RAM disk. */
#ifndef EFI_LOAD_FILE_H
#define EFI_LOAD_FILE_H

#include "device_path.h"

#define EFI_LOAD_FILE2_PROTOCOL_GUID \
	{ 0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } }

typedef struct EFI_LOAD_FILE2_PROTOCOL EFI_LOAD_FILE2_PROTOCOL;
struct EFI_LOAD_FILE2_PROTOCOL {
	EFI_STATUS (EFIAPI *LoadFile)(EFI_LOAD_FILE2_PROTOCOL *self, const EFI_DEVICE_PATH_PROTOCOL *path,
	                              BOOLEAN boot_policy, UINTN *bytes, void *buffer);
};

/* Linux, include/linux/efi.h: LINUX_EFI_INITRD_MEDIA_GUID; drivers/firmware/efi/libstub/efi-stub-helper.c */
#define LINUX_INITRD_MEDIA_GUID \
	{ 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } }

typedef struct {
	EFI_DEVICE_PATH_PROTOCOL vendor;
	uint8_t guid[16];
	EFI_DEVICE_PATH_PROTOCOL end;
} LINUX_INITRD_PATH;
_Static_assert(sizeof(LINUX_INITRD_PATH) == 24, "nodes follow each other without gaps");

#endif
