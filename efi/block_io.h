/* block_io.h — UEFI 2.10, "Block I/O Protocol" (§13.9). */
#ifndef EFI_BLOCK_IO_H
#define EFI_BLOCK_IO_H

#include "types.h"

#define EFI_BLOCK_IO_PROTOCOL_GUID \
	{ 0x964e5b21, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } }

typedef struct {
	uint32_t MediaId;
	BOOLEAN RemovableMedia, MediaPresent, LogicalPartition, ReadOnly, WriteCaching;
	uint32_t BlockSize;
	uint32_t IoAlign;
	uint64_t LastBlock;
} EFI_BLOCK_IO_MEDIA;
_Static_assert(offsetof(EFI_BLOCK_IO_MEDIA, LastBlock) == 24, "LastBlock");

typedef struct EFI_BLOCK_IO_PROTOCOL EFI_BLOCK_IO_PROTOCOL;
struct EFI_BLOCK_IO_PROTOCOL {
	uint64_t Revision;
	EFI_BLOCK_IO_MEDIA *Media;
	void *Reset;
	EFI_STATUS (EFIAPI *ReadBlocks)(EFI_BLOCK_IO_PROTOCOL *self, uint32_t media, uint64_t block, UINTN bytes,
	                                void *buffer);
	/* the rest is not used */
};

#endif
