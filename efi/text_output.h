/* text_output.h — UEFI 2.10, "Simple Text Output Protocol" (§12.4). */
#ifndef EFI_TEXT_OUTPUT_H
#define EFI_TEXT_OUTPUT_H

#include "types.h"

typedef struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;

typedef struct {
	int32_t MaxMode, Mode, Attribute, CursorColumn, CursorRow;
	BOOLEAN CursorVisible;
} EFI_SIMPLE_TEXT_OUTPUT_MODE;

struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL {
	void *Reset;
	EFI_STATUS (EFIAPI *OutputString)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, const CHAR16 *text);
	void *TestString;
	EFI_STATUS (EFIAPI *QueryMode)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN mode, UINTN *columns, UINTN *rows);
	EFI_STATUS (EFIAPI *SetMode)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN mode);
	EFI_STATUS (EFIAPI *SetAttribute)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN attribute);
	EFI_STATUS (EFIAPI *ClearScreen)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self);
	EFI_STATUS (EFIAPI *SetCursorPosition)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN column, UINTN row);
	EFI_STATUS (EFIAPI *EnableCursor)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, BOOLEAN visible);
	EFI_SIMPLE_TEXT_OUTPUT_MODE *Mode;
};

/* UEFI 2.10, "EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.SetAttribute()": foreground, and background << 4. */
enum {
	EFI_BLACK = 0, EFI_LIGHTGRAY = 7, EFI_DARKGRAY = 8, EFI_YELLOW = 14, EFI_WHITE = 15,
	EFI_BACKGROUND_LIGHTGRAY = 0x70,
};

#endif
