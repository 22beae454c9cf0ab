/* loaded_image.h — UEFI 2.10, "EFI Loaded Image Protocol" (§9.1). */
#ifndef EFI_LOADED_IMAGE_H
#define EFI_LOADED_IMAGE_H

#include "device_path.h"
#include "system_table.h"

#define EFI_LOADED_IMAGE_PROTOCOL_GUID \
	{ 0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }

typedef struct {
	uint32_t Revision;
	EFI_HANDLE ParentHandle;
	EFI_SYSTEM_TABLE *SystemTable;
	EFI_HANDLE DeviceHandle;
	const EFI_DEVICE_PATH_PROTOCOL *FilePath; /* on DeviceHandle; may be NULL */
	void *Reserved;
	uint32_t LoadOptionsSize; /* bytes */
	void *LoadOptions;        /* may be NULL; usually UTF-16 */
	void *ImageBase;
	uint64_t ImageSize;
	EFI_MEMORY_TYPE ImageCodeType, ImageDataType;
	EFI_UNUSED Unload;
} EFI_LOADED_IMAGE_PROTOCOL;
_Static_assert(offsetof(EFI_LOADED_IMAGE_PROTOCOL, ImageBase) == 64, "ImageBase");

#endif
