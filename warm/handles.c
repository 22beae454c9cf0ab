#include "handles.h"

#include <string.h>

#include "efi.h"

static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

UINTN handles_with(EFI_BOOT_SERVICES *bs, const EFI_GUID *protocol, EFI_HANDLE **out)
{
	UINTN count = 0;
	EFI_STATUS s = EFI_SERVICE(EFI_LOCATE_HANDLE_BUFFER, bs->LocateHandleBuffer)(EFI_BY_PROTOCOL, protocol, NULL,
	                                                                             &count, out);
	return EFI_ERROR(s) ? 0 : count;
}

static const EFI_DEVICE_PATH_PROTOCOL *path_next(const EFI_DEVICE_PATH_PROTOCOL *node)
{
	return (const void *)((const uint8_t *)node + (node->Length[0] | node->Length[1] << 8));
}

const EFI_DEVICE_PATH_PROTOCOL *path_make(EFI_BOOT_SERVICES *bs, EFI_HANDLE device, uint8_t subtype, const void *value,
                                          uint16_t bytes, uint8_t room[PATH_MOST_BYTES])
{
	const uint16_t length = (uint16_t)(sizeof(EFI_DEVICE_PATH_PROTOCOL) + bytes);
	const EFI_DEVICE_PATH_PROTOCOL head = { EFI_PATH_MEDIA, subtype, { length & 255, length >> 8 } };
	const EFI_DEVICE_PATH_PROTOCOL end = { EFI_PATH_END, EFI_PATH_END_ENTIRE, { sizeof end, 0 } };
	const EFI_DEVICE_PATH_PROTOCOL *path;

	if (EFI_ERROR(bs->HandleProtocol(device, &path_guid, (void **)&path)))
		return NULL;
	const EFI_DEVICE_PATH_PROTOCOL *node = path;
	while (node->Type != EFI_PATH_END)
		node = path_next(node);
	size_t lead = (size_t)((const uint8_t *)node - (const uint8_t *)path);
	if (lead + length + sizeof end > PATH_MOST_BYTES)
		return NULL;
	memcpy(room, path, lead);
	memcpy(room + lead, &head, sizeof head);
	memcpy(room + lead + sizeof head, value, bytes);
	memcpy(room + lead + length, &end, sizeof end);
	return (const void *)room;
}
