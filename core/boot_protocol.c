#include "boot_protocol.h"

const char *boot_protocol_name(enum boot_protocol protocol)
{
	static const char *const names[PROTOCOLS] = {
		[PROTOCOL_ANY] = "",       [PROTOCOL_HOBNAIL] = "hobnail",       [PROTOCOL_LIMINE] = "limine",
		[PROTOCOL_EFI] = "efi",    [PROTOCOL_MULTIBOOT2] = "multiboot2",
	};

	return names[protocol];
}
