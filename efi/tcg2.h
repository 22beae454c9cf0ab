/* tcg2.h — TCG EFI Protocol Specification, "EFI TCG2 Protocol" (family 2.0). */
#ifndef EFI_TCG2_H
#define EFI_TCG2_H

#include "types.h"

#define EFI_TCG2_PROTOCOL_GUID { 0x607f766c, 0x7455, 0x42be, { 0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f } }

typedef struct {
	uint8_t Size;
	uint8_t StructureVersion[2], ProtocolVersion[2];
	uint32_t HashAlgorithmBitmap, SupportedEventLogs; /* bit n: format n + 1 */
	BOOLEAN TPMPresentFlag;
	uint16_t MaxCommandSize, MaxResponseSize;
	uint32_t ManufacturerID, NumberOfPCRBanks, ActivePcrBanks;
} EFI_TCG2_BOOT_SERVICE_CAPABILITY;
_Static_assert(sizeof(EFI_TCG2_BOOT_SERVICE_CAPABILITY) == 36, "EFI_TCG2_BOOT_SERVICE_CAPABILITY");

typedef struct EFI_TCG2_PROTOCOL EFI_TCG2_PROTOCOL;
struct EFI_TCG2_PROTOCOL {
	EFI_STATUS (EFIAPI *GetCapability)(EFI_TCG2_PROTOCOL *self, EFI_TCG2_BOOT_SERVICE_CAPABILITY *out);
	EFI_STATUS (EFIAPI *GetEventLog)(EFI_TCG2_PROTOCOL *self, uint32_t format, EFI_PHYSICAL_ADDRESS *log,
	                                 EFI_PHYSICAL_ADDRESS *last, BOOLEAN *truncated);
};

#endif
