/* efi_abi.h — how UEFI functions are called here: UEFI 2.10, "AArch64 Platforms" (§2.3.6), the processor's own
 * convention (AAPCS64). */
#ifndef ARCH_EFI_ABI_H
#define ARCH_EFI_ABI_H
#define EFIAPI
#endif
