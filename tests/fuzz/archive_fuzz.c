/* Any bytes as an archive of programs: what is accepted has all its files inside. */
#include "archive.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct archive a = { data, bytes };
	struct archive_file f, again;
	uint64_t offset;

	if (archive_check(&a, &offset)) {
		require(offset <= bytes + 3);
		return 0;
	}
	for (uint64_t i = 0; i < 100 && archive_file(&a, i, &f); i++) {
		require(range_within((uint64_t)(f.data - data), f.bytes, bytes));
		require(strlen(f.name) == f.name_bytes && (const uint8_t *)f.name + f.name_bytes < f.data + !f.bytes);
		require(archive_find(&a, f.name, f.name_bytes, &again) && strcmp(again.name, f.name) == 0);
	}
	return 0;
}
