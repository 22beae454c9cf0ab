/* What names files that are no kernels, over any bytes, at any offset. Seeds: the files that out/host/malformed
 * writes. */
#include "fuzz.h"
#include "recognise.h"

static void check(enum err e, const struct problem *p, uint64_t offset, size_t bytes)
{
	char sentence[256];

	require(e == OK || (p->code == e && err_sentence(p, sentence, sizeof sentence) > 0));
	require(e == OK || p->offset == 0 || (p->offset >= offset && p->offset - offset < bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct problem p = { 0 };
	uint8_t *file = copy_of(data, bytes);
	uint64_t offset = bytes ? data[0] << 7 : 0;

	check(recognise_file(file, min_u64(bytes, RECOGNISE_BYTES), &p), &p, 0, bytes);
	check(recognise_multiboot(file, bytes, offset, &p), &p, offset, bytes);
	check(recognise_limine(file, bytes, offset, &p), &p, offset, bytes);
	check(recognise_notes(file, bytes, offset, &p), &p, offset, bytes);
	free(file);
	return 0;
}
