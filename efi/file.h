/* file.h — UEFI 2.10, "Simple File System Protocol" (§13.4) and "File Protocol" (§13.5). */
#ifndef EFI_FILE_H
#define EFI_FILE_H

#include "system_table.h"

#define EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID \
	{ 0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }
#define EFI_FILE_INFO_ID { 0x09576e92, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }
#define EFI_FILE_MODE_READ 1ull
#define EFI_FILE_MODE_WRITE 2ull
#define EFI_FILE_DIRECTORY 0x10ull

typedef struct EFI_FILE_PROTOCOL EFI_FILE_PROTOCOL;
struct EFI_FILE_PROTOCOL {
	uint64_t Revision;
	EFI_STATUS (EFIAPI *Open)(EFI_FILE_PROTOCOL *self, EFI_FILE_PROTOCOL **out, const CHAR16 *name, uint64_t mode,
	                          uint64_t attributes);
	EFI_STATUS (EFIAPI *Close)(EFI_FILE_PROTOCOL *self);
	EFI_UNUSED Delete;
	EFI_STATUS (EFIAPI *Read)(EFI_FILE_PROTOCOL *self, UINTN *bytes, void *buffer);
	EFI_UNUSED Write;
	EFI_UNUSED GetPosition;
	EFI_STATUS (EFIAPI *SetPosition)(EFI_FILE_PROTOCOL *self, uint64_t position);
	EFI_STATUS (EFIAPI *GetInfo)(EFI_FILE_PROTOCOL *self, const EFI_GUID *type, UINTN *bytes, void *buffer);
	EFI_STATUS (EFIAPI *SetInfo)(EFI_FILE_PROTOCOL *self, const EFI_GUID *type, UINTN bytes, void *buffer);
	/* the rest is not used */
};

typedef struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL EFI_SIMPLE_FILE_SYSTEM_PROTOCOL;
struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL {
	uint64_t Revision;
	EFI_STATUS (EFIAPI *OpenVolume)(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *self, EFI_FILE_PROTOCOL **root);
};

typedef struct {
	uint64_t Size; /* of this structure with the name */
	uint64_t FileSize;
	uint64_t PhysicalSize;
	EFI_TIME CreateTime, LastAccessTime, ModificationTime;
	uint64_t Attribute;
	CHAR16 FileName[];
} EFI_FILE_INFO;
_Static_assert(offsetof(EFI_FILE_INFO, FileName) == 80, "EFI_FILE_INFO");

#endif
