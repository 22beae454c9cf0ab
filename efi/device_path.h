/* device_path.h — UEFI 2.10, "Device Path Protocol" (§10). */
#ifndef EFI_DEVICE_PATH_H
#define EFI_DEVICE_PATH_H

#include "types.h"

#define EFI_DEVICE_PATH_PROTOCOL_GUID { 0x09576e91, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }

typedef struct {
	uint8_t Type;
	uint8_t SubType;
	uint8_t Length[2]; /* of the whole node, little-endian */
} EFI_DEVICE_PATH_PROTOCOL;

enum {
	EFI_PATH_MESSAGING = 3, /* Type ...     */
	EFI_PATH_UART = 14,     /* ... SubType  */
	EFI_PATH_MEDIA = 4,
	EFI_PATH_HARD_DRIVE = 1, /* SubType: number at 4, signature at 24, its type at 41 */
	EFI_PATH_VENDOR = 3,     /* SubType: a GUID follows */
	EFI_PATH_FILE = 4,      /* SubType: a null-terminated UTF-16 path follows */
	EFI_PATH_END = 0x7f,
	EFI_PATH_END_ENTIRE = 0xff,
};

#endif
