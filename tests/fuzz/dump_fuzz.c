/* A dump of memory, any bytes: no read leaves the file, and what is read at an address is the same however it is cut
 * up. */
#include "../../cli/dump.h"

#include <stdarg.h>

#include "../../cli/cli.h"
#include "fuzz.h"

int complain(int status, const char *format, ...)
{
	(void)format;
	return status;
}

static void check_read(const struct dump *d, paddr at)
{
	uint8_t whole[24], part[24];
	bool all = memory_read(&d->memory, at, whole, sizeof whole), each = true;

	for (unsigned i = 0; i < sizeof part; i++)
		each &= memory_read(&d->memory, at + i, &part[i], 1);
	require(all == each);
	require(!all || memcmp(whole, part, sizeof part) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	unsigned flags = pick(&in, 4);
	paddr base = take(&in, 8), at = take(&in, 8), lowest, end;
	struct dump d = { 0 };
	struct fault f;
	uint8_t *copy = copy_of(in.at, in.left);

	if (!dump_read_file(&d, copy, in.left, flags & 1, base)) {
		dump_bounds(&d, &lowest, &end);
		require(lowest <= end);
		check_read(&d, at);
		check_read(&d, lowest);
		check_read(&d, end - 12);
		for (unsigned i = 0; i < 8 && dump_registers(&d, i, &f); i++)
			require(f.arch == HOBNAIL_ARCH_X86_64 || f.arch == HOBNAIL_ARCH_AARCH64);
	}
	free(copy);
	return 0;
}
