/* efi.h — the firmware's services that only the waiting program calls; efi/ lists them without their types. */
#ifndef WARM_EFI_H
#define WARM_EFI_H

#include "file.h"
#include "loaded_image.h"

/* UEFI 2.10, "Task Priority Services" (§7.1), "Protocol Handler Services" (§7.3), "Image Services" (§7.4). */
typedef UINTN (EFIAPI *EFI_RAISE_TPL)(UINTN level);
typedef void (EFIAPI *EFI_RESTORE_TPL)(UINTN level);
typedef EFI_STATUS (EFIAPI *EFI_LOCATE_HANDLE_BUFFER)(unsigned how, const EFI_GUID *protocol, const void *key,
                                                      UINTN *count, EFI_HANDLE **out);
typedef EFI_STATUS (EFIAPI *EFI_UNINSTALL)(EFI_HANDLE handle, const EFI_GUID *protocol, void *interface);
typedef EFI_STATUS (EFIAPI *EFI_LOCATE_DEVICE_PATH)(const EFI_GUID *protocol, const EFI_DEVICE_PATH_PROTOCOL **path,
                                                    EFI_HANDLE *out);
typedef EFI_STATUS (EFIAPI *EFI_CONNECT)(EFI_HANDLE controller, const EFI_HANDLE *drivers,
                                         const EFI_DEVICE_PATH_PROTOCOL *rest, BOOLEAN recursive);
typedef EFI_STATUS (EFIAPI *EFI_DISCONNECT)(EFI_HANDLE controller, EFI_HANDLE driver, EFI_HANDLE child);
typedef EFI_STATUS (EFIAPI *EFI_IMAGE_LOAD)(BOOLEAN boot_policy, EFI_HANDLE parent,
                                            const EFI_DEVICE_PATH_PROTOCOL *path, const void *source, UINTN bytes,
                                            EFI_HANDLE *out);
typedef EFI_STATUS (EFIAPI *EFI_IMAGE_START)(EFI_HANDLE image, UINTN *exit_bytes, CHAR16 **exit_text);
#define EFI_SERVICE(type, pointer) ((type)(void (*)(void))(pointer))
enum { EFI_BY_PROTOCOL = 2 };
enum { EFI_TPL_NOTIFY = 16 };

/* UEFI 2.10, "Device Path Protocol" (§10.2). */
#define EFI_DEVICE_PATH_PROTOCOL_GUID { 0x09576e91, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }

/* UEFI 2.10, "Block I/O Protocol" (§13.9). */
#define EFI_BLOCK_IO_PROTOCOL_GUID { 0x964e5b21, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }

/* UEFI 2.10, "Serial I/O Protocol" (§12.8). */
#define EFI_SERIAL_IO_PROTOCOL_GUID { 0xbb25cf6f, 0xf1d4, 0x11d2, { 0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0xfd } }
typedef struct EFI_SERIAL_IO_PROTOCOL EFI_SERIAL_IO_PROTOCOL;
struct EFI_SERIAL_IO_PROTOCOL {
	uint32_t Revision;
	EFI_UNUSED Reset, SetAttributes, SetControl, GetControl;
	EFI_STATUS (EFIAPI *Write)(EFI_SERIAL_IO_PROTOCOL *self, UINTN *bytes, const void *buffer);
	EFI_STATUS (EFIAPI *Read)(EFI_SERIAL_IO_PROTOCOL *self, UINTN *bytes, void *buffer);
	void *Mode;
};
_Static_assert(offsetof(EFI_SERIAL_IO_PROTOCOL, Read) == 48, "Read");

/* UEFI 2.10, "PCI I/O Protocol" (§14.4). The class code is PCI Local Bus 3.0, "Class Code" (§6.2.1). */
#define EFI_PCI_IO_PROTOCOL_GUID { 0x4cf5b200, 0x68b8, 0x4ca5, { 0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a } }
typedef struct EFI_PCI_IO_PROTOCOL EFI_PCI_IO_PROTOCOL;
struct EFI_PCI_IO_PROTOCOL {
	EFI_UNUSED PollMem, PollIo, MemRead, MemWrite, IoRead, IoWrite;
	EFI_STATUS (EFIAPI *ConfigRead)(EFI_PCI_IO_PROTOCOL *self, unsigned width, uint32_t offset, UINTN count,
	                                void *buffer);
	/* the rest is not used */
};
enum { EFI_PCI_WIDTH_32 = 2, PCI_REVISION_AND_CLASS = 8, PCI_CLASS_STORAGE = 0x01, PCI_CLASS_USB = 0x0c03 };

/* Platform Initialization 1.7, vol. 3, "Firmware Volume2 Protocol" (§3.4); the device path node is vol. 2, "Firmware
 * File Device Path" (§8.3). */
#define EFI_FIRMWARE_VOLUME2_PROTOCOL_GUID \
	{ 0x220e73b6, 0x6bdb, 0x4413, { 0x84, 0x05, 0xb9, 0x74, 0xb1, 0x08, 0x61, 0x9a } }
enum { EFI_PATH_FIRMWARE_FILE = 6 };

#endif
