/* protocol_efi.c — the pure part of a boot of an EFI program: its headers, and its file in memory. */
#include "protocols.h"
#include "recognise.h"

/* Most kernels are no PE image, as their first page shows; kernel_open() reads it anyway. */
bool efi_owns(struct attempt *a, struct source *source)
{
	uint64_t first = min_u64(source->bytes, PAGE_BYTES), count = min_u64(source->bytes, PE_HEAD_BYTES);
	const void *bytes;

	if (first < 2 || source_view(source, a->pages, 0, first, &bytes, NULL))
		return false;
	if (pe_is(bytes, first))
		return true;
	return read_le16(bytes) == 0x5a4d && !source_view(source, a->pages, 0, count, &bytes, NULL) &&
	       pe_is(bytes, count);
}

/* A file that the configuration calls an EFI program, and that is none. */
static enum err name_file(struct attempt *a, struct source *source, enum err refusal, struct problem *p)
{
	uint64_t count = min_u64(source->bytes, RECOGNISE_BYTES);
	const void *bytes;

	if (refusal != ERR_PE_MAGIC || source_view(source, a->pages, 0, count, &bytes, NULL))
		return refusal;
	enum err e = recognise_file(bytes, count, p);
	return e ? e : refusal;
}

enum err efi_load(struct attempt *a, struct source *source, struct problem *p)
{
	uint64_t count = min_u64(source->bytes, PE_HEAD_BYTES);
	const void *bytes;
	paddr at;

	if (!source->bytes)
		return problem(p, ERR_FILE_EMPTY);
	enum err e = source_view(source, a->pages, 0, count, &bytes, p);
	if (!e)
		e = pe_open(bytes, count, source->bytes, a->arch, &a->program, p);
	if (e)
		return name_file(a, source, e, p);
	a->done(a, ATTEMPT_REQUESTS);
	e = pages_take(a->pages, source->bytes, HOBNAIL_MEMORY_USABLE, &at, p);
	if (!e)
		e = source_fetch(source, 0, pages_at(a->pages, at), source->bytes, p);
	if (e)
		return e;
	a->kernel_file = (struct span){ at, source->bytes };
	return OK;
}

enum err efi_initrd_add(uint64_t bytes, uint64_t *total, struct problem *p)
{
	uint64_t at = align_up(*total, EFI_INITRD_ALIGNMENT), most = at < INT64_MAX ? INT64_MAX - at : 0;

	if (!bytes)
		return problem(p, ERR_FILE_EMPTY);
	if (bytes > most)
		return problem(p, ERR_FILE_TOO_BIG, bytes, most);
	*total = at + bytes;
	return OK;
}

enum err efi_tree_fits(uint64_t bytes, struct problem *p)
{
	if (!bytes)
		return problem(p, ERR_FILE_EMPTY);
	return bytes > UINT32_MAX ? problem(p, ERR_FILE_TOO_BIG, bytes, UINT32_MAX) : OK;
}
