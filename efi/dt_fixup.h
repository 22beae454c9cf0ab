/* dt_fixup.h — EBBR 2.1, "EFI_DT_FIXUP_PROTOCOL"; U-Boot, include/efi_dt_fixup.h. */
#ifndef EFI_DT_FIXUP_H
#define EFI_DT_FIXUP_H

#include "types.h"

#define EFI_DT_FIXUP_PROTOCOL_GUID \
	{ 0xe617d64c, 0xfe08, 0x46da, { 0xf4, 0xdc, 0xbb, 0xd5, 0x87, 0x0c, 0x73, 0x00 } }

enum { EFI_DT_APPLY_FIXUPS = 1, EFI_DT_RESERVE_MEMORY = 2 };

typedef struct EFI_DT_FIXUP_PROTOCOL EFI_DT_FIXUP_PROTOCOL;
struct EFI_DT_FIXUP_PROTOCOL {
	uint64_t Revision;
	EFI_STATUS (EFIAPI *Fixup)(EFI_DT_FIXUP_PROTOCOL *self, void *tree, UINTN *bytes, uint32_t flags);
};

#endif
