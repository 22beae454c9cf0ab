/* volume.c — the volumes that files lie on: our own, and the XBOOTLDR partition of its disk (UAPI.1 Boot Loader
 * Specification, "The Partitions"). */
#include "block_io.h"
#include "efi.h"
#include "partition.h"
#include "partition_info.h"

#include <string.h>

static const EFI_GUID file_system_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static const EFI_GUID partition_guid = EFI_PARTITION_INFO_PROTOCOL_GUID;
static const EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;

/* NULL: the handle has no such protocol. */
static void *protocol_of(const struct firmware *fw, EFI_HANDLE handle, const EFI_GUID *guid)
{
	void *protocol = NULL;
	EFI_STATUS s = boot_services(fw)->HandleProtocol(handle, guid, &protocol);

	return EFI_ERROR(s) ? NULL : protocol;
}

const uint8_t *firmware_volume_path(const struct firmware *fw, enum volume volume)
{
	return protocol_of(fw, fw->volumes[volume].device, &device_path_guid);
}

enum err firmware_root(struct firmware *fw, enum volume volume, EFI_FILE_PROTOCOL **out, struct problem *p)
{
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs = NULL;
	EFI_FILE_PROTOCOL *root = fw->volumes[volume].root;
	EFI_STATUS s = EFI_SUCCESS;

	if (!root) {
		s = boot_services(fw)->HandleProtocol(fw->volumes[volume].device, &file_system_guid, (void **)&fs);
		s = brought(s, fs);
	}
	if (!root && !EFI_ERROR(s))
		s = brought(fs->OpenVolume(fs, &root), root);
	if (EFI_ERROR(s))
		return problem(p, volume == VOLUME_OWN ? ERR_NO_VOLUME : ERR_NO_VOLUME_XBOOTLDR, s);
	*out = fw->volumes[volume].root = root;
	return OK;
}

void firmware_close_volumes(struct firmware *fw)
{
	for (unsigned i = 0; i < VOLUMES; i++) {
		EFI_FILE_PROTOCOL *root = fw->volumes[i].root;
		if (root)
			root->Close(root);
		fw->volumes[i].root = NULL;
	}
}

/* All zero: it is none. */
static struct partition partition_of(const struct firmware *fw, enum volume volume)
{
	const uint8_t *path = firmware_volume_path(fw, volume);
	struct partition partition = { 0 };
	uint32_t disk_bytes;

	if (path)
		(void)partition_of_path(path, &partition, &disk_bytes);
	return partition;
}

uint32_t firmware_partition(const struct firmware *fw, enum volume volume, uint8_t id[16])
{
	struct partition partition = partition_of(fw, volume);

	memcpy(id, partition.id, sizeof partition.id);
	return partition.number;
}

uint32_t firmware_disk_signature(const struct firmware *fw, enum volume volume)
{
	return partition_of(fw, volume).disk_signature;
}

bool firmware_is_optical(const struct firmware *fw, enum volume volume)
{
	const uint8_t *path = firmware_volume_path(fw, volume);

	return path && partition_is_optical(path);
}

/* ---- XBOOTLDR -------------------------------------------------------------------------------------------------- */

/* A volume of a partition. */
struct place {
	const uint8_t *path;
	struct partition partition;
	uint32_t disk_bytes; /* of the path: its disk's */
};

static bool find_place(const struct firmware *fw, EFI_HANDLE handle, struct place *out)
{
	out->path = protocol_of(fw, handle, &device_path_guid);
	return out->path && partition_of_path(out->path, &out->partition, &out->disk_bytes) && out->partition.in_gpt;
}

static bool same_disk(const struct place *a, const struct place *b)
{
	return a->disk_bytes == b->disk_bytes && memcmp(a->path, b->path, a->disk_bytes) == 0;
}

/* The disk that the path's first nodes name. `room` is for these, and for an end. */
static EFI_BLOCK_IO_PROTOCOL *find_disk(const struct firmware *fw, const struct place *place, uint8_t *room)
{
	static const EFI_DEVICE_PATH_PROTOCOL end = { EFI_PATH_END, EFI_PATH_END_ENTIRE, { sizeof end, 0 } };
	const EFI_DEVICE_PATH_PROTOCOL *rest = (const void *)room;
	EFI_HANDLE disk = NULL;

	memcpy(room, place->path, place->disk_bytes);
	memcpy(room + place->disk_bytes, &end, sizeof end);
	EFI_STATUS s = boot_services(fw)->LocateDevicePath(&block_guid, &rest, &disk);
	/* "LocateDevicePath()": without a handle for all of the path it is one for less of it. */
	return EFI_ERROR(s) || !disk || rest->Type != EFI_PATH_END ? NULL : protocol_of(fw, disk, &block_guid);
}

enum { BLOCK_MOST = 65536 };

static bool read_block(EFI_BLOCK_IO_PROTOCOL *disk, uint64_t block, uint8_t *out)
{
	return !EFI_ERROR(disk->ReadBlocks(disk, disk->Media->MediaId, block, disk->Media->BlockSize, out));
}

/* `block` is memory for a block of the disk. */
static bool disk_has_type(EFI_BLOCK_IO_PROTOCOL *disk, const struct partition *partition, const uint8_t type[16],
                          uint8_t *block)
{
	uint32_t block_bytes = disk->Media->BlockSize;
	struct partition_place at;

	return block_bytes <= BLOCK_MOST && read_block(disk, 1, block) &&
	       partition_place(block, block_bytes, partition->number, &at) && read_block(disk, at.block, block) &&
	       partition_has_type(block + at.offset, partition, type);
}

/* The path names a partition of a GPT, so that is what the protocol tells of. */
static bool has_type(struct firmware *fw, EFI_HANDLE handle, const struct place *place, const uint8_t type[16])
{
	const EFI_PARTITION_INFO_PROTOCOL *info = protocol_of(fw, handle, &partition_guid);
	paddr room;

	if (info)
		return partition_has_type(info->Entry, &place->partition, type);
	if (firmware_pages(fw, BLOCK_MOST, HOBNAIL_MEMORY_USABLE, &room, NULL))
		return false;
	uint8_t *block = (uint8_t *)(uintptr_t)room;
	EFI_BLOCK_IO_PROTOCOL *disk = find_disk(fw, place, block);
	bool has = disk && disk->Media && disk_has_type(disk, &place->partition, type, block);
	firmware_release(fw, room);
	return has;
}

bool firmware_find_xbootldr(struct firmware *fw)
{
	struct place own, other;
	EFI_HANDLE *handles = NULL, found = NULL;
	UINTN count = 0;
	uint32_t number = UINT32_MAX; /* of several it is the first one */

	if (!find_place(fw, fw->volumes[VOLUME_OWN].device, &own))
		return false;
	EFI_STATUS s = boot_services(fw)->LocateHandleBuffer(ByProtocol, &file_system_guid, NULL, &count, &handles);
	if (EFI_ERROR(s) || !handles)
		return false;
	for (UINTN i = 0; i < count; i++)
		if (find_place(fw, handles[i], &other) && other.partition.number < number &&
		    other.partition.number != own.partition.number && same_disk(&own, &other) &&
		    has_type(fw, handles[i], &other, partition_xbootldr)) {
			found = handles[i];
			number = other.partition.number;
		}
	boot_services(fw)->FreePool(handles);
	fw->volumes[VOLUME_XBOOTLDR].device = found;
	return found;
}
