/* efi.h — what only the measuring programs ask of the firmware: services that efi/ lists without their types. */
#ifndef BENCH_EFI_H
#define BENCH_EFI_H

#include "file.h"
#include "loaded_image.h"

/* UEFI 2.10, "Image Services" (§7.4), "Protocol Handler Services" (§7.3). */
typedef EFI_STATUS (EFIAPI *EFI_IMAGE_LOAD)(BOOLEAN boot_policy, EFI_HANDLE parent,
                                            const EFI_DEVICE_PATH_PROTOCOL *path,
                                            const void *source, UINTN bytes, EFI_HANDLE *out);
typedef EFI_STATUS (EFIAPI *EFI_IMAGE_START)(EFI_HANDLE image, UINTN *exit_bytes, CHAR16 **exit_text);
typedef EFI_STATUS (EFIAPI *EFI_LOCATE_HANDLE_BUFFER)(unsigned how, const EFI_GUID *protocol, const void *key,
                                                      UINTN *count,
                                                      EFI_HANDLE **out);
typedef EFI_STATUS (EFIAPI *EFI_LOCATE_DEVICE_PATH)(const EFI_GUID *protocol, const EFI_DEVICE_PATH_PROTOCOL **path,
                                                    EFI_HANDLE *out);
#define EFI_SERVICE(type, pointer) ((type)(void (*)(void))(pointer))
enum { EFI_BY_PROTOCOL = 2 };

#define EFI_DEVICE_PATH_PROTOCOL_GUID { 0x09576e91, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }

static inline const EFI_DEVICE_PATH_PROTOCOL *path_next(const EFI_DEVICE_PATH_PROTOCOL *node)
{
	return (const void *)((const uint8_t *)node + (node->Length[0] | node->Length[1] << 8));
}

/* Open the volume that `image` came from; NULL: it cannot be. */
static inline EFI_FILE_PROTOCOL *open_volume(EFI_BOOT_SERVICES *bs, EFI_HANDLE image)
{
	static const EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID,
		fs_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;
	EFI_FILE_PROTOCOL *root;

	if (EFI_ERROR(bs->HandleProtocol(image, &image_guid, (void **)&loaded)) ||
	    EFI_ERROR(bs->HandleProtocol(loaded->DeviceHandle, &fs_guid, (void **)&fs)) ||
	    	EFI_ERROR(fs->OpenVolume(fs, &root)))
		return NULL;
	return root;
}

/* Pages for `bytes`; NULL: none. */
static inline void *take_pages(EFI_BOOT_SERVICES *bs, uint64_t bytes)
{
	EFI_PHYSICAL_ADDRESS at;

	return EFI_ERROR(bs->AllocatePages(AllocateAnyPages, EfiLoaderData, (bytes + 4095) / 4096,
	                                   &at)) ? NULL : (void *)at;
}

#endif
