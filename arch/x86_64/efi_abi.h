/* efi_abi.h — how UEFI functions are called here: UEFI 2.10, "x64 Platforms" (§2.3.4), the Microsoft convention. */
#ifndef ARCH_EFI_ABI_H
#define ARCH_EFI_ABI_H
#define EFIAPI __attribute__((ms_abi))
#endif
