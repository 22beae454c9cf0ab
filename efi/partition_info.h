/* partition_info.h — UEFI 2.10, "Partition Information Protocol" (§13.18). */
#ifndef EFI_PARTITION_INFO_H
#define EFI_PARTITION_INFO_H

#include "types.h"

#define EFI_PARTITION_INFO_PROTOCOL_GUID \
	{ 0x8cf2f62c, 0xbc9b, 0x4821, { 0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0 } }

enum { PARTITION_TYPE_GPT = 2 };

typedef struct {
	uint32_t Revision;
	uint32_t Type;
	uint8_t System;
	uint8_t Reserved[7];
	uint8_t Entry[128]; /* of a GPT as it is on the disk, if that is the type */
} EFI_PARTITION_INFO_PROTOCOL;
_Static_assert(offsetof(EFI_PARTITION_INFO_PROTOCOL, Entry) == 16, "Entry");

#endif
