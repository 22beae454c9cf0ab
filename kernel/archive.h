/* archive.h — reads the programs' archive, a cpio archive in the "newc" format. Pure: bytes in, files or a refusal out.
 *
 *   Memory   names and contents point into the archive */
#ifndef KERNEL_ARCHIVE_H
#define KERNEL_ARCHIVE_H

#include "base.h"

struct archive {
	const uint8_t *at;
	uint64_t bytes;
};

struct archive_file {
	const char *name; /* NUL after it */
	uint64_t name_bytes;
	const uint8_t *data;
	uint64_t bytes;
};

/* Checks the whole archive. NULL: every entry is well-formed, and the trailer is there. Else the fault, as a sentence
 * without its full stop, and its offset. */
const char *archive_check(const struct archive *a, uint64_t *offset);

/* The regular file with this number or name, in an archive that was checked. false: there is none. */
bool archive_file(const struct archive *a, uint64_t index, struct archive_file *out);
bool archive_find(const struct archive *a, const char *name, uint64_t name_bytes, struct archive_file *out);

#endif
