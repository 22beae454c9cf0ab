/* malformed.h — kernels with one defect each, named by it: what is changed in the kernel of unit/elf_builder.h, which
 * code refuses it, at which file offset, and words that its sentence contains. The unit test and the files that boot
 * scenarios try both come from this table. */
#ifndef TESTS_MALFORMED_H
#define TESTS_MALFORMED_H

#include "unit/elf_builder.h"

enum { MALFORMED_PATCHES = 3 };

struct malformed {
	const char *name;
	enum err code;
	uint64_t offset;
	const char *says;
	bool pie;
	size_t bytes; /* of the file */
	struct {
		uint32_t at, bytes;
		uint64_t value;
	} patch[MALFORMED_PATCHES];
};

#define STATIC false, BUILT_BYTES
#define PIE    true, BUILT_BYTES

static const struct malformed malformed[] = {
	/* The header */
	{ "empty", ERR_ELF_SHORT, 0, "has only 0 bytes", false, 0, { { 0 } } },
	{ "not-elf", ERR_ELF_MAGIC, 0, "not an ELF file", STATIC, { { EH_MAGIC, 4, 0x00005a4d } } },
	{ "32-bit", ERR_ELF_32_BIT, 4, "a 32-bit ELF file", STATIC, { { EH_CLASS, 1, 1 } } },
	{ "wrong-class", ERR_ELF_CLASS, 4, "not a 64-bit ELF file", STATIC, { { EH_CLASS, 1, 3 } } },
	{ "big-endian", ERR_ELF_BYTE_ORDER, 5, "not a little-endian ELF file", STATIC, { { EH_DATA, 1, 2 } } },
	{ "ident-version", ERR_ELF_VERSION, 6, "version at offset 0x6", STATIC, { { EH_IDENT_VERSION, 1, 9 } } },
	{ "wrong-version", ERR_ELF_VERSION, 20, "version at offset 0x14", STATIC, { { EH_VERSION, 4, 2 } } },
	{ "wrong-machine", ERR_ELF_MACHINE, 18, "it is for MIPS, and this machine is ", STATIC, { { EH_MACHINE, 2, 8 } } },
	{ "unknown-machine", ERR_ELF_MACHINE, 18, "it is for a machine with e_machine 777, and", STATIC, { { EH_MACHINE, 2, 777 } } },
	{ "object-file", ERR_ELF_NOT_LINKED, 16, "is an object file", STATIC, { { EH_TYPE, 2, 1 } } },
	{ "core-file", ERR_ELF_TYPE, 16, "the ELF type is 4", STATIC, { { EH_TYPE, 2, 4 } } },
	{ "header-size", ERR_ELF_HEADER_SIZE, 52, "says that it has 52 bytes", STATIC, { { EH_SIZE, 2, 52 } } },
	{ "phdr-size", ERR_ELF_PHDR_SIZE, 54, "a program header has 32 bytes", STATIC, { { EH_PHENTSIZE, 2, 32 } } },
	{ "no-phdrs", ERR_ELF_NO_PHDRS, 56, "no program headers", STATIC, { { EH_PHNUM, 2, 0 } } },
	{ "no-phdr-offset", ERR_ELF_NO_PHDRS, 32, "no program headers", STATIC, { { EH_PHOFF, 8, 0 } } },
	{ "many-phdrs", ERR_ELF_TOO_MANY_PHDRS, 56, "has 65 program headers", STATIC, { { EH_PHNUM, 2, 65 } } },
	{ "phdr-past-end", ERR_ELF_PHDRS_PAST_END, 32, "its program headers need", STATIC, { { EH_PHOFF, 8, BUILT_BYTES - 100 } } },
	{ "phdr-wraps", ERR_ELF_PHDRS_PAST_END, 32, "its program headers need", STATIC, { { EH_PHOFF, 8, UINT64_MAX - 10 } } },
	{ "shdr-past-end", ERR_ELF_SHDRS_PAST_END, 40, "its section headers need", STATIC, { { EH_SHOFF, 8, BUILT_BYTES - 255 } } },
	{ "shdr-size", ERR_ELF_SHDR_SIZE, 58, "a section header has 40 bytes", STATIC, { { EH_SHENTSIZE, 2, 40 } } },
	{ "entry-zero", ERR_ELF_ENTRY_ZERO, 24, "has no entry point", STATIC, { { EH_ENTRY, 8, 0 } } },
	{ "entry-outside", ERR_ELF_ENTRY_OUTSIDE, 24, "is in no segment", STATIC, { { EH_ENTRY, 8, 0x100000 } } },
	{ "entry-just-past", ERR_ELF_ENTRY_OUTSIDE, 24, "is in no segment", STATIC, { { EH_ENTRY, 8, BUILT_TEXT + 0x100 } } },
	{ "entry-in-data", ERR_ELF_ENTRY_NOT_CODE, 24, "is not executable", STATIC, { { EH_ENTRY, 8, BUILT_DATA } } },
	{ "entry-in-zeros", ERR_ELF_ENTRY_EMPTY, 24, "there are only zeros", STATIC,
	  { { EH_ENTRY, 8, BUILT_TEXT + 0x100 }, { PH_TEXT + PH_MEMSZ, 8, 0x200 } } },
	{ "debug-file", ERR_ELF_DEBUG_FILE, PH_TEXT + PH_FILESZ, "a file of debug information", STATIC,
	  { { PH_TEXT + PH_FILESZ, 8, 0 }, { PH_DATA + PH_FILESZ, 8, 0 } } },

	/* Program headers */
	{ "interp", ERR_ELF_INTERP, PH_SPARE, "dynamically linked", STATIC, { { PH_SPARE, 4, 3 } } },
	{ "no-load", ERR_ELF_NO_LOAD, PH_TEXT, "no segment to load", STATIC, { { PH_TEXT, 4, 0 }, { PH_DATA, 4, 0 } } },
	{ "range-wraps", ERR_ELF_RANGE_WRAPS, PH_TEXT + PH_FILESZ, "wraps around: file offset", STATIC,
	  { { PH_TEXT + PH_OFFSET, 8, UINT64_MAX - 0xfe }, { PH_TEXT + PH_FILESZ, 8, 0x100 } } },
	{ "truncated", ERR_ELF_TRUNCATED, PH_DATA + PH_OFFSET, "it is truncated", false, 0x2100, { { EH_SHNUM, 2, 0 } } },
	{ "filesz-above-memsz", ERR_ELF_FILESZ, PH_TEXT + PH_FILESZ, "takes up only 255 in memory", STATIC,
	  { { PH_TEXT + PH_MEMSZ, 8, 0xff } } },
	{ "segment-wraps", ERR_ELF_SEGMENT_WRAPS, PH_DATA + PH_MEMSZ, "wraps around", STATIC,
	  { { PH_DATA + PH_MEMSZ, 8, UINT64_MAX - 0x1000 } } },
	{ "segment-in-last-page", ERR_ELF_SEGMENT_WRAPS, PH_DATA + PH_MEMSZ, "last page", STATIC,
	  { { PH_DATA + PH_VADDR, 8, 0xfffffffffffff000 - 0x7ff } } },
	{ "physical-wraps", ERR_ELF_PHYS_WRAPS, PH_SPARE + PH_PADDR, "wrap around the physical", STATIC,
	  { { PH_SPARE, 8, 1 | 4ull << 32 }, { PH_SPARE + PH_PADDR, 8, UINT64_MAX }, { PH_SPARE + PH_MEMSZ, 8, 1 } } },
	{ "alignment", ERR_ELF_ALIGNMENT, PH_TEXT + PH_ALIGN, "not a power of two", STATIC, { { PH_TEXT + PH_ALIGN, 8, 0x1800 } } },
	{ "alignment-big", ERR_ELF_ALIGNMENT_BIG, PH_TEXT + PH_ALIGN, "wants alignment 0x80000000", STATIC,
	  { { PH_TEXT + PH_ALIGN, 8, 0x80000000 } } },
	{ "not-readable", ERR_ELF_NOT_READABLE, PH_TEXT + PH_FLAGS, "is not readable", STATIC, { { PH_TEXT + PH_FLAGS, 4, 1 } } },
	{ "write-execute", ERR_ELF_WRITE_EXECUTE, PH_TEXT + PH_FLAGS, "both writable and executable", STATIC,
	  { { PH_TEXT + PH_FLAGS, 4, 7 } } },
	{ "write-execute-page", ERR_ELF_WRITE_EXECUTE_PAGE, PH_TEXT + PH_FLAGS, "share a page of max-page-size, here 0x200000", STATIC,
	  { { PH_TEXT + PH_FLAGS, 4, 7 }, { PH_TEXT + PH_ALIGN, 8, 0x200000 } } },
	{ "write-execute-dense", ERR_ELF_WRITE_EXECUTE_DENSE, PH_TEXT + PH_FLAGS, "aligned to 0x10, less than a page", STATIC,
	  { { PH_TEXT + PH_FLAGS, 4, 7 }, { PH_TEXT + PH_ALIGN, 8, 16 } } },
	{ "overlap", ERR_ELF_OVERLAP, PH_DATA + PH_VADDR, "overlap at address", STATIC, { { PH_DATA + PH_VADDR, 8, BUILT_TEXT + 0xff } } },
	{ "same-address", ERR_ELF_OVERLAP, PH_DATA + PH_VADDR, "overlap at address", STATIC, { { PH_DATA + PH_VADDR, 8, BUILT_TEXT } } },
	{ "shared-page", ERR_ELF_SHARED_PAGE, PH_DATA + PH_VADDR, "share the page at", STATIC, { { PH_DATA + PH_VADDR, 8, BUILT_TEXT + 0x100 } } },
	{ "dynamic-twice", ERR_ELF_DYNAMIC_TWICE, PH_SPARE, "a second PT_DYNAMIC", PIE, { { PH_SPARE, 4, 2 } } },
	{ "dynamic-outside", ERR_ELF_DYNAMIC_OUTSIDE, PH_DYNAMIC + PH_VADDR, "PT_DYNAMIC at", PIE, { { PH_DYNAMIC + PH_VADDR, 8, BUILT_DATA + 0x191 } } },
	{ "dynamic-elsewhere", ERR_ELF_DYNAMIC_OUTSIDE, PH_DYNAMIC + PH_VADDR, "PT_DYNAMIC at", PIE, { { PH_DYNAMIC + PH_OFFSET, 8, AT_TEXT } } },
	{ "no-dynamic", ERR_ELF_NO_DYNAMIC, EH_TYPE, "has no PT_DYNAMIC", PIE, { { PH_DYNAMIC, 4, 0 } } },

	/* Notes */
	{ "note-cut", ERR_ELF_NOTE_CUT, AT_NOTE, "only 0x1b are left", STATIC, { { PH_NOTE + PH_FILESZ, 8, 27 } } },
	{ "note-header-cut", ERR_ELF_NOTE_CUT, AT_NOTE, "only 0xb are left", STATIC, { { PH_NOTE + PH_FILESZ, 8, 11 } } },
	{ "note-name-wraps", ERR_ELF_NOTE_CUT, AT_NOTE, "are left in its program header", STATIC, { { AT_NOTE, 4, 0xffffffff } } },
	{ "note-value-wraps", ERR_ELF_NOTE_CUT, AT_NOTE, "are left in its program header", STATIC, { { AT_NOTE + 4, 4, 0xfffffffc } } },
	{ "note-past-end", ERR_ELF_TRUNCATED, PH_NOTE + PH_OFFSET, "program header 2 needs", STATIC, { { PH_NOTE + PH_OFFSET, 8, BUILT_BYTES - 27 } } },
	{ "request-unknown", ERR_REQUEST_UNKNOWN, AT_NOTE + 20, "requires request 99", STATIC, { { AT_NOTE + 8, 4, 0x80000063 } } },
	{ "request-size", ERR_REQUEST_SIZE, AT_NOTE + 20, "a value of 4 bytes", STATIC, { { AT_NOTE + 4, 4, 4 } } },
	{ "request-stack", ERR_REQUEST_STACK, AT_NOTE + 20, "the stack request asks for 16 bytes", STATIC, { { AT_NOTE + 20, 8, 16 } } },

	/* Relocations */
	{ "needs-library", ERR_ELF_NEEDED, AT_DYNAMIC, "needs a shared library", PIE, { { AT_DYNAMIC, 8, 1 } } },
	{ "plt-relocations", ERR_ELF_PLT_RELOCATIONS, AT_DYNAMIC + 8, "relocations of functions", PIE, { { AT_DYNAMIC, 8, 2 } } },
	{ "plt-outside", ERR_ELF_RELOCATIONS_OUTSIDE, AT_DYNAMIC + 8, "does not lie in one segment", PIE,
	  { { AT_DYNAMIC, 8, 23 }, { AT_DYNAMIC + 8, 8, BUILT_TEXT - 48 }, { AT_DYNAMIC + 16, 8, 2 } } },
	{ "plt-unknown", ERR_ELF_RELOCATION, AT_RELA, "has type 7", PIE,
	  { { AT_DYNAMIC, 8, 23 }, { AT_DYNAMIC + 16, 8, 2 }, { AT_RELA + 8, 4, 7 } } },
	{ "plt-without-addends", ERR_ELF_RELOCATION_FORMAT, AT_DYNAMIC + 8, "of a kind that is not read here (tag 0x11)", PIE,
	  { { AT_DYNAMIC, 8, 20 }, { AT_DYNAMIC + 8, 8, 17 } } },
	{ "rel-table", ERR_ELF_RELOCATION_FORMAT, AT_DYNAMIC, "of a kind that is not read here (tag 0x11)", PIE, { { AT_DYNAMIC, 8, 17 } } },
	{ "rela-entry", ERR_ELF_RELOCATION_ENTRY, AT_DYNAMIC + 40, "that one relocation has 16 bytes", PIE, { { AT_DYNAMIC + 40, 8, 16 } } },
	{ "rela-odd", ERR_ELF_RELOCATION_BYTES, AT_DYNAMIC + 24, "not a multiple of 24", PIE, { { AT_DYNAMIC + 24, 8, 40 } } },
	{ "rela-without-address", ERR_ELF_RELOCATIONS_OUTSIDE, AT_DYNAMIC + 24, "does not lie in one segment", PIE, { { AT_DYNAMIC, 8, 21 } } },
	{ "relocations-outside", ERR_ELF_RELOCATIONS_OUTSIDE, AT_DYNAMIC + 8, "does not lie in one segment", PIE, { { AT_DYNAMIC + 8, 8, BUILT_DATA + 0x7e0 } } },
	{ "unknown-relocation", ERR_ELF_RELOCATION, AT_RELA, "has type 6", PIE, { { AT_RELA + 8, 4, 6 } } },
	{ "relocation-outside", ERR_ELF_RELOCATION_PLACE, AT_RELA, "do not lie in a segment", PIE, { { AT_RELA, 8, BUILT_DATA + 0x7f9 } } },
	{ "relocation-wraps", ERR_ELF_RELOCATION_PLACE, AT_RELA, "do not lie in a segment", PIE, { { AT_RELA, 8, UINT64_MAX - 3 } } },
	{ "relr-outside", ERR_ELF_RELOCATION_PLACE, AT_RELR, "do not lie in a segment", PIE, { { AT_RELR, 8, BUILT_TEXT - 8 } } },
	{ "relr-bitmap-outside", ERR_ELF_RELOCATION_PLACE, AT_RELR + 8, "do not lie in a segment", PIE,
	  { { AT_RELR, 8, BUILT_DATA + 0x7f8 } } },
	{ "relr-bitmap-first", ERR_ELF_RELR, AT_RELR, "entry 0 of the RELR table", PIE, { { AT_RELR, 8, 3 } } },
	{ "relr-entry", ERR_ELF_RELOCATION_ENTRY, AT_DYNAMIC + 88, "it must have 8", PIE, { { AT_DYNAMIC + 88, 8, 4 } } },
	{ "relr-odd", ERR_ELF_RELOCATION_BYTES, AT_DYNAMIC + 72, "not a multiple of 8", PIE, { { AT_DYNAMIC + 72, 8, 12 } } },

	/* Sections */
	{ "symbols-past-end", ERR_ELF_SECTION_RANGE, SH_SYMBOLS + SH_AT, "section 1 ends at", STATIC, { { SH_SYMBOLS + SH_BYTES, 8, UINT64_MAX - 8 } } },
	{ "symbols-entry", ERR_ELF_SYMBOLS, SH_SYMBOLS + SH_ENTRY, "entries of 16 bytes", STATIC, { { SH_SYMBOLS + SH_ENTRY, 8, 16 } } },
	{ "symbols-names", ERR_ELF_SYMBOLS, SH_SYMBOLS + SH_ENTRY, "names in section 4", STATIC, { { SH_SYMBOLS + SH_NAMED_BY, 4, 4 } } },
};

#undef STATIC
#undef PIE

static inline void malformed_build(struct elf_image *f, const struct malformed *m, uint16_t machine)
{
	elf_build(f, machine, m->pie);
	f->bytes = m->bytes;
	for (unsigned i = 0; i < MALFORMED_PATCHES; i++)
		put(f, m->patch[i].at, m->patch[i].bytes, m->patch[i].value);
}

#endif
