/* text_input.h — UEFI 2.10, "Simple Text Input Protocol" (§12.3) and "Simple Text Input Ex Protocol" (§12.2). */
#ifndef EFI_TEXT_INPUT_H
#define EFI_TEXT_INPUT_H

#include "types.h"

typedef struct {
	uint16_t ScanCode;
	CHAR16 UnicodeChar;
} EFI_INPUT_KEY;

typedef struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL EFI_SIMPLE_TEXT_INPUT_PROTOCOL;
struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL {
	void *Reset;
	EFI_STATUS (EFIAPI *ReadKeyStroke)(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *self, EFI_INPUT_KEY *key);
	EFI_EVENT WaitForKey;
};

typedef struct {
	EFI_INPUT_KEY Key;
	uint32_t KeyShiftState;
	uint8_t KeyToggleState;
} EFI_KEY_DATA;

#define EFI_SHIFT_STATE_VALID     0x80000000u
#define EFI_RIGHT_CONTROL_PRESSED 0x00000004u
#define EFI_LEFT_CONTROL_PRESSED  0x00000008u

#define EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID \
	{ 0xdd9e7534, 0x7762, 0x4698, { 0x8c, 0x14, 0xf5, 0x85, 0x17, 0xa6, 0x25, 0xaa } }

typedef struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL;
struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL {
	void *Reset;
	EFI_STATUS (EFIAPI *ReadKeyStrokeEx)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *self, EFI_KEY_DATA *key);
	/* the rest is not used */
};

#endif
