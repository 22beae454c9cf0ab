/* device_path.h — UEFI 2.10, "Device Path Protocol" (§10). */
#ifndef EFI_DEVICE_PATH_H
#define EFI_DEVICE_PATH_H

#include "types.h"

typedef struct {
	uint8_t Type;
	uint8_t SubType;
	uint8_t Length[2]; /* of the whole node, little-endian */
} EFI_DEVICE_PATH_PROTOCOL;

enum {
	EFI_PATH_MESSAGING = 3, /* Type ...     */
	EFI_PATH_UART = 14,     /* ... SubType  */
	EFI_PATH_MEDIA = 4,
	EFI_PATH_FILE = 4,      /* SubType: a null-terminated UTF-16 path follows */
	EFI_PATH_END = 0x7f,
	EFI_PATH_END_ENTIRE = 0xff,
};

#endif
