/* program.c — an EFI program that judges what its loader has given it, as docs/efi.md has it, and comes back with a
 * status and a text. It is for any loader that is to start Linux.
 *
 *     cmdline = one two
 *     initrd = the files of tests/efi/initrd.S, twice: 13 bytes each
 *     devicetree = the tree of tests/efi/tree.S, or no such key: then nothing is said of trees */
#include "dt_fixup.h"
#include "load_file.h"
#include "loaded_image.h"
#include "say.h"
#include "system_table.h"

#include <string.h>

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* UEFI 2.10, "EFI_BOOT_SERVICES.Exit()" (§7.4.5). */
typedef EFI_STATUS (EFIAPI *EFI_EXIT)(EFI_HANDLE image, EFI_STATUS status, UINTN bytes, CHAR16 *data);

static const EFI_GUID load_file_guid = EFI_LOAD_FILE2_PROTOCOL_GUID, path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID,
                      image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID, initrd_guid = LINUX_INITRD_MEDIA_GUID,
                      tree_guid = EFI_DTB_TABLE_GUID, seed_guid = EFI_RANDOM_SEED_TABLE_GUID;

static EFI_SYSTEM_TABLE *system;
static EFI_BOOT_SERVICES *bs;
static unsigned held, broken;

/* ---- Output ---------------------------------------------------------------------------------------------- */

static void check(bool holds, const char *what)
{
	held += holds;
	broken += !holds;
	if (!holds) {
		say(system, "program: BROKEN: ");
		say(system, what);
		say(system, "\r\n");
	}
}

/* ---- The image ------------------------------------------------------------------------------------------- */

static bool is_text(const CHAR16 *text, const char *wanted)
{
	while (*wanted && *text == (unsigned char)*wanted)
		text++, wanted++;
	return *text == (unsigned char)*wanted;
}

static bool ends_in(const CHAR16 *text, const char *wanted)
{
	for (; *text; text++)
		if (is_text(text, wanted))
			return true;
	return false;
}

static void check_image(EFI_HANDLE handle)
{
	EFI_LOADED_IMAGE_PROTOCOL *image = NULL;
	const EFI_DEVICE_PATH_PROTOCOL *node;
	void *device = NULL;

	bs->HandleProtocol(handle, &image_guid, (void **)&image);
	check(image != NULL, "the image has its protocol");
	check(image->LoadOptionsSize == 16 && is_text(image->LoadOptions, "one two"),
	      "the options are the command line with its NUL");
	check(image->ParentHandle != NULL, "the loader is its parent");
	check(!EFI_ERROR(bs->HandleProtocol(image->DeviceHandle, &path_guid, &device)) && device,
	      "its device has a path");
	node = image->FilePath;
	/* hobnail run --linux has its own name for the file. */
	const CHAR16 *file = (const CHAR16 *)(const void *)(node + 1);
	check(node && node->Type == EFI_PATH_MEDIA && node->SubType == EFI_PATH_FILE &&
	      (ends_in(file, "\\program.efi") || ends_in(file, "\\boot\\kernel.efi")), "its file has a path");
}

/* ---- The initial RAM disk -------------------------------------------------------------------------------- */

static LINUX_INITRD_PATH initrd_path = {
	.vendor = { EFI_PATH_MEDIA, EFI_PATH_VENDOR, { offsetof(LINUX_INITRD_PATH, end), 0 } },
	.end = { EFI_PATH_END, EFI_PATH_END_ENTIRE, { 4, 0 } },
};

enum { PIECE_BYTES = 13, INITRD_BYTES = 16 + PIECE_BYTES };

static EFI_LOAD_FILE2_PROTOCOL *find_initrd(const EFI_DEVICE_PATH_PROTOCOL **rest)
{
	EFI_LOAD_FILE2_PROTOCOL *file = NULL;
	EFI_HANDLE handle;

	memcpy(initrd_path.guid, &initrd_guid, sizeof initrd_path.guid);
	*rest = &initrd_path.vendor;
	return EFI_ERROR(bs->LocateDevicePath(&load_file_guid, rest, &handle)) ||
	       EFI_ERROR(bs->HandleProtocol(handle, &load_file_guid, (void **)&file)) ? NULL : file;
}

static void check_initrd(void)
{
	static uint8_t all[INITRD_BYTES + 1];
	const EFI_DEVICE_PATH_PROTOCOL *rest;
	EFI_LOAD_FILE2_PROTOCOL *f = find_initrd(&rest);
	UINTN bytes = 0;

	check(f != NULL, "there is an initial RAM disk");
	if (!f)
		return;
	check(f->LoadFile(NULL, rest, false, &bytes, all) == EFI_INVALID_PARAMETER, "without itself it is an error");
	check(f->LoadFile(f, NULL, false, &bytes, all) == EFI_INVALID_PARAMETER, "without a path it is an error");
	check(f->LoadFile(f, rest, false, NULL, all) == EFI_INVALID_PARAMETER, "without a size it is an error");
	check(f->LoadFile(f, rest, true, &bytes, all) == EFI_UNSUPPORTED, "it is no boot option");
	check(f->LoadFile(f, rest, false, &bytes, NULL) == EFI_BUFFER_TOO_SMALL && bytes == INITRD_BYTES,
	      "it says its size");
	bytes = INITRD_BYTES - 1;
	check(f->LoadFile(f, rest, false, &bytes, all) == EFI_BUFFER_TOO_SMALL && bytes == INITRD_BYTES,
	      "a buffer must be large enough");
	bytes = sizeof all;
	all[INITRD_BYTES] = 0x55;
	check(f->LoadFile(f, rest, false, &bytes, all) == EFI_SUCCESS && bytes == INITRD_BYTES, "it is read");
	check(memcmp(all, "thirteen byte\0\0\0thirteen byte\x55", sizeof all) == 0,
	      "its files begin at multiples of 4");
}

/* ---- Tables ---------------------------------------------------------------------------------------------- */

static const uint8_t *find_table(const EFI_GUID *guid)
{
	for (UINTN i = 0; i < system->NumberOfTableEntries; i++)
		if (memcmp(&system->ConfigurationTable[i].VendorGuid, guid, sizeof *guid) == 0)
			return system->ConfigurationTable[i].VendorTable;
	return NULL;
}

/* The bytes of a name that only this tree has. */
static void check_tree(void)
{
	const uint8_t *tree = find_table(&tree_guid);
	unsigned bytes = tree ? tree[4] << 24 | tree[5] << 16 | tree[6] << 8 | tree[7] : 0;
	bool found = false;

	for (unsigned i = 0; !found && i + 16 <= bytes && i < 1 << 20; i++)
		found = memcmp(tree + i, "hobnail,the-tree", 16) == 0;
	check(found, "the device tree is the configuration's");
}

static void check_seed(void)
{
	const uint8_t *seed = find_table(&seed_guid);
	uint8_t any = 0;

	if (!seed) {
		say(system, "program: there is no seed\r\n");
		return;
	}
	for (unsigned i = 4; i < 36; i++)
		any |= seed[i];
	check(seed[0] == 32 && !seed[1] && !seed[2] && !seed[3] && any, "the seed has 32 bytes");
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static CHAR16 words[] = u"as it was asked";
	char count[] = "program: .. checks hold\r\n";

	system = table;
	bs = table->BootServices;
	check_image(image);
	check_initrd();
	check_tree();
	check_seed();
	count[9] = (char)('0' + held / 10);
	count[10] = (char)('0' + held % 10);
	say(system, count);
	/* it becomes the caller's */
	void *data = NULL;
	bs->AllocatePool(EfiBootServicesData, sizeof words, &data);
	memcpy(data, words, sizeof words);
	((EFI_EXIT)bs->Exit)(image, broken ? EFI_DEVICE_ERROR : EFI_ABORTED, sizeof words, data);
	return EFI_LOAD_ERROR;
}
