/* rng.h — UEFI 2.10, "Random Number Generator Protocol" (§37.5). */
#ifndef EFI_RNG_H
#define EFI_RNG_H

#include "types.h"

#define EFI_RNG_PROTOCOL_GUID { 0x3152bca5, 0xeade, 0x433d, { 0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44 } }

typedef struct EFI_RNG_PROTOCOL EFI_RNG_PROTOCOL;
struct EFI_RNG_PROTOCOL {
	void *GetInfo;
	EFI_STATUS (EFIAPI *GetRNG)(EFI_RNG_PROTOCOL *self, const EFI_GUID *algorithm, UINTN bytes, uint8_t *out);
};

#endif
