#include "disks.h"

#include "efi.h"
#include "handles.h"

static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static const EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
static const EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static const EFI_GUID pci_guid = EFI_PCI_IO_PROTOCOL_GUID;

/* UEFI 2.10, "Removable Media Boot Behavior" (§3.5.1.1). */
static const CHAR16 boot_file[] = u"\\EFI\\BOOT\\" WARM_BOOT_FILE;

/* ---- Drivers ----------------------------------------------------------------------------------------------------- */

/* The handle of the PCI function that this device hangs on; NULL: none. */
static EFI_HANDLE function_of(EFI_BOOT_SERVICES *bs, EFI_HANDLE device)
{
	const EFI_DEVICE_PATH_PROTOCOL *path;
	EFI_HANDLE function;

	if (EFI_ERROR(bs->HandleProtocol(device, &path_guid, (void **)&path)) ||
	    EFI_ERROR(EFI_SERVICE(EFI_LOCATE_DEVICE_PATH, bs->LocateDevicePath)(&pci_guid, &path, &function)))
		return NULL;
	return function;
}

void disks_disconnect(EFI_BOOT_SERVICES *bs)
{
	EFI_HANDLE *disks;
	UINTN count = handles_with(bs, &block_guid, &disks);

	/* A disk's partitions go with it, and their handles fail here. */
	for (UINTN i = 0; i < count; i++) {
		EFI_HANDLE function = function_of(bs, disks[i]);
		if (function)
			EFI_SERVICE(EFI_DISCONNECT, bs->DisconnectController)(function, NULL, NULL);
	}
	if (count)
		bs->FreePool(disks);
}

static bool is_of_class(EFI_BOOT_SERVICES *bs, EFI_HANDLE function, uint32_t class, unsigned class_bits)
{
	EFI_PCI_IO_PROTOCOL *pci;
	uint32_t value;

	return !EFI_ERROR(bs->HandleProtocol(function, &pci_guid, (void **)&pci)) &&
	       !EFI_ERROR(pci->ConfigRead(pci, EFI_PCI_WIDTH_32, PCI_REVISION_AND_CLASS, 1, &value)) &&
	       value >> (32 - class_bits) == class;
}

static void connect_class(EFI_BOOT_SERVICES *bs, uint32_t class, unsigned class_bits)
{
	EFI_HANDLE *functions;
	UINTN count = handles_with(bs, &pci_guid, &functions);

	for (UINTN i = 0; i < count; i++)
		if (is_of_class(bs, functions[i], class, class_bits))
			EFI_SERVICE(EFI_CONNECT, bs->ConnectController)(functions[i], NULL, NULL, true);
	if (count)
		bs->FreePool(functions);
}

/* ---- The volume of -kernel --------------------------------------------------------------------------------------- */

static void remove_protocol(EFI_BOOT_SERVICES *bs, EFI_HANDLE handle, const EFI_GUID *protocol)
{
	void *interface;

	if (!EFI_ERROR(bs->HandleProtocol(handle, protocol, &interface)))
		EFI_SERVICE(EFI_UNINSTALL, bs->UninstallProtocolInterface)(handle, protocol, interface);
}

/* EDK II's QemuKernelLoaderFsDxe makes it. AAVMF's shell takes an exception when it lists that volume (2022.11). */
void disks_hide_own(EFI_BOOT_SERVICES *bs, EFI_HANDLE image)
{
	EFI_LOADED_IMAGE_PROTOCOL *own;

	if (EFI_ERROR(bs->HandleProtocol(image, &image_guid, (void **)&own)) || !own->DeviceHandle)
		return;
	remove_protocol(bs, own->DeviceHandle, &volume_guid);
	remove_protocol(bs, own->DeviceHandle, &path_guid);
	own->DeviceHandle = NULL;
}

/* ---- The boot loader --------------------------------------------------------------------------------------------- */

static bool has_loader(EFI_BOOT_SERVICES *bs, EFI_HANDLE volume)
{
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;
	EFI_FILE_PROTOCOL *root, *file;

	if (EFI_ERROR(bs->HandleProtocol(volume, &volume_guid, (void **)&fs)) || EFI_ERROR(fs->OpenVolume(fs, &root)))
		return false;
	bool has = !EFI_ERROR(root->Open(root, &file, boot_file, EFI_FILE_MODE_READ, 0));
	if (has)
		file->Close(file);
	root->Close(root);
	return has;
}

static const EFI_DEVICE_PATH_PROTOCOL *loader_path(EFI_BOOT_SERVICES *bs, EFI_HANDLE volume)
{
	static _Alignas(8) uint8_t room[PATH_MOST_BYTES];

	return path_make(bs, volume, EFI_PATH_FILE, boot_file, sizeof boot_file, room);
}

static const EFI_DEVICE_PATH_PROTOCOL *find_on_volumes(EFI_BOOT_SERVICES *bs)
{
	const EFI_DEVICE_PATH_PROTOCOL *path = NULL;
	EFI_HANDLE *volumes;
	UINTN count = handles_with(bs, &volume_guid, &volumes);

	for (UINTN i = 0; i < count && !path; i++)
		if (has_loader(bs, volumes[i]))
			path = loader_path(bs, volumes[i]);
	if (count)
		bs->FreePool(volumes);
	return path;
}

/* USB only where it is needed: its devices take seconds to answer. */
const EFI_DEVICE_PATH_PROTOCOL *disks_find_loader(EFI_BOOT_SERVICES *bs)
{
	connect_class(bs, PCI_CLASS_STORAGE, 8);
	const EFI_DEVICE_PATH_PROTOCOL *path = find_on_volumes(bs);
	if (path)
		return path;
	connect_class(bs, PCI_CLASS_USB, 16);
	return find_on_volumes(bs);
}
