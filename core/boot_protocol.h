/* boot_protocol.h — the boot protocols and their names. */
#ifndef CORE_BOOT_PROTOCOL_H
#define CORE_BOOT_PROTOCOL_H

enum boot_protocol {
	PROTOCOL_ANY, /* nothing was said: the kernel's file decides */
	PROTOCOL_HOBNAIL,
	PROTOCOL_LIMINE,
	PROTOCOL_EFI,
	PROTOCOL_MULTIBOOT2,
	PROTOCOLS,
};

/* As a configuration writes it; "" for PROTOCOL_ANY. */
const char *boot_protocol_name(enum boot_protocol protocol);

#endif
