#include "archive.h"

#include <string.h>

/* cpio(5), "New ASCII Format": six characters of magic, then thirteen numbers of eight hexadecimal digits each. */
enum { MAGIC_BYTES = 6, NUMBER_BYTES = 8, HEADER_BYTES = 110, ALIGNMENT = 4 };
enum { FIELD_MODE = 1, FIELD_FILE_BYTES = 6, FIELD_NAME_BYTES = 11 };
enum { MODE_KIND = 0170000, MODE_FILE = 0100000 };

static const char trailer[] = "TRAILER!!!"; /* the name of an archive's last entry */

struct entry {
	struct archive_file file;
	uint32_t mode;
	uint64_t next; /* offset of the next entry */
	bool last;
};

/* The value of a hexadecimal digit, or -1. */
static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool number(const uint8_t *header, unsigned field, uint32_t *out)
{
	const uint8_t *at = header + MAGIC_BYTES + field * NUMBER_BYTES;

	*out = 0;
	for (unsigned i = 0; i < NUMBER_BYTES; i++) {
		if (digit(at[i]) < 0)
			return false;
		*out = *out << 4 | (uint32_t)digit(at[i]);
	}
	return true;
}

static const char *read_entry(const struct archive *a, uint64_t offset, struct entry *e)
{
	uint32_t file_bytes, name_bytes;

	if (!range_within(offset, HEADER_BYTES, a->bytes))
		return "the archive ends without its last entry: it is truncated";
	const uint8_t *header = a->at + offset;
	if (memcmp(header, "070701", MAGIC_BYTES) != 0)
		return "no entry of a cpio archive in the newc format begins here";
	if (!number(header, FIELD_MODE, &e->mode) || !number(header, FIELD_FILE_BYTES, &file_bytes) ||
	    !number(header, FIELD_NAME_BYTES, &name_bytes))
		return "a number in this entry has a character that is no hexadecimal digit";
	uint64_t data = align_up(offset + HEADER_BYTES + name_bytes, ALIGNMENT);
	if (!name_bytes || !range_within(data, file_bytes, a->bytes))
		return "this entry's name or file does not end within the archive";
	const char *name = (const char *)header + HEADER_BYTES;
	if (memchr(name, 0, name_bytes) != name + name_bytes - 1)
		return "this entry's name does not end where it should";
	e->file = (struct archive_file){ name, name_bytes - 1, a->at + data, file_bytes };
	e->next = align_up(data + file_bytes, ALIGNMENT);
	e->last = strcmp(name, trailer) == 0;
	return NULL;
}

const char *archive_check(const struct archive *a, uint64_t *offset)
{
	struct entry e = { .next = 0 };

	for (*offset = 0; !e.last; *offset = e.next) {
		const char *why = read_entry(a, *offset, &e);
		if (why)
			return why;
	}
	return NULL;
}

/* The next regular file from *offset on. */
static bool next_file(const struct archive *a, uint64_t *offset, struct archive_file *out)
{
	struct entry e;

	while (!read_entry(a, *offset, &e) && !e.last) {
		*offset = e.next;
		*out = e.file;
		if ((e.mode & MODE_KIND) == MODE_FILE)
			return true;
	}
	return false;
}

bool archive_file(const struct archive *a, uint64_t index, struct archive_file *out)
{
	uint64_t offset = 0;

	while (next_file(a, &offset, out))
		if (index-- == 0)
			return true;
	return false;
}

bool archive_find(const struct archive *a, const char *name, uint64_t name_bytes, struct archive_file *out)
{
	uint64_t offset = 0;

	while (next_file(a, &offset, out))
		if (out->name_bytes == name_bytes && memcmp(out->name, name, name_bytes) == 0)
			return true;
	return false;
}
