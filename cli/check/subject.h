/* subject.h — a kernel's file as the doubts look at it: all of it in memory, with sections and symbols. */
#ifndef CLI_SUBJECT_H
#define CLI_SUBJECT_H

#include "check.h"

/* System V gABI, "Section Header", "Symbol Table". */
enum { SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_NOTE = 7, SHT_NOBITS = 8 };
enum { SHF_WRITE = 1, SHF_ALLOC = 2, SHF_EXECINSTR = 4, SHF_TLS = 0x400 };
enum { SYMBOL_LABEL = 0, SYMBOL_OBJECT = 1, SYMBOL_FUNCTION = 2, SYMBOL_GLOBAL = 1, SYMBOL_UNDEFINED = 0 };
enum { SECTION_RESERVED = 0xff00 }; /* this number and those above name no section */

struct subject {
	struct check *c;
	const struct elf_file *file;     /* of c: its layout, too */
	const struct elf_layout *layout;
	uint8_t *bytes;                  /* file->file_bytes */
	const uint8_t *symbols;          /* NULL: none */
	size_t symbol_count;
	const char *names;               /* of symbols, and NUL at their end */
	size_t name_bytes;
	uint64_t *starts;                /* addresses of functions and labels, sorted */
	size_t start_count;
};

struct section {
	const char *name; /* "" where there are no names */
	uint32_t type;
	uint64_t flags, address, offset, bytes;
	uint64_t at;      /* file offset of its header */
};

struct symbol {
	const char *name;
	uint64_t value, bytes;
	unsigned type, binding, section;
	uint64_t at; /* file offset */
};

/* The file of a kernel whose headers hold (HELD_FILE). False: no memory, or it cannot be read. subject_close() is for
 * both. */
bool subject_open(struct subject *s, struct check *c);
void subject_close(struct subject *s);

/* Program header i, which lies in the file. */
const uint8_t *subject_program_header(const struct subject *s, unsigned i);

/* False: there is no such section, or it is malformed. */
bool subject_section(const struct subject *s, unsigned i, struct section *out);

/* False: it is malformed. */
bool subject_symbol(const struct subject *s, size_t i, struct symbol *out);

/* The segment with this linked address; NULL: none. */
const struct elf_segment *subject_segment(const struct subject *s, uint64_t address);

/* Bytes of the file at a linked address, and how many follow in its segment; NULL: none. */
const uint8_t *subject_at(const struct subject *s, uint64_t address, uint64_t *left);

/* The function with this linked address, and the distance from its beginning; "" if no symbol has it. */
const char *subject_function(const struct subject *s, uint64_t address, uint64_t *distance);

/* Does the symbol of a function, or a label, have this linked address? */
bool subject_is_start(const struct subject *s, uint64_t address);

/* ---- Doubts: each adds to c->findings ----------------------------------------------------------------------- */

void doubts_of_file(struct subject *s);     /* doubts_file.c: entry, program headers, sections, symbols */
void doubts_of_requests(struct check *c);   /* doubts_requests.c */
void doubts_of_boards(struct check *c);     /* doubts_boards.c: segments are placed (HELD_LOADED) */
void doubts_of_relocations(struct subject *s); /* doubts_relocations.c */
void doubts_of_properties(struct subject *s); /* doubts_properties.c */
void doubts_of_code(struct subject *s);     /* doubts_code.c: the wants are known (HELD_REQUESTS) */
void doubts_of_red_zone(struct subject *s); /* doubts_red_zone.c */

#endif
