/* Multiboot2: any bytes as a kernel's file. Its header and segments are read within the file, and what is accepted lies
 * in the file and below 4 GiB. */
#include "fuzz.h"

#include "multiboot2.h"

static const uint8_t *file;

static enum err read_file(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	(void)p;
	require(range_within(at, bytes, source->bytes));
	memcpy(to, file + at, bytes);
	return OK;
}

static void *allocated[64];
static struct ledger ledger;

static enum err take_pages(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	(void)context;
	if (ledger.count == COUNT_OF(allocated) || wish->bytes > MIB(1))
		return problem(p, ERR_NO_MEMORY, wish->bytes);
	allocated[ledger.count] = malloc(wish->bytes + 1);
	require(allocated[ledger.count] != NULL);
	*out = (uintptr_t)allocated[ledger.count++];
	return OK;
}

static void *page_at(void *context, paddr at)
{
	(void)context;
	return (void *)(uintptr_t)at;
}

static void judge(const struct kernel *k, uint64_t bytes)
{
	require(k->layout.segment_count >= 1 && k->layout.segment_count <= ELF_MAX_SEGMENTS);
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		require(range_within(s->phys, s->memory_bytes, GIB(4)) && s->file_bytes <= s->memory_bytes);
		require(!s->file_bytes || range_within(s->offset, s->file_bytes, bytes));
		require(!i || s->phys >= s[-1].phys);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct kernel k;
	struct pages pages = { .take = take_pages, .at = page_at, .ledger = &ledger };
	struct source source = { .bytes = bytes, .read = read_file };
	uint8_t *copy = copy_of(data, bytes);
	struct multiboot2 m;

	file = copy;
	if (!multiboot2_read(copy, min_u64(bytes, MULTIBOOT2_WITHIN), &m, NULL)) {
		require(m.found && range_within(m.at, m.bytes, bytes));
		if (!multiboot2_layout(&m, &source, &pages, &k, NULL))
			judge(&k, bytes);
		if (!multiboot2_keep_sections(&m, &source, &pages, NULL))
			require(m.sections.bytes == (uint64_t)m.section_count * m.section_bytes);
	}
	while (ledger.count)
		free(allocated[--ledger.count]);
	free(copy);
	return 0;
}
