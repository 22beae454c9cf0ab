#include "efi.h"
#include "utf16.h"

static const EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;

/* Print at most `bytes` of whole characters and return how many bytes were used. */
static size_t print_part(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out, const char *text, size_t bytes)
{
	CHAR16 line[256];
	size_t units = 0, used = 0;

	while (used < bytes && units < COUNT_OF(line) - 3) {
		unsigned char c = (unsigned char)text[used++];
		if (c == '\n')
			line[units++] = '\r';
		if (c < 0x80)
			line[units++] = c;
		else if ((c & 0xc0) == 0xc0)
			/* consoles show little else; names in messages are rarely more than ASCII */
			line[units++] = '?';
	}
	line[units] = 0;
	out->OutputString(out, line);
	return used;
}

void firmware_print(const struct firmware *fw, const char *text, size_t bytes)
{
	EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = system_table(fw)->ConOut;

	for (size_t used = 0; out && fw->boot && used < bytes;)
		used += print_part(out, text + used, bytes - used);
}

/* EDK2 keeps the devices of its console in the variable ConOut, as device paths (UEFI 2.10, "Globally Defined
 * Variables" §3.3). U-Boot has no such variable: its console is the serial port unless somebody changed that. */
static bool variable_says_serial(const struct firmware *fw)
{
	uint8_t paths[1024];
	UINTN bytes = sizeof paths;
	EFI_STATUS s = system_table(fw)->RuntimeServices->GetVariable(u"ConOut", &global_guid, NULL, &bytes, paths);

	if (s == EFI_BUFFER_TOO_SMALL || (!EFI_ERROR(s) && bytes > sizeof paths))
		return false; /* printing twice is better than never */
	if (EFI_ERROR(s))
		return true;
	for (UINTN at = 0; at + sizeof(EFI_DEVICE_PATH_PROTOCOL) <= bytes;) {
		const EFI_DEVICE_PATH_PROTOCOL *node = (const void *)&paths[at];
		uint16_t length = read_le16(node->Length);
		if (node->Type == EFI_PATH_MESSAGING && node->SubType == EFI_PATH_UART)
			return true;
		if (length < sizeof *node || (node->Type == EFI_PATH_END && node->SubType == EFI_PATH_END_ENTIRE))
			break;
		at += length;
	}
	return false;
}

void firmware_find_console(struct firmware *fw)
{
	fw->console_is_serial = variable_says_serial(fw);
}

bool firmware_console_is_serial(const struct firmware *fw)
{
	return system_table(fw)->ConOut && fw->console_is_serial; /* without ConOut the variable means nothing */
}

const char *firmware_status(uint64_t status)
{
	switch (status & ~EFI_ERROR_BIT) {
#define X(name, number, text) case number: return text;
	EFI_STATUS_CODES(X)
#undef X
	default: return "";
	}
}
