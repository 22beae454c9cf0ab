/* the information lies above 4 GiB */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	uint64_t at = GIB(4) + MIB(256);
	uint64_t pages = align_up(b->multiboot2.bytes, PAGE_BYTES) / PAGE_BYTES;

	if (broken_services(b)->AllocatePages(AllocateAddress, EfiLoaderData, pages, &at) != EFI_SUCCESS)
		return;
	memcpy(memory_at(at), broken_information(b), b->multiboot2.bytes);
	b->attempt.handoff->argument = at;
}
