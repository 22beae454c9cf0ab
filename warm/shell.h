/* shell.h — the firmware's shell, which it starts where it cannot boot, or when a boot loader has come back. */
#ifndef WARM_SHELL_H
#define WARM_SHELL_H

#include "system_table.h"

/* Returns if there is no shell, or when that has ended. */
void shell_start(EFI_BOOT_SERVICES *bs, EFI_HANDLE image, EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out);

#endif
