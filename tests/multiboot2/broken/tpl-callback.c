/* boot services run at TPL_CALLBACK */
#include "multiboot2.h"

/* UEFI 2.10, "EFI_BOOT_SERVICES.RaiseTPL()" */
void sabotage_checked(struct boot *b)
{
	enum { TPL_CALLBACK = 8 };
	UINTN (EFIAPI *raise)(UINTN) = (UINTN (EFIAPI *)(UINTN))(uintptr_t)broken_services(b)->RaiseTPL;

	raise(TPL_CALLBACK);
}
