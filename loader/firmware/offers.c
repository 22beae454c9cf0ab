/* offers.c — what a program finds beside its load options: an initial RAM disk, and tables of the firmware. */
#include "dt_fixup.h"
#include "efi.h"
#include "load_file.h"

#include <string.h>

/* ---- The initial RAM disk -------------------------------------------------------------------------------- */

static const EFI_GUID load_file_guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static const EFI_GUID initrd_guid = LINUX_INITRD_MEDIA_GUID;

/* The firmware has its address while it is installed. */
static struct served {
	EFI_LOAD_FILE2_PROTOCOL protocol;
	LINUX_INITRD_PATH path;
	const struct firmware_initrd *initrd; /* NULL: withdrawn */
} served;

/* "EFI_LOAD_FILE2_PROTOCOL.LoadFile()". The path is the rest behind the one that is installed: nothing. Linux takes
 * any other answer than EFI_BUFFER_TOO_SMALL to its question for the size as a failure. */
static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE2_PROTOCOL *self, const EFI_DEVICE_PATH_PROTOCOL *path,
                                   BOOLEAN boot_policy, UINTN *bytes, void *buffer)
{
	const struct firmware_initrd *initrd = served.initrd;

	if (self != &served.protocol || !path || !bytes)
		return EFI_INVALID_PARAMETER;
	if (boot_policy)
		return EFI_UNSUPPORTED;
	if (path->Type != EFI_PATH_END || !initrd)
		return EFI_NOT_FOUND;
	if (!buffer || *bytes < initrd->bytes) {
		*bytes = initrd->bytes;
		return EFI_BUFFER_TOO_SMALL;
	}
	if (initrd->read(initrd->context, buffer))
		return EFI_DEVICE_ERROR;
	*bytes = initrd->bytes;
	return EFI_SUCCESS;
}

static LINUX_INITRD_PATH initrd_path(void)
{
	LINUX_INITRD_PATH path = {
		.vendor = { EFI_PATH_MEDIA, EFI_PATH_VENDOR, { offsetof(LINUX_INITRD_PATH, end), 0 } },
		.end = { EFI_PATH_END, EFI_PATH_END_ENTIRE, { sizeof path.end, 0 } },
	};

	memcpy(path.guid, &initrd_guid, sizeof path.guid);
	return path;
}

/* Firmware finds one of two handles with the same path, and nobody knows which. */
static bool is_served(const struct firmware *fw)
{
	LINUX_INITRD_PATH path = initrd_path();
	const EFI_DEVICE_PATH_PROTOCOL *rest = &path.vendor;
	EFI_HANDLE handle;

	return !EFI_ERROR(boot_services(fw)->LocateDevicePath(&load_file_guid, &rest, &handle));
}

static EFI_STATUS install(struct firmware *fw, const EFI_GUID *protocol, void *interface, bool *installed)
{
	EFI_STATUS s = boot_services(fw)->InstallProtocolInterface(&fw->initrd_handle, protocol, EFI_NATIVE_INTERFACE,
	                                                           interface);

	s = brought(s, fw->initrd_handle);
	*installed = !EFI_ERROR(s);
	return s;
}

static void uninstall(struct firmware *fw, const EFI_GUID *protocol, void *interface, bool *installed)
{
	if (*installed)
		*installed = EFI_ERROR(boot_services(fw)->UninstallProtocolInterface(fw->initrd_handle, protocol,
		                                                                     interface));
}

enum err firmware_serve_initrd(struct firmware *fw, const struct firmware_initrd *initrd, struct problem *p)
{
	EFI_STATUS s = EFI_SUCCESS;
	bool there = is_served(fw);

	if (there && !fw->initrd_has_path)
		return problem(p, ERR_INITRD_SERVED);
	if (!there) { /* nor half of it */
		fw->initrd_has_file = fw->initrd_has_path = false;
		fw->initrd_handle = NULL;
	}
	served = (struct served){ .protocol = { load_file }, .path = initrd_path(), .initrd = initrd };
	if (!fw->initrd_has_file)
		s = install(fw, &load_file_guid, &served.protocol, &fw->initrd_has_file);
	if (!EFI_ERROR(s) && !fw->initrd_has_path)
		s = install(fw, &device_path_guid, &served.path, &fw->initrd_has_path);
	if (!EFI_ERROR(s) && !is_served(fw))
		s = EFI_DEVICE_ERROR; /* in spite of success */
	if (EFI_ERROR(s))
		firmware_withdraw_initrd(fw);
	return EFI_ERROR(s) ? firmware_said(p, s) : OK;
}

/* The path goes first: without it nobody finds the rest. If the firmware keeps a protocol, the next initial RAM disk is
 * served by that. */
void firmware_withdraw_initrd(struct firmware *fw)
{
	uninstall(fw, &device_path_guid, &served.path, &fw->initrd_has_path);
	uninstall(fw, &load_file_guid, &served.protocol, &fw->initrd_has_file);
	if (!fw->initrd_has_path && !fw->initrd_has_file)
		fw->initrd_handle = NULL;
	served.initrd = NULL;
}

/* ---- Tables ---------------------------------------------------------------------------------------------- */

static const EFI_GUID table_guids[FIRMWARE_OFFERS] = {
	[FIRMWARE_DEVICE_TREE] = EFI_DTB_TABLE_GUID,
	[FIRMWARE_RANDOM_SEED] = EFI_RANDOM_SEED_TABLE_GUID,
};

const void *firmware_offered(const struct firmware *fw, enum firmware_offer which)
{
	return firmware_table(fw, &table_guids[which]);
}

enum err firmware_offer(struct firmware *fw, enum firmware_offer which, paddr table, struct problem *p)
{
	void *before = firmware_table(fw, &table_guids[which]), *ours = (void *)(uintptr_t)table;
	EFI_STATUS s = boot_services(fw)->InstallConfigurationTable(&table_guids[which], ours);

	s = brought(s, firmware_table(fw, &table_guids[which]) == ours ? ours : NULL);
	if (EFI_ERROR(s))
		return firmware_said(p, s);
	fw->offers[which].before = before;
	fw->offers[which].ours = ours;
	return OK;
}

/* "EFI_BOOT_SERVICES.InstallConfigurationTable()": NULL removes a table. One that the program has replaced is left
 * alone; the pages of one that cannot be removed stay, since programs would read them. */
void firmware_take_back(struct firmware *fw, enum firmware_offer which)
{
	void *before = fw->offers[which].before, *ours = fw->offers[which].ours;

	fw->offers[which].ours = NULL;
	if (!ours || firmware_table(fw, &table_guids[which]) != ours)
		return;
	boot_services(fw)->InstallConfigurationTable(&table_guids[which], before);
	if (firmware_table(fw, &table_guids[which]) == ours)
		firmware_leave_claim(fw, (uintptr_t)ours);
}

/* ---- Device trees ---------------------------------------------------------------------------------------- */

static const EFI_GUID fixup_guid = EFI_DT_FIXUP_PROTOCOL_GUID;

enum err firmware_correct_tree(struct firmware *fw, void *tree, uint64_t room, uint64_t *wanted, struct problem *p)
{
	EFI_DT_FIXUP_PROTOCOL *fixup = NULL;
	EFI_STATUS s = boot_services(fw)->LocateProtocol(&fixup_guid, NULL, (void **)&fixup);
	UINTN bytes = room;

	*wanted = 0;
	if (EFI_ERROR(s) || !fixup)
		return OK;
	s = fixup->Fixup(fixup, tree, &bytes, EFI_DT_APPLY_FIXUPS | EFI_DT_RESERVE_MEMORY);
	if (s == EFI_BUFFER_TOO_SMALL && bytes > room) {
		*wanted = bytes;
		return OK;
	}
	return EFI_ERROR(s) ? firmware_said(p, s) : OK;
}
