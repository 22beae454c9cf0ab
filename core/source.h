/* source.h — the bytes of one file, each read once, from any storage.
 *
 * Bytes that have been looked at are pieces: they are in memory, and source_fetch() copies them instead of reading
 * them again. Pieces lie in pages that are free after the hand-off.
 *
 * After a read that failed nothing is read any more: everything that is not in memory fails with the same error. So
 * the error is told even where the one who met it first only tried what kind of file this is. */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "pages.h"
#include "text.h"

enum { SOURCE_MAX_PIECES = 32 };

struct source_piece {
	uint64_t offset, bytes;
	const uint8_t *at;
};

struct source {
	uint64_t bytes; /* of the file */
	/* Read exactly [at, at + bytes) into `to`, or fill *p. The caller of source_fetch() gets its error. */
	enum err (*read)(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p);
	void *context;
	struct source_piece pieces[SOURCE_MAX_PIECES]; /* a file that had to be read as a whole is one piece */
	unsigned piece_count;
	struct problem failure; /* of the first read that failed; .code is OK: none has */
};

/* Bytes of the file into `to`. */
enum err source_fetch(struct source *source, uint64_t offset, void *to, uint64_t bytes, struct problem *p);

/* Bytes of the file as a pointer, from a piece that has them all, or from pages that become one. */
enum err source_view(struct source *source, const struct pages *pages, uint64_t offset, uint64_t bytes,
                     const void **out, struct problem *p);

/* A small file whole, of at most `most` bytes, which stays in its pages.   ERR_FILE_TOO_BIG */
enum err source_text(struct source *source, const struct pages *pages, uint64_t most, struct text *out,
                     struct problem *p);

#endif
