/* system_table.h — UEFI 2.10, "EFI System Table" (§4). Services that the loader never calls are placeholders of the
 * right size, so that calling one does not compile. */
#ifndef EFI_SYSTEM_TABLE_H
#define EFI_SYSTEM_TABLE_H

#include "device_path.h"
#include "text_input.h"
#include "text_output.h"
#include "types.h"

typedef void (*EFI_UNUSED)(void); /* a service that is not called */

typedef struct {
	uint64_t Signature;
	uint32_t Revision; /* major << 16 | minor */
	uint32_t HeaderSize;
	uint32_t CRC32;
	uint32_t Reserved;
} EFI_TABLE_HEADER;

/* UEFI 2.10, "EFI_BOOT_SERVICES.CreateEvent()", "EFI_BOOT_SERVICES.SetTimer()" (§7.1) */
#define EFI_EVENT_TIMER 0x80000000u
enum { EFI_TPL_APPLICATION = 4 };
typedef enum { TimerCancel, TimerPeriodic, TimerRelative } EFI_TIMER_DELAY;

/* UEFI 2.10, "GetVariable()" (§8.2) */
enum { EFI_VARIABLE_NON_VOLATILE = 1, EFI_VARIABLE_BOOTSERVICE_ACCESS = 2, EFI_VARIABLE_RUNTIME_ACCESS = 4 };

typedef enum { EFI_NATIVE_INTERFACE } EFI_INTERFACE_TYPE;
typedef enum { AllHandles, ByRegisterNotify, ByProtocol } EFI_LOCATE_SEARCH_TYPE;
typedef enum { AllocateAnyPages, AllocateMaxAddress, AllocateAddress } EFI_ALLOCATE_TYPE;

typedef struct {
	EFI_TABLE_HEADER Hdr;
	EFI_UNUSED RaiseTPL, RestoreTPL;
	EFI_STATUS (EFIAPI *AllocatePages)(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory, UINTN pages,
	                                   EFI_PHYSICAL_ADDRESS *at);
	EFI_STATUS (EFIAPI *FreePages)(EFI_PHYSICAL_ADDRESS at, UINTN pages);
	EFI_STATUS (EFIAPI *GetMemoryMap)(UINTN *bytes, void *map, UINTN *key, UINTN *descriptor_bytes,
	                                  uint32_t *version);
	EFI_STATUS (EFIAPI *AllocatePool)(EFI_MEMORY_TYPE memory, UINTN bytes, void **out);
	EFI_STATUS (EFIAPI *FreePool)(void *at);
	EFI_STATUS (EFIAPI *CreateEvent)(uint32_t type, UINTN level, void *notify, void *context, EFI_EVENT *out);
	EFI_STATUS (EFIAPI *SetTimer)(EFI_EVENT event, EFI_TIMER_DELAY type, uint64_t hundred_nanoseconds);
	EFI_STATUS (EFIAPI *WaitForEvent)(UINTN count, EFI_EVENT *events, UINTN *index);
	EFI_UNUSED SignalEvent;
	EFI_STATUS (EFIAPI *CloseEvent)(EFI_EVENT event);
	EFI_UNUSED CheckEvent;
	EFI_STATUS (EFIAPI *InstallProtocolInterface)(EFI_HANDLE *handle, const EFI_GUID *protocol,
	                                              EFI_INTERFACE_TYPE type, void *interface);
	EFI_UNUSED ReinstallProtocolInterface;
	EFI_STATUS (EFIAPI *UninstallProtocolInterface)(EFI_HANDLE handle, const EFI_GUID *protocol, void *interface);
	EFI_STATUS (EFIAPI *HandleProtocol)(EFI_HANDLE handle, const EFI_GUID *protocol, void **interface);
	void *Reserved;
	EFI_UNUSED RegisterProtocolNotify;
	EFI_UNUSED LocateHandle;
	EFI_STATUS (EFIAPI *LocateDevicePath)(const EFI_GUID *protocol, const EFI_DEVICE_PATH_PROTOCOL **path,
	                                      EFI_HANDLE *device);
	EFI_STATUS (EFIAPI *InstallConfigurationTable)(const EFI_GUID *guid, void *table);
	EFI_STATUS (EFIAPI *LoadImage)(BOOLEAN boot_policy, EFI_HANDLE parent, const EFI_DEVICE_PATH_PROTOCOL *path,
	                               const void *source, UINTN source_bytes, EFI_HANDLE *image);
	EFI_STATUS (EFIAPI *StartImage)(EFI_HANDLE image, UINTN *exit_data_bytes, CHAR16 **exit_data);
	EFI_UNUSED Exit;
	EFI_STATUS (EFIAPI *UnloadImage)(EFI_HANDLE image);
	EFI_STATUS (EFIAPI *ExitBootServices)(EFI_HANDLE image, UINTN key);
	EFI_UNUSED GetNextMonotonicCount;
	EFI_STATUS (EFIAPI *Stall)(UINTN microseconds);
	EFI_STATUS (EFIAPI *SetWatchdogTimer)(UINTN seconds, uint64_t code, UINTN data_bytes, const CHAR16 *data);
	EFI_UNUSED ConnectController, DisconnectController;
	EFI_UNUSED OpenProtocol, CloseProtocol, OpenProtocolInformation;
	EFI_UNUSED ProtocolsPerHandle;
	EFI_STATUS (EFIAPI *LocateHandleBuffer)(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key,
	                                        UINTN *count, EFI_HANDLE **handles);
	EFI_STATUS (EFIAPI *LocateProtocol)(const EFI_GUID *protocol, void *registration, void **interface);
	EFI_UNUSED InstallMultipleProtocolInterfaces, UninstallMultipleProtocolInterfaces;
	EFI_UNUSED CalculateCrc32, CopyMem, SetMem, CreateEventEx;
} EFI_BOOT_SERVICES;
_Static_assert(offsetof(EFI_BOOT_SERVICES, HandleProtocol) == 24 + 16 * 8, "HandleProtocol");
_Static_assert(offsetof(EFI_BOOT_SERVICES, CloseEvent) == 24 + 11 * 8, "CloseEvent");
_Static_assert(offsetof(EFI_BOOT_SERVICES, ExitBootServices) == 24 + 26 * 8, "ExitBootServices");
_Static_assert(offsetof(EFI_BOOT_SERVICES, Stall) == 24 + 28 * 8, "Stall");
_Static_assert(offsetof(EFI_BOOT_SERVICES, LocateProtocol) == 24 + 37 * 8, "LocateProtocol");

typedef struct {
	EFI_TABLE_HEADER Hdr;
	EFI_STATUS (EFIAPI *GetTime)(EFI_TIME *time, void *capabilities);
	EFI_UNUSED SetTime, GetWakeupTime, SetWakeupTime;
	EFI_UNUSED SetVirtualAddressMap, ConvertPointer;
	EFI_STATUS (EFIAPI *GetVariable)(const CHAR16 *name, const EFI_GUID *vendor, uint32_t *attributes, UINTN *bytes,
	                                 void *data);
	EFI_UNUSED GetNextVariableName;
	EFI_STATUS (EFIAPI *SetVariable)(const CHAR16 *name, const EFI_GUID *vendor, uint32_t attributes, UINTN bytes,
	                                 const void *data);
	EFI_UNUSED GetNextHighMonotonicCount, ResetSystem;
	EFI_UNUSED UpdateCapsule, QueryCapsuleCapabilities, QueryVariableInfo;
} EFI_RUNTIME_SERVICES;
_Static_assert(offsetof(EFI_RUNTIME_SERVICES, SetVariable) == 24 + 8 * 8, "SetVariable");

typedef struct {
	EFI_GUID VendorGuid;
	void *VendorTable;
} EFI_CONFIGURATION_TABLE;

typedef struct {
	EFI_TABLE_HEADER Hdr;
	const CHAR16 *FirmwareVendor;
	uint32_t FirmwareRevision;
	EFI_HANDLE ConsoleInHandle;
	EFI_SIMPLE_TEXT_INPUT_PROTOCOL *ConIn;
	EFI_HANDLE ConsoleOutHandle;
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *ConOut;
	EFI_HANDLE StandardErrorHandle;
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *StdErr;
	EFI_RUNTIME_SERVICES *RuntimeServices;
	EFI_BOOT_SERVICES *BootServices;
	UINTN NumberOfTableEntries;
	EFI_CONFIGURATION_TABLE *ConfigurationTable;
} EFI_SYSTEM_TABLE;
_Static_assert(offsetof(EFI_SYSTEM_TABLE, BootServices) == 96, "BootServices");

#define EFI_ACPI_20_TABLE_GUID { 0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } }
#define EFI_ACPI_10_TABLE_GUID { 0xeb9d2d30, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } }
#define EFI_SMBIOS3_TABLE_GUID { 0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 } }
#define EFI_SMBIOS_TABLE_GUID  { 0xeb9d2d31, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } }
/* Linux, include/linux/efi.h: LINUX_EFI_RANDOM_SEED_TABLE_GUID */
#define EFI_RANDOM_SEED_TABLE_GUID \
	{ 0x1ce1e5bc, 0x7ceb, 0x42f2, { 0x81, 0xe5, 0x8a, 0xad, 0xf1, 0x80, 0xf5, 0x7b } }
#define EFI_DTB_TABLE_GUID     { 0xb1b621d5, 0xf19c, 0x41a5, { 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0 } }
#define EFI_GLOBAL_VARIABLE    { 0x8be4df61, 0x93ca, 0x11d2, { 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c } }

#endif
