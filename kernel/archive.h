/* archive.h — files in a cpio archive of the "newc" kind: what the programs come in. Pure: bytes in, files or a refusal out.
 *
 *   Memory   names and contents stay where the archive is */
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

/* Read all of it once. NULL: every entry is well-formed, and the archive ends as it should; else what is wrong, a sentence without
 * its full stop, and where. */
const char *archive_check(const struct archive *a, uint64_t *offset);

/* The regular file with this number or name. Of an archive that has been checked. false: there is none. */
bool archive_file(const struct archive *a, uint64_t index, struct archive_file *out);
bool archive_find(const struct archive *a, const char *name, uint64_t name_bytes, struct archive_file *out);

#endif
