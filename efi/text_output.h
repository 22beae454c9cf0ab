/* text_output.h — UEFI 2.10, "Simple Text Output Protocol" (§12.4). */
#ifndef EFI_TEXT_OUTPUT_H
#define EFI_TEXT_OUTPUT_H

#include "types.h"

typedef struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;
struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL {
	void *Reset;
	EFI_STATUS (EFIAPI *OutputString)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, const CHAR16 *text);
	/* the rest is not used */
};

#endif
