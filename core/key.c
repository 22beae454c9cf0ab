#include "key.h"

static bool is_letter(uint16_t unit)
{
	return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z');
}

/* UEFI 2.10, "EFI_SIMPLE_TEXT_INPUT_PROTOCOL.ReadKeyStroke()", table "EFI Scan Codes" (§12.1.2). */
static uint32_t special(uint16_t scan_code)
{
	static const uint32_t keys[] = {
		[0x01] = KEY_UP, [0x02] = KEY_DOWN, [0x03] = KEY_RIGHT, [0x04] = KEY_LEFT, [0x05] = KEY_HOME,
		[0x06] = KEY_END, [0x08] = KEY_DELETE, [0x09] = KEY_PAGE_UP, [0x0a] = KEY_PAGE_DOWN,
		[0x17] = KEY_ESCAPE,
	};
	uint32_t key = scan_code < COUNT_OF(keys) ? keys[scan_code] : KEY_NONE;

	return key ? key : KEY_OTHER;
}

uint32_t key_of(uint16_t scan_code, uint16_t unit, bool control)
{
	if (!unit)
		return scan_code ? special(scan_code) : KEY_NONE;
	if (unit == 0x1b)
		return KEY_ESCAPE;
	if (unit == '\n')
		return KEY_RETURN;
	if (unit >= 0xd800 && unit < 0xe000)
		return KEY_OTHER;
	return control && is_letter(unit) ? KEY_CONTROL(unit) : unit;
}
