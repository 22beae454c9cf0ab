/* kernel_efi.c — a kernel for loaders that start EFI programs. Its first instructions read the counter; "ready" is when
 * it holds its initial ramdisk, too, in one of the ways that Linux accepts: offered by the loader through LoadFile2,
 * named in the device tree, or (initrd= on the command line) read by the kernel itself. */
#include "efi.h"
#include "guest.h"

#include <string.h>

#if defined(__x86_64__)
__asm__(".section .text.entry,\"ax\"\n.globl kernel_entry\nkernel_entry:\n"
        "\tmov %rdx, %r9\n\trdtsc\n\tshl $32, %rdx\n\tor %rax, %rdx\n\t"
        "mov %rdx, %r8\n\tmov %r9, %rdx\n\tjmp efi_main\n");
#else
__asm__(".section .text.entry,\"ax\"\n.globl kernel_entry\nkernel_entry:\n\tmrs x2, cntvct_el0\n\tb efi_main\n");
#endif

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table, uint64_t now);

BALLAST;

static EFI_BOOT_SERVICES *bs;

/* Linux, Documentation/arch/x86/boot.rst, "EFI Handover Protocol": a vendor media node with this GUID on a handle with
 * EFI_LOAD_FILE2_PROTOCOL (UEFI 2.10, §13.2). */
static void *by_load_file2(UINTN *bytes)
{
	typedef struct LOAD_FILE2 LOAD_FILE2;
	struct LOAD_FILE2 {
		EFI_STATUS (EFIAPI *LoadFile)(LOAD_FILE2 *self, const EFI_DEVICE_PATH_PROTOCOL *path, BOOLEAN policy,
		                              UINTN *bytes,
		                              void *buffer);
	} *file;
	static const EFI_GUID load_file2_guid = { 0x4006c0c1, 0xfcb3, 0x403e,
	                                          { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } };
	static const struct __attribute__((packed)) {
		EFI_DEVICE_PATH_PROTOCOL vendor;
		EFI_GUID guid;
		EFI_DEVICE_PATH_PROTOCOL end;
	} initrd = { { EFI_PATH_MEDIA, 3, { 20, 0 } },
	             { 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } },
	             { EFI_PATH_END, EFI_PATH_END_ENTIRE, { 4, 0 } } };
	const EFI_DEVICE_PATH_PROTOCOL *path = &initrd.vendor;
	EFI_HANDLE handle;

	if (EFI_ERROR(EFI_SERVICE(EFI_LOCATE_DEVICE_PATH, bs->LocateDevicePath)(&load_file2_guid, &path, &handle)) ||
	    EFI_ERROR(bs->HandleProtocol(handle, &load_file2_guid, (void **)&file)))
		return NULL;
	*bytes = 0;
	if (file->LoadFile(file, path, false, bytes, NULL) != EFI_BUFFER_TOO_SMALL)
		return NULL;
	void *at = take_pages(bs, *bytes);
	return at && !EFI_ERROR(file->LoadFile(file, path, false, bytes, at)) ? at : NULL;
}

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t cell(const uint8_t *at, uint32_t bytes)
{
	return bytes == 8 ? (uint64_t)be32(at) << 32 | be32(at + 4) : be32(at);
}

/* Devicetree Specification 0.4, "Flattened Devicetree (DTB) Format" (§5): only /chosen has these two properties. */
static void *by_device_tree(const EFI_SYSTEM_TABLE *table, UINTN *bytes)
{
	static const EFI_GUID guid = EFI_DTB_TABLE_GUID;
	const uint8_t *tree = NULL;
	uint64_t start = 0, end = 0;

	for (UINTN i = 0; i < table->NumberOfTableEntries; i++)
		if (memcmp(&table->ConfigurationTable[i].VendorGuid, &guid, sizeof guid) == 0)
			tree = table->ConfigurationTable[i].VendorTable;
	if (!tree || be32(tree) != 0xd00dfeed)
		return NULL;
	const char *names = (const char *)tree + be32(tree + 12);
	for (const uint8_t *at = tree + be32(tree + 8); be32(at) != 9;) {
		uint32_t token = be32(at);
		at += 4;
		if (token == 1) { /* a node and its name */
			at += (strlen((const char *)at) + 4) & ~3ull;
		} else if (token == 3) { /* a property */
			uint32_t length = be32(at);
			const char *name = names + be32(at + 4);
			if (strcmp(name, "linux,initrd-start") == 0)
				start = cell(at + 8, length);
			if (strcmp(name, "linux,initrd-end") == 0)
				end = cell(at + 8, length);
			at += 8 + ((length + 3) & ~3u);
		}
	}
	*bytes = end - start;
	return (void *)start;
}

/* The path behind "initrd=" in the load options, with backslashes. */
static bool option_path(const EFI_LOADED_IMAGE_PROTOCOL *loaded, CHAR16 *out, size_t room)
{
	static const CHAR16 key[] = u"initrd=";
	const size_t key_units = sizeof key / 2 - 1, units = loaded->LoadOptionsSize / 2;
	const CHAR16 *options = loaded->LoadOptions;
	size_t used = 0;

	for (size_t i = 0; i + key_units < units; i++) {
		if (memcmp(&options[i], key, key_units * 2) != 0)
			continue;
		for (i += key_units; i < units && options[i] && options[i] != ' ' && used + 1 < room; i++)
			out[used++] = options[i] == '/' ? '\\' : options[i];
		break;
	}
	out[used] = 0;
	return used != 0;
}

/* Linux reads so in pieces of 1 MiB (drivers/firmware/efi/libstub/file.c, EFI_READ_CHUNK_SIZE). */
static void *by_option(EFI_HANDLE image, UINTN *bytes)
{
	static const EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID, info_guid = EFI_FILE_INFO_ID;
	static union { EFI_FILE_INFO info; uint8_t room[sizeof(EFI_FILE_INFO) + 512]; } u;
	static CHAR16 path[256];
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	EFI_FILE_PROTOCOL *root, *file;
	UINTN info_bytes = sizeof u;

	if (EFI_ERROR(bs->HandleProtocol(image, &image_guid, (void **)&loaded)) || !option_path(loaded, path, 256) ||
	    !(root = open_volume(bs, image)) || EFI_ERROR(root->Open(root, &file, path, EFI_FILE_MODE_READ, 0)) ||
	    EFI_ERROR(file->GetInfo(file, &info_guid, &info_bytes, &u)))
		return NULL;
	*bytes = u.info.FileSize;
	uint8_t *at = take_pages(bs, *bytes);
	for (uint64_t done = 0; at && done < *bytes;) {
		UINTN part = *bytes - done < 1 << 20 ? *bytes - done : 1 << 20;
		if (EFI_ERROR(file->Read(file, &part, at + done)) || !part)
			return NULL;
		done += part;
	}
	return at;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table, uint64_t now)
{
	UINTN bytes = 0;

	bs = table->BootServices;
	void *module = by_load_file2(&bytes);
	if (!module)
		module = by_device_tree(table, &bytes);
	if (!module)
		module = by_option(image, &bytes);
	uint64_t ready = counter();
	put('\n');
	say("kernel", now);
	say("ready", ready);
	say_module_and_stop(module, module ? bytes : 0);
}
