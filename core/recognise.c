#include "recognise.h"

#include <string.h>

#include "multiboot2.h"
#include "utf16.h"

/* ---- Other boot protocols, inside an executable -------------------------------------------------------- */

/* Multiboot Specification 0.6.96, "The layout of Multiboot header". The sum makes an accident unlikely. */
#define MULTIBOOT_MAGIC  0x1badb002u
enum { MULTIBOOT_WITHIN = 8192, MULTIBOOT_BYTES = 12 };

static bool is_multiboot(const uint8_t *h, uint64_t left, uint64_t at)
{
	return left >= MULTIBOOT_BYTES && range_within(at, MULTIBOOT_BYTES, MULTIBOOT_WITHIN) &&
	       read_le32(h) == MULTIBOOT_MAGIC && read_le32(h) + read_le32(h + 4) + read_le32(h + 8) == 0;
}

enum err recognise_multiboot(const void *bytes, uint64_t count, uint64_t offset, struct problem *p)
{
	const uint8_t *b = bytes;

	for (uint64_t at = align_up(offset, 4); at - offset < count && at < MULTIBOOT2_WITHIN; at += 4) {
		if (multiboot2_is_header(b + (at - offset), count - (at - offset), at))
			return problem_at(p, ERR_IS_MULTIBOOT2, at);
		if (is_multiboot(b + (at - offset), count - (at - offset), at))
			return problem_at(p, ERR_IS_MULTIBOOT, at);
	}
	return OK;
}

/* The Limine Boot Protocol, "Base protocol revisions" and "Requests": a base revision's first two words, or the
 * first two of every request's id. All are aligned to 8 bytes in memory. */
static bool is_limine(const uint8_t *b)
{
	uint64_t first = read_le64(b), second = read_le64(b + 8);

	return (first == 0xf9562b2d5c95a6c8 && second == 0x6a7b384944536bdc) ||
	       (first == 0xc7b1dd30df4c8b88 && second == 0x0a82e883a194f07b);
}

enum err recognise_limine(const void *bytes, uint64_t count, uint64_t offset, struct problem *p)
{
	const uint8_t *b = bytes;

	for (uint64_t at = 0; range_within(at, 16, count); at += 8)
		if (is_limine(b + at))
			return problem_at(p, ERR_IS_LIMINE, offset + at);
	return OK;
}

/* Xen, include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY. */
enum { XEN_PHYS32_ENTRY = 18 };

enum err recognise_notes(const void *bytes, uint64_t count, uint64_t offset, struct problem *p)
{
	const uint8_t *b = bytes;

	for (uint64_t at = 0; range_within(at, 16, count); at += 4)
		if (read_le32(b + at) == 4 && read_le32(b + at + 8) == XEN_PHYS32_ENTRY &&
		    memcmp(b + at + 12, "Xen", 4) == 0)
			return problem_at(p, ERR_IS_PVH, offset + at);
	return OK;
}

/* ---- Formats of files ---------------------------------------------------------------------------------- */

/* Formats by their bytes at an offset. The first match counts. */
static const struct {
	enum err code;
	uint16_t at, bytes;
	const char *magic;
} magics[] = {
	/* Linux, "The Linux/x86 Boot Protocol"; "Booting AArch64 Linux"; "Boot image header in RISC-V Linux".
	 * Those with an EFI stub are PE images */
	{ ERR_IS_LINUX, 0x202, 4, "HdrS" },
	{ ERR_IS_LINUX_IMAGE, 56, 4, "ARM\x64" },
	{ ERR_IS_LINUX_IMAGE, 56, 4, "RSC\x05" },
	/* RFC 1952, "Member header and trailer"; RFC 8878, "Zstandard Frames"; The .xz File Format, "Header Magic
	 * Bytes"; LZ4 Frame Format, "General Structure of LZ4 Frame Format", "Legacy frame"; bzip2 and lzop by
	 * their own sources */
	{ ERR_IS_GZIP, 0, 3, "\x1f\x8b\x08" },
	{ ERR_IS_ZSTD, 0, 4, "\x28\xb5\x2f\xfd" },
	{ ERR_IS_XZ, 0, 6, "\xfd" "7zXZ\0" },
	{ ERR_IS_LZ4, 0, 4, "\x04\x22\x4d\x18" },
	{ ERR_IS_LZ4, 0, 4, "\x02\x21\x4c\x18" },
	{ ERR_IS_BZIP2, 0, 3, "BZh" },
	{ ERR_IS_LZOP, 0, 9, "\x89LZO\0\r\n\x1a\n" },
	/* U-Boot, include/image.h: IH_MAGIC; Android, "Boot image header" */
	{ ERR_IS_UIMAGE, 0, 4, "\x27\x05\x19\x56" },
	{ ERR_IS_ANDROID, 0, 8, "ANDROID!" },
	/* Mach-O, mach-o/loader.h and mach-o/fat.h */
	{ ERR_IS_MACHO, 0, 4, "\xcf\xfa\xed\xfe" },
	{ ERR_IS_MACHO, 0, 4, "\xce\xfa\xed\xfe" },
	{ ERR_IS_MACHO, 0, 4, "\xca\xfe\xba\xbe" },
	/* LLVM Bitcode File Format, "Magic Numbers", "Bitcode Wrapper Format" */
	{ ERR_IS_BITCODE, 0, 4, "BC\xc0\xde" },
	{ ERR_IS_BITCODE, 0, 4, "\xde\xc0\x17\x0b" },
	/* ar(5), cpio(5), tar(5), APPNOTE.TXT "Local file header" */
	{ ERR_IS_LIBRARY, 0, 8, "!<arch>\n" },
	{ ERR_IS_ARCHIVE, 0, 6, "070701" },
	{ ERR_IS_ARCHIVE, 0, 6, "070702" },
	{ ERR_IS_ARCHIVE, 0, 4, "PK\3\4" },
	{ ERR_IS_ARCHIVE, 257, 5, "ustar" },
	/* ECMA-119, "Volume Descriptors"; images of machines by the emulators' sources; SquashFS; ext4, "Super
	 * Block" */
	{ ERR_IS_ISO, 0x8001, 5, "CD001" },
	{ ERR_IS_DISK, 0, 4, "QFI\xfb" },
	{ ERR_IS_DISK, 0, 4, "KDMV" },
	{ ERR_IS_DISK, 0, 8, "vhdxfile" },
	{ ERR_IS_DISK, 0x40, 4, "\x7f\x10\xda\xbe" },
	{ ERR_IS_DISK, 0, 4, "hsqs" },
	{ ERR_IS_DISK, 0x438, 2, "\x53\xef" },
	/* UEFI 2.10, "GPT Header", with sectors of 512 and of 4096 bytes; "Legacy Master Boot Record", which FAT
	 * has, too */
	{ ERR_IS_DISK, 512, 8, "EFI PART" },
	{ ERR_IS_DISK, 4096, 8, "EFI PART" },
	{ ERR_IS_DISK, 510, 2, "\x55\xaa" },
	{ ERR_IS_SCRIPT, 0, 2, "#!" },
};

static enum err by_magic(const uint8_t *b, size_t count)
{
	for (size_t i = 0; i < COUNT_OF(magics); i++)
		if (range_within(magics[i].at, magics[i].bytes, count) &&
		    memcmp(b + magics[i].at, magics[i].magic, magics[i].bytes) == 0)
			return magics[i].code;
	return OK;
}

/* PE Format, "Section Table (Section Headers)". The PE header lies at `at`. */
static bool pe_has_section(const uint8_t *b, size_t count, uint32_t at, const char name[8])
{
	enum { SECTIONS_AT = 6, OPTIONAL_AT = 20, HEADER = 24, SECTION = 40 };
	uint64_t table = (uint64_t)at + HEADER + read_le16(b + at + OPTIONAL_AT);

	for (unsigned i = 0; i < read_le16(b + at + SECTIONS_AT) && range_within(table, SECTION, count); i++) {
		if (memcmp(b + table, name, 8) == 0)
			return true;
		table += SECTION;
	}
	return false;
}

/* PE Format, "MS-DOS Stub", "Optional Header": applications, drivers and ROMs of EFI have the subsystems 10 to 13. */
enum { PE_OFFSET_AT = 0x3c, PE_SUBSYSTEM_AT = 4 + 20 + 68, PE_HEAD = PE_SUBSYSTEM_AT + 2 };

static enum err pe_kind(const uint8_t *b, size_t count)
{
	if (count < PE_OFFSET_AT + 4 || memcmp(b, "MZ", 2) != 0)
		return OK;
	uint32_t at = read_le32(b + PE_OFFSET_AT);
	if (!range_within(at, PE_HEAD, count) || memcmp(b + at, "PE\0", 4) != 0)
		return OK;
	uint16_t subsystem = read_le16(b + at + PE_SUBSYSTEM_AT);
	if (subsystem < 10 || subsystem > 13)
		return ERR_IS_PE;
	/* zboot-header.S; Unified Kernel Image (UKI), "UKI Components" */
	if (memcmp(b, "MZ\0\0zimg", 8) == 0)
		return ERR_IS_ZBOOT;
	return pe_has_section(b, count, at, ".linux\0") ? ERR_IS_UKI : ERR_IS_EFI;
}

/* PE Format, "COFF File Header": an object file has no optional header, and few sections. */
static enum err coff_kind(const uint8_t *b, size_t count)
{
	if (count < 20)
		return OK;
	uint16_t machine = read_le16(b), sections = read_le16(b + 2), optional = read_le16(b + 16);
	bool known = machine == 0x8664 || machine == 0xaa64 || machine == 0x14c;
	return known && sections >= 1 && sections < 1000 && optional == 0 ? ERR_IS_COFF : OK;
}

/* Devicetree Specification, "Flattened Devicetree Header", "Lexical structure": a U-Boot FIT has a node "images". */
static enum err tree_kind(const uint8_t *b, size_t count)
{
	static const char images[] = "\0\0\0\1images";

	if (count < 40 || memcmp(b, "\xd0\x0d\xfe\xed", 4) != 0)
		return OK;
	for (size_t at = 0; range_within(at, sizeof images, count); at += 4)
		if (memcmp(b + at, images, sizeof images) == 0)
			return ERR_IS_FIT;
	return ERR_IS_DEVICE_TREE;
}

static bool is_zero(const uint8_t *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (b[i])
			return false;
	return count > 0;
}

/* UTF-8 with no control characters other than those of text. Machine code has others among its first bytes. */
static bool is_text(const uint8_t *b, size_t count)
{
	enum { MOST = 512 }; /* bytes that are looked at */
	const char *text = (const char *)b;
	const uint32_t blanks = 1u << '\t' | 1u << '\n' | 1u << '\r' | 1u << '\f';
	uint32_t code;

	for (size_t at = 0; at < count && at < MOST;) {
		size_t bytes = utf8_next(text + at, count - at, &code);

		if (!bytes || code == 0x7f || (code < 0x20 && !(blanks >> code & 1)))
			return false;
		at += bytes;
	}
	return count > 0;
}

/* Executables may carry Multiboot's headers in any format. */
enum err recognise_file(const void *bytes, size_t count, struct problem *p)
{
	enum err e = recognise_multiboot(bytes, count, 0, p);

	if (e)
		return e;
	e = pe_kind(bytes, count);
	if (!e) e = by_magic(bytes, count);
	if (!e) e = tree_kind(bytes, count);
	if (!e) e = coff_kind(bytes, count);
	if (!e && is_zero(bytes, min_u64(count, PAGE_BYTES))) e = ERR_IS_ZEROS;
	if (!e && is_text(bytes, count)) e = ERR_IS_TEXT;
	return e ? problem(p, e) : OK;
}
