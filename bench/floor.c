/* floor.c — the least that any loader can do: open the kernel and the module, read each whole in one call, read the
 * memory map, leave boot services. What the firmware needs for that is the floor under every loader. */
#include "efi.h"
#include "guest.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static void die(const char *why, EFI_STATUS s)
{
	say(why, s);
	stop();
}

/* A file whole, in pages of its own; NULL: there is no such file. */
static void *read_whole(EFI_BOOT_SERVICES *bs, EFI_FILE_PROTOCOL *root, const CHAR16 *path, UINTN *bytes)
{
	static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
	static union { EFI_FILE_INFO info; uint8_t room[sizeof(EFI_FILE_INFO) + 512]; } u;
	EFI_FILE_PROTOCOL *file;
	UINTN info_bytes = sizeof u;

	*bytes = 0;
	if (EFI_ERROR(root->Open(root, &file, path, EFI_FILE_MODE_READ, 0)))
		return NULL;
	EFI_STATUS s = file->GetInfo(file, &info_guid, &info_bytes, &u);
	void *at = take_pages(bs, u.info.FileSize);
	*bytes = u.info.FileSize;
	if (!EFI_ERROR(s) && at)
		s = file->Read(file, bytes, at);
	if (EFI_ERROR(s) || !at)
		die("fail_read", s);
	file->Close(file);
	return at;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static _Alignas(8) uint8_t map[64 << 10];
	EFI_BOOT_SERVICES *bs = table->BootServices;
	EFI_FILE_PROTOCOL *root = open_volume(bs, image);
	UINTN bytes, map_bytes = sizeof map, key, stride;
	uint32_t version;

	if (!root || !read_whole(bs, root, u"\\bench\\kernel", &bytes))
		die("fail_volume", 0);
	void *module = read_whole(bs, root, u"\\bench\\module", &bytes);
	EFI_STATUS s = bs->GetMemoryMap(&map_bytes, map, &key, &stride, &version);
	if (!EFI_ERROR(s))
		s = bs->ExitBootServices(image, key);
	uint64_t now = counter();
	if (EFI_ERROR(s))
		die("fail_exit", s);
	say("kernel", now);
	say_module_and_stop(module, bytes);
}
