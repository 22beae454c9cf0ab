/* hog.c — takes all free memory and frees it: other processes get an error meanwhile, and nothing worse. */
#include "user.h"

enum { PIECE_BYTES = 64 * PITH_PAGE_BYTES };

static uint64_t free_kib(void)
{
	struct pith_memory m = { 0 };

	must("memory", sys_memory(&m));
	return m.free_pages * PITH_PAGE_BYTES / 1024;
}

int main(int count, const char *const *words)
{
	uint64_t pieces = 0, *last = NULL;
	int64_t at;

	(void)count, (void)words;
	print("hog: %lu KiB are free\n", free_kib());
	while ((at = sys_map(0, PIECE_BYTES, PITH_MAP_WRITE)) >= 0) {
		uint64_t *piece = (uint64_t *)at;
		*piece = (uint64_t)last; /* each piece begins with the address of the one before */
		last = piece;
		pieces++;
	}
	print("hog: \"%s\" after %lu KiB; %lu KiB are left\n", error_text(at), pieces * PIECE_BYTES / 1024, free_kib());
	while (last) {
		uint64_t *before = (uint64_t *)*last;
		must("unmap", sys_unmap((uint64_t)last, PIECE_BYTES));
		last = before;
	}
	print("hog: %lu KiB are free again\n", free_kib());
	return 0;
}
