#include "shell.h"

#include "efi.h"
#include "handles.h"
#include "words.h"

/* EDK II, ShellPkg.dec: gUefiShellFileGuid, the shell's file in a firmware volume. */
static const EFI_GUID shell_file = { 0x7c04a583, 0x9e3e, 0x4f1c, { 0xad, 0x65, 0xe0, 0x52, 0x68, 0xd0, 0xb4, 0xd1 } };
static const EFI_GUID volume_guid = EFI_FIRMWARE_VOLUME2_PROTOCOL_GUID;

static bool load_from(EFI_BOOT_SERVICES *bs, EFI_HANDLE image, EFI_HANDLE volume, EFI_HANDLE *out)
{
	static _Alignas(8) uint8_t room[PATH_MOST_BYTES];
	const EFI_DEVICE_PATH_PROTOCOL *path = path_make(bs, volume, EFI_PATH_FIRMWARE_FILE, &shell_file,
	                                                 sizeof shell_file, room);

	return path && !EFI_ERROR(EFI_SERVICE(EFI_IMAGE_LOAD, bs->LoadImage)(true, image, path, NULL, 0, out));
}

void shell_start(EFI_BOOT_SERVICES *bs, EFI_HANDLE image, EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out)
{
	EFI_HANDLE *volumes, shell = NULL;
	UINTN count = handles_with(bs, &volume_guid, &volumes);

	for (UINTN i = 0; i < count && !shell; i++)
		if (!load_from(bs, image, volumes[i], &shell))
			shell = NULL;
	if (count)
		bs->FreePool(volumes);
	if (!shell)
		return;
	out->OutputString(out, u"" WARM_SHELL "\r\n");
	EFI_SERVICE(EFI_IMAGE_START, bs->StartImage)(shell, NULL, NULL);
}
