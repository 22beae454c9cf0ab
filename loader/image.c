#include "image.h"

#include <string.h>

/* The RELA entries that elf2efi also turned into PE base relocations: System V ABI, "Relocation". */
struct rela {
	uint64_t offset;
	uint64_t info;
	uint64_t addend;
};
extern const struct rela image_rela[], image_rela_end[];

uint64_t image_bytes(void)
{
	return (uint64_t)(image_end - image_base);
}

void image_copy(void *to, uint64_t virt)
{
	uint64_t base = (uintptr_t)image_base, bytes = image_bytes();
	uint64_t header = (uint64_t)(image_text - image_base);

	memcpy((char *)to + header, image_text, bytes - header);
	for (const struct rela *r = image_rela; r < image_rela_end; r++) {
		uint64_t *place = (uint64_t *)(void *)((char *)to + r->offset);
		if (*place - base < bytes)
			*place += virt - base;
	}
}
