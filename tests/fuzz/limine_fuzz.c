/* Requests of the Limine protocol: any bytes as a kernel's one segment. What is found lies in it as a whole. */
#include "fuzz.h"

#include "limine.h"

#include <stdlib.h>
#include <string.h>

static void *page_at(void *context, paddr at)
{
	(void)context;
	return (void *)(uintptr_t)at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct pages pages = { .at = page_at };
	struct attempt *a = calloc(1, sizeof *a);
	const struct limine_options options = { false, false };
	const size_t lead = bytes ? data[0] & 7 : 0;
	uint8_t *image = malloc(bytes + 8);
	struct limine l;
	struct wants wants;
	struct text t;

	if (!a || !image)
		abort();
	memcpy(image, data, bytes);
	a->pages = &pages;
	a->kernel.layout.segment_count = 1;
	/* malloc() aligns to 16: memory and address agree modulo 8 */
	a->kernel.layout.segments[0] = (struct elf_segment){
		.virt = 0xffffffff80000000 + lead, .run = 0xffffffff80000000 + lead,
		.loaded = (uintptr_t)image + lead, .file_bytes = bytes > lead ? bytes - lead : 0,
		.memory_bytes = bytes > lead ? bytes - lead : 1, .rights = ELF_WRITE,
	};
	if (!limine_scan(&a->kernel.layout, &pages, &l, NULL) && l.found) {
		for (unsigned i = 0; i < LIMINE_REQUESTS; i++)
			if (l.of[i].at && !range_within(l.of[i].at - (uintptr_t)image, 48, bytes))
				abort();
		limine_wants(a, &l, &options, &wants, NULL);
	}
	limine_string(a, 0xffffffff80000000 + lead, &t);
	free(image);
	free(a);
	return 0;
}
