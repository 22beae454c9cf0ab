/* screen.c — the firmware's console as a screen of rows. Each answer but the size is ignored: a console that cannot
 * place text still prints it. */
#include "efi.h"
#include "utf16.h"

static const UINTN attributes[CONSOLE_STYLES] = {
	[CONSOLE_PLAIN] = EFI_LIGHTGRAY,
	[CONSOLE_BRIGHT] = EFI_WHITE,
	[CONSOLE_INVERSE] = EFI_BACKGROUND_LIGHTGRAY | EFI_BLACK,
	[CONSOLE_FAINT] = EFI_LIGHTGRAY, /* EDK2 draws dark grey too dark to read */
	[CONSOLE_ALERT] = EFI_YELLOW,
};

static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *console(const struct firmware *fw)
{
	return fw->boot ? system_table(fw)->ConOut : NULL;
}

/* A display mode that a kernel's attempt has set is not the text's: SetMode() sets that again, and clears. */
void console_begin(const struct firmware *fw, unsigned *columns, unsigned *rows)
{
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console(fw);
	UINTN mode = out && out->Mode && out->Mode->Mode > 0 ? (UINTN)out->Mode->Mode : 0, width = 0, height = 0;

	*columns = 80;
	*rows = 25;
	if (!out)
		return;
	(void)out->SetAttribute(out, attributes[CONSOLE_PLAIN]);
	if (EFI_ERROR(out->SetMode(out, mode)))
		(void)out->ClearScreen(out);
	if (EFI_ERROR(out->QueryMode(out, mode, &width, &height)) || !width || !height)
		return;
	*columns = (unsigned)min_u64(width, CONSOLE_ROW_UNITS);
	*rows = (unsigned)min_u64(height, CONSOLE_ROW_UNITS);
}

static void put(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out, enum console_style style, const char *text, size_t bytes)
{
	CHAR16 line[CONSOLE_ROW_UNITS + 1];

	if (utf16_from_utf8(text, bytes, line, COUNT_OF(line), NULL, NULL))
		return;
	(void)out->SetAttribute(out, attributes[style]);
	(void)out->OutputString(out, line);
}

void console_put_line(const struct firmware *fw, enum console_style style, const char *text, size_t bytes)
{
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console(fw);

	if (!out)
		return;
	if (bytes)
		put(out, style, text, bytes);
	put(out, CONSOLE_PLAIN, "\r\n", 2);
}

void console_put(const struct firmware *fw, unsigned column, unsigned row, enum console_style style, const char *text,
                 size_t bytes)
{
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console(fw);

	if (!out)
		return;
	(void)out->SetCursorPosition(out, column, row);
	put(out, style, text, bytes);
}

void console_cursor(const struct firmware *fw, bool visible, unsigned column, unsigned row)
{
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console(fw);

	if (!out)
		return;
	(void)out->EnableCursor(out, visible);
	if (visible)
		(void)out->SetCursorPosition(out, column, row);
}

void console_end(const struct firmware *fw, unsigned row)
{
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console(fw);

	if (!out)
		return;
	(void)out->SetAttribute(out, attributes[CONSOLE_PLAIN]);
	(void)out->SetCursorPosition(out, 0, row);
	(void)out->EnableCursor(out, true);
}
