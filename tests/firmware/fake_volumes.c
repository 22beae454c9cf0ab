/* fake_volumes.c — the device that the loader is started from; and, where a test wants it, a disk of two partitions in
 * its place: the second one may be an XBOOTLDR partition. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include "block_io.h"
#include "partition_info.h"

enum { DISK_NODE_BYTES = 12, PARTITION_NODE_BYTES = 42, PATH_MOST = 64 };

/* Handles: of the volumes, of their disk, of a device that has files and no path. */
static int volumes[2], disk, stray;
static uint8_t paths[3][PATH_MOST];

static const uint8_t ids[3][16] = { { 0x11, 1 }, { 0x22, 2 }, { 0x33, 3 } };

/* bc13c2ff-59e6-4262-a352-b275fd6f7172, and that of Linux's data: UAPI.2 Discoverable Partitions Specification */
static const uint8_t xbootldr[16] = { 0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42,
                                      0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72 },
                     data[16] = { 0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47,
                                  0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4 };

void *fake_own_device(void)
{
	return &volumes[0];
}

/* ---- Paths ------------------------------------------------------------------------------------------------------- */

static size_t put_disk(uint8_t *at, bool other)
{
	static const uint8_t node[DISK_NODE_BYTES] = { 1, 4, DISK_NODE_BYTES, 0, 1, 2, 3, 4, 5, 6, 7, 8 };

	memcpy(at, node, sizeof node);
	at[4] += other;
	return sizeof node;
}

static size_t put_partition(uint8_t *at, unsigned volume)
{
	memset(at, 0, PARTITION_NODE_BYTES);
	memcpy(at, (uint8_t[]){ 4, 1, PARTITION_NODE_BYTES, 0, (uint8_t)(volume + 1) }, 5);
	memcpy(at + 24, ids[volume], 16);
	at[40] = fake.options.second.is_in_mbr ? 1 : 2;
	at[41] = fake.options.second.is_in_mbr ? 1 : 2;
	return PARTITION_NODE_BYTES;
}

size_t fake_volume_path(unsigned volume, const uint8_t **out)
{
	static const uint8_t optical[24] = { 4, 2, sizeof optical };
	const struct fake_second *second = &fake.options.second;
	size_t used = put_disk(paths[volume], volume && second->is_on_other_disk);

	if (second->is_optical) {
		memcpy(paths[volume] + used, optical, sizeof optical);
		used += sizeof optical;
	}
	if (second->is_there)
		used += put_partition(paths[volume] + used, volume);
	memcpy(paths[volume] + used, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, 4);
	*out = paths[volume];
	return used;
}

/* ---- The disk ---------------------------------------------------------------------------------------------------- */

static void put_entry(unsigned volume, uint8_t *out)
{
	const struct fake_second *second = &fake.options.second;

	memset(out, 0, 128);
	memcpy(out, (volume || second->own_too) && !second->is_data ? xbootldr : data, 16);
	memcpy(out + 16, ids[volume], 16);
	out[16] ^= second->has_other_id;
}

/* UEFI 2.10, "GPT Header" (§5.3.2): entries from block 2 on */
static void put_header(uint8_t *out)
{
	memcpy(out, "EFI PART", 8);
	out[72] = 2;
	out[80] = out[84] = 128;
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO_PROTOCOL *self, uint32_t media, uint64_t block, UINTN bytes,
                                     void *buffer)
{
	EFI_STATUS s = fake_call(SERVICE_READ_BLOCKS, NULL);
	uint8_t *out = buffer;

	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS; /* FAULT_SHORT: nothing is written */
	if (media != self->Media->MediaId || bytes != self->Media->BlockSize ||
	    (uintptr_t)buffer % self->Media->IoAlign)
		return EFI_INVALID_PARAMETER;
	memset(out, 0, bytes);
	if (block == 1)
		put_header(out);
	for (unsigned i = 0; block == 2 && i < 2u + fake.options.second.has_third; i++)
		put_entry(i, out + 128 * i);
	return EFI_SUCCESS;
}

static EFI_BLOCK_IO_MEDIA medium = { .MediaId = 7, .MediaPresent = true, .IoAlign = 4096 };
static EFI_BLOCK_IO_PROTOCOL block_io = { .Media = &medium, .ReadBlocks = read_blocks };

/* ---- Protocols --------------------------------------------------------------------------------------------------- */

static bool is_guid(const EFI_GUID *guid, EFI_GUID wanted)
{
	return memcmp(guid, &wanted, sizeof wanted) == 0;
}

static void *partition_info(unsigned volume)
{
	static EFI_PARTITION_INFO_PROTOCOL info[3];

	info[volume].Type = fake.options.second.is_in_mbr ? 1 : PARTITION_TYPE_GPT;
	put_entry(volume, info[volume].Entry);
	return &info[volume];
}

static void *protocol_of(unsigned volume, const EFI_GUID *guid)
{
	const uint8_t *path;

	if (is_guid(guid, (EFI_GUID)EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID))
		return &fake_file_systems[volume];
	if (is_guid(guid, (EFI_GUID)EFI_DEVICE_PATH_PROTOCOL_GUID) && !fake.options.no_device_path) {
		(void)fake_volume_path(volume, &path);
		return (void *)(uintptr_t)path;
	}
	if (is_guid(guid, (EFI_GUID)EFI_PARTITION_INFO_PROTOCOL_GUID) && fake.options.second.is_told)
		return partition_info(volume);
	return NULL;
}

void *fake_device_protocol(EFI_HANDLE handle, const EFI_GUID *guid)
{
	medium.BlockSize = fake.options.second.block_bytes;
	if (handle == &disk && is_guid(guid, (EFI_GUID)EFI_BLOCK_IO_PROTOCOL_GUID))
		return &block_io;
	for (unsigned i = 0; i < 2; i++)
		if (handle == &volumes[i])
			return protocol_of(i, guid);
	if (handle == &stray && fake.options.second.has_third &&
	    !is_guid(guid, (EFI_GUID)EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID))
		return protocol_of(2, guid);
	return NULL;
}

static EFI_STATUS EFIAPI locate_handles(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key, UINTN *count,
                                        EFI_HANDLE **handles)
{
	EFI_HANDLE all[] = { &volumes[1], &stray, &volumes[0] };
	bool displays = is_guid(protocol, (EFI_GUID)EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID) ||
	                is_guid(protocol, (EFI_GUID)EFI_EDID_ACTIVE_PROTOCOL_GUID);
	const void *from = displays ? (const void *)fake_displays : all;
	size_t bytes = displays ? sizeof fake_displays : sizeof all;
	EFI_STATUS s = fake_call(SERVICE_LOCATE_HANDLES, NULL);

	(void)key;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (type != ByProtocol || !(displays || is_guid(protocol, (EFI_GUID)EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID)))
		return EFI_INVALID_PARAMETER;
	fake_pool(bytes, (void **)handles);
	memcpy(*handles, from, bytes);
	*count = bytes / sizeof all[0];
	return EFI_SUCCESS;
}

/* The disk is found by its own path, and by that of a partition, of which the rest is left. */
EFI_STATUS fake_locate_disk(const EFI_DEVICE_PATH_PROTOCOL **path, EFI_HANDLE *device)
{
	uint8_t node[DISK_NODE_BYTES];

	put_disk(node, false);
	if (memcmp(*path, node, sizeof node) != 0 || fake.options.second.has_no_disk)
		return EFI_NOT_FOUND;
	if (!fake.options.second.disk_is_parent)
		*path = (const void *)((const uint8_t *)*path + sizeof node);
	*device = &disk;
	return EFI_SUCCESS;
}

void fake_volumes_fill(EFI_BOOT_SERVICES *services)
{
	services->LocateHandleBuffer = locate_handles;
}
