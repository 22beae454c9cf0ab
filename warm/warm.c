/* warm.c — the waiting program. QEMU gives it to the firmware as a kernel (-kernel), so the machine has no device for
 * it. `hobnail run` keeps the machine's state while this program waits, with the firmware ready to boot. A later run
 * resumes that state with another disk, and the program starts the boot loader from it, as the firmware does. */
#include "disks.h"
#include "efi.h"
#include "shell.h"
#include "words.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* UEFI 2.10, "Boot Manager" (§3.1.2): the firmware sets this watchdog before it starts a boot option. */
enum { WATCHDOG_SECONDS = 5 * 60 };

static const EFI_GUID serial_guid = EFI_SERIAL_IO_PROTOCOL_GUID;

static void say(EFI_SERIAL_IO_PROTOCOL *serial, const char *text)
{
	while (*text) {
		UINTN one = 1;
		if (!EFI_ERROR(serial->Write(serial, &one, text)) && one == 1)
			text++;
	}
}

/* The firmware's own console reads the same line by a timer; at this level no timer runs. */
static void wait_for_start(EFI_BOOT_SERVICES *bs, EFI_SERIAL_IO_PROTOCOL *serial)
{
	UINTN before = EFI_SERVICE(EFI_RAISE_TPL, bs->RaiseTPL)(EFI_TPL_NOTIFY);
	char byte = 0;

	say(serial, WARM_READY);
	while (byte != WARM_START) {
		UINTN one = 1;
		if (EFI_ERROR(serial->Read(serial, &one, &byte)) || one != 1)
			byte = 0;
	}
	say(serial, WARM_STARTS);
	EFI_SERVICE(EFI_RESTORE_TPL, bs->RestoreTPL)(before);
}

static void start(EFI_BOOT_SERVICES *bs, EFI_HANDLE image, const EFI_DEVICE_PATH_PROTOCOL *path)
{
	EFI_HANDLE loader;

	if (EFI_ERROR(EFI_SERVICE(EFI_IMAGE_LOAD, bs->LoadImage)(true, image, path, NULL, 0, &loader)))
		return;
	bs->SetWatchdogTimer(WATCHDOG_SECONDS, 0, 0, NULL);
	EFI_SERVICE(EFI_IMAGE_START, bs->StartImage)(loader, NULL, NULL);
	bs->SetWatchdogTimer(0, 0, 0, NULL);
}

static _Noreturn void idle(EFI_BOOT_SERVICES *bs, EFI_SIMPLE_TEXT_INPUT_PROTOCOL *in)
{
	UINTN index;
	EFI_INPUT_KEY key;

	for (;;) {
		bs->WaitForEvent(1, &in->WaitForKey, &index);
		in->ReadKeyStroke(in, &key);
	}
}

/* It never returns once it has waited: EDK II's QemuUnloadKernelImage() takes the image for one that is still there
 * (QemuLoadImageLib, 2022.11), and AAVMF takes an exception. */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_BOOT_SERVICES *bs = table->BootServices;
	EFI_SERIAL_IO_PROTOCOL *serial;
	EFI_STATUS s = bs->LocateProtocol(&serial_guid, NULL, (void **)&serial);

	if (EFI_ERROR(s))
		return s;
	disks_hide_own(bs, image);
	disks_disconnect(bs);
	wait_for_start(bs, serial);
	const EFI_DEVICE_PATH_PROTOCOL *path = disks_find_loader(bs);
	if (path)
		start(bs, image, path);
	shell_start(bs, image, table->ConOut);
	table->ConOut->OutputString(table->ConOut, u"" WARM_NOTHING "\r\n");
	idle(bs, table->ConIn);
}
