/* multiboot2.h — files with a Multiboot2 header that has one defect each, named by it. The file is no ELF file: an
 * address tag says where it goes, unless the tag is the defect. */
#ifndef TESTS_MULTIBOOT2_H
#define TESTS_MULTIBOOT2_H

#include <string.h>

#include "err.h"

enum { MULTIBOOT2_FILE_BYTES = 4096, MULTIBOOT2_AT = 0x40, MULTIBOOT2_WORDS = 24 };

/* Where such a file goes on the usual machine, and the address of its header there. */
#define MULTIBOOT2_AT_1M  0x100000u
#define MULTIBOOT2_HEADER (MULTIBOOT2_AT_1M + MULTIBOOT2_AT)

/* A tag's first two words; bit 0 of the flags: optional. */
#define TAG(type, flags, bytes) (type) | (uint32_t)(flags) << 16, bytes
#define TAG_ADDRESS TAG(2, 0, 24), MULTIBOOT2_HEADER, MULTIBOOT2_AT_1M, 0, 0
#define TAG_ENTRY   TAG(3, 0, 12), MULTIBOOT2_AT_1M + 0x200, 0
#define TAG_END     TAG(0, 0, 8)

struct multiboot2_file {
	const char *name;
	enum err code; /* OK: it boots */
	const char *says;
	uint32_t architecture;
	uint32_t more;  /* bytes that header_length has beyond the tags */
	unsigned words; /* of tags */
	uint32_t tags[MULTIBOOT2_WORDS];
};

#define FILE_OF(name, code, says, ...) \
	{ name, code, says, 0, 0, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, { __VA_ARGS__ } }

static const struct multiboot2_file multiboot2_files[] = {
	FILE_OF("mb2-flat", OK, "", TAG_ADDRESS, TAG_ENTRY, TAG_END),
	FILE_OF("mb2-optional", OK, "", TAG_ADDRESS, TAG_ENTRY, TAG(40, 1, 8), TAG(1, 1, 12), 99, 0, TAG_END),
	{ "mb2-mips", ERR_MB2_ARCHITECTURE, "is for architecture 4", 4, 0, 2, { TAG_END } },
	{ "mb2-too-long", ERR_MB2_LENGTH, "says that it has 4056 bytes", 0, 4032, 2, { TAG_END } },
	FILE_OF("mb2-no-end", ERR_MB2_NO_END, "without an end tag", TAG_ADDRESS, TAG_ENTRY),
	FILE_OF("mb2-tag-size-0", ERR_MB2_TAG_SIZE, "has a size of 0 bytes", TAG(6, 0, 0), TAG_END),
	FILE_OF("mb2-tag-too-long", ERR_MB2_TAG_SIZE, "of type 5 at 0x50 has a size of 64 bytes", TAG(5, 0, 64),
	        TAG_END),
	FILE_OF("mb2-tag-too-short", ERR_MB2_TAG_SIZE, "of type 5 at 0x50 has a size of 16 bytes",
	        TAG(5, 0, 16), 0, 0, TAG_END),
	FILE_OF("mb2-tag-unknown", ERR_MB2_TAG, "requires tag 40", TAG_ADDRESS, TAG_ENTRY, TAG(40, 0, 8), TAG_END),
	FILE_OF("mb2-request-unknown", ERR_MB2_KIND, "requires information of type 99", TAG_ADDRESS, TAG_ENTRY,
	        TAG(1, 0, 16), 6, 99, TAG_END),
	FILE_OF("mb2-relocatable-alignment", ERR_MB2_RELOCATABLE, "alignment 0x3000", TAG_ADDRESS, TAG_ENTRY,
	        TAG(10, 0, 24), 0x100000, 0xffffffff, 0x3000, 0, TAG_END),
	FILE_OF("mb2-relocatable-nowhere", ERR_MB2_NO_PLACE, "between 0x90000000 and 0x9fffffff",
	        TAG_ADDRESS, TAG_ENTRY, TAG(10, 0, 24), 0x90000000, 0x9fffffff, 0x1000, 0, TAG_END),
	FILE_OF("mb2-no-image", ERR_MB2_NO_IMAGE, "no ELF file and has no address tag", TAG_ENTRY, TAG_END),
	FILE_OF("mb2-no-entry", ERR_MB2_NO_ENTRY, "but no entry tag", TAG_ADDRESS, TAG_END),
	FILE_OF("mb2-address-behind-header", ERR_MB2_ADDRESS, "contradicts itself: header_addr 0x100040",
	        TAG(2, 0, 24), MULTIBOOT2_HEADER, MULTIBOOT2_HEADER + 8, 0, 0, TAG_ENTRY, TAG_END),
	FILE_OF("mb2-bss-before-data", ERR_MB2_BSS, "bss_end_addr is 0x100800",
	        TAG(2, 0, 24), MULTIBOOT2_HEADER, MULTIBOOT2_AT_1M, MULTIBOOT2_AT_1M + 0x1000, 0x100800,
	        TAG_ENTRY, TAG_END),
	FILE_OF("mb2-truncated", ERR_MB2_TRUNCATED, "the file's bytes up to 0x2000",
	        TAG(2, 0, 24), MULTIBOOT2_HEADER, MULTIBOOT2_AT_1M, MULTIBOOT2_AT_1M + 0x2000, 0, TAG_ENTRY, TAG_END),
	FILE_OF("mb2-entry-outside", ERR_MB2_ENTRY, "0x200000, is not in memory that is loaded",
	        TAG_ADDRESS, TAG(3, 0, 12), 0x200000, 0, TAG_END),
	FILE_OF("mb2-high", ERR_MB2_HIGH, "reaches physical 0x100000f00",
	        TAG(2, 0, 24), 0xffffff40, 0xffffff00, 0, 0, TAG(3, 0, 12), 0xffffff80, 0, TAG_END),
	FILE_OF("mb2-no-memory-there", ERR_DESTINATION, "there is no memory at 0x90000000",
	        TAG(2, 0, 24), 0x90000040, 0x90000000, 0, 0, TAG(3, 0, 12), 0x90000200, 0, TAG_END),
	FILE_OF("mb2-busy", ERR_MB2_BUSY, "must be at physical 0x900000 while the firmware is still there",
	        TAG(2, 0, 24), 0x900040, 0x900000, 0, 0, TAG(7, 0, 8), TAG(9, 0, 12), 0x900200, 0, TAG_END),
	FILE_OF("mb2-console", ERR_MB2_CONSOLE, "requires a console",
	        TAG_ADDRESS, TAG_ENTRY, TAG(4, 0, 12), 3, 0, TAG_END),
};

/* The header lies at MULTIBOOT2_AT. */
static inline void multiboot2_build(const struct multiboot2_file *f, uint8_t out[MULTIBOOT2_FILE_BYTES])
{
	uint32_t header[4] = { 0xe85250d6, f->architecture, 16 + 4 * f->words + f->more, 0 };

	memset(out, 0xf4, MULTIBOOT2_FILE_BYTES); /* hlt */
	header[3] = 0 - header[0] - header[1] - header[2];
	memcpy(out + MULTIBOOT2_AT, header, sizeof header);
	memcpy(out + MULTIBOOT2_AT + sizeof header, f->tags, 4 * f->words);
}

#endif
