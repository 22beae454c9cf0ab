/* elf.h — the ELF64 reader: bytes in, facts or a refusal out.
 *
 * Works in steps, because the loader reads a file in pieces and each byte once:
 *
 *     elf_open()        the header                       (the first 64 bytes)
 *     elf_segments()    the program headers, all checked (e_phnum * 56 bytes)
 *     elf_notes()       one PT_NOTE's bytes              (callback per note named "Hobnail")
 *     elf_dynamic()     PT_DYNAMIC's bytes               (where RELA and RELR lie)
 *     elf_relocate()    the loaded image
 *     elf_sections()    the section headers              (optional: symbols; notes without PT_NOTE)
 *
 *   Offsets   every problem carries the file offset of the field that is wrong
 *   Memory    the caller owns all buffers; nothing is allocated or kept
 *   Units     bytes; addresses as linked (before any slide) */
#ifndef CORE_ELF_H
#define CORE_ELF_H

#include "err.h"

enum {
	ELF_HEADER_BYTES = 64,
	ELF_PROGRAM_HEADER_BYTES = 56,
	ELF_SECTION_HEADER_BYTES = 64,
	ELF_SYMBOL_BYTES = 24,
	ELF_RELA_BYTES = 24,
	ELF_MAX_PROGRAM_HEADERS = 64, /* of all types          */
	ELF_MAX_SEGMENTS = 16,        /* PT_LOAD with p_memsz > 0 */
	ELF_MAX_NOTES = 8,            /* PT_NOTE               */
	ELF_MAX_NOTE_SECTIONS = 32,   /* SHT_NOTE without PT_NOTE: more are passed over */
};

enum { ELF_MACHINE_X86_64 = 62, ELF_MACHINE_AARCH64 = 183, ELF_MACHINE_RISCV = 243 };

/* "AArch64"; NULL: not known here. */
const char *elf_machine_name(uint64_t machine);

/* Segment rights as in p_flags. */
enum { ELF_EXECUTE = 1, ELF_WRITE = 2, ELF_READ = 4 };

#define ELF_MAX_FILE_BYTES  MIB(512)
#define ELF_MAX_ALIGNMENT   GIB(1)

/* The facts of the header. */
struct elf_file {
	uint64_t file_bytes;
	uint64_t entry;
	uint64_t program_headers;  /* file offset */
	uint64_t section_headers;  /* file offset; 0: none */
	uint16_t machine;
	uint16_t program_header_count;
	uint16_t section_header_count;
	uint16_t section_names;    /* index of the section name table; 0: none */
	bool position_independent; /* ET_DYN */
};

/* One segment, from its program header to its place. */
struct elf_segment {
	uint64_t virt;       /* p_vaddr */
	uint64_t phys;       /* p_paddr */
	uint64_t offset;     /* p_offset */
	uint64_t file_bytes;
	uint64_t memory_bytes; /* >= file_bytes, > 0 */
	uint64_t alignment;  /* power of two, 4096 .. 1 GiB (smaller values read as 4096) */
	uint32_t rights;     /* ELF_READ | ELF_WRITE | ELF_EXECUTE */
	uint32_t index;      /* in the program header table, for messages */
	/* The rest is decided later, by plan_segments() and kernel_place(). */
	vaddr run;           /* its address when it runs */
	paddr place;         /* ... and its physical one */
	paddr loaded;        /* its bytes are here until the hand-off: at `place`, or in a staging area */
	bool low;            /* it goes to its p_paddr; else it is part of the block that is placed as a whole */
};

/* Everything the program headers say. Segments ascend by virt. */
struct elf_layout {
	struct elf_segment segments[ELF_MAX_SEGMENTS];
	unsigned segment_count;
	struct span notes[ELF_MAX_NOTES]; /* file ranges of PT_NOTE */
	unsigned note_count;
	struct span dynamic;         /* virtual range of PT_DYNAMIC, in one segment's file part; bytes 0: none */
	uint64_t dynamic_offset;     /* its file offset */
};

/* A segment as the placeholder {s0} of a sentence takes it: its number among `segments`, and that of its program
 * header. */
static inline uint64_t elf_segment_name(const struct elf_layout *layout, unsigned i)
{
	return (uint64_t)layout->segments[i].index << 32 | i;
}

/* The last low segment that has a byte in this physical page, as elf_segment_name(). The page must belong to one. */
uint64_t elf_segment_in_page(const struct elf_layout *layout, paddr page);

struct elf_rules {
	uint16_t machine;        /* ELF_MACHINE_*: anything else is refused        */
	bool allow_write_execute; /* a segment both writable and executable passes */
	bool any_rights;          /* ..., and PF_R need not be there               */
};

/* Check the header, the entry point's form and that both header tables lie in the file. `bytes` are the file's first
 * ELF_HEADER_BYTES (fewer only if the file is shorter). */
enum err elf_open(const void *bytes, size_t count, uint64_t file_bytes, const struct elf_rules *rules,
                  struct elf_file *out, struct problem *p);

/* Is it a linked program for this machine? For files of 32 and of 64 bits: these fields lie alike. */
enum err elf_check_kind(const void *header, uint16_t machine, struct problem *p);

/* Check the program headers: `table` holds program_header_count * 56 bytes read from file->program_headers.
 * Afterwards these hold: file ranges lie in the file (those of file_bytes 0 may have any offset); memory ranges do
 * not wrap, not even rounded up to pages, and those of a static kernel's low segments do not physically; segments
 * overlap nowhere, and share a page only with equal rights; the entry is in an executable segment's file part; a
 * position-independent kernel has a PT_DYNAMIC. How much memory they take all together is not judged. */
enum err elf_segments(const struct elf_file *file, const void *table, const struct elf_rules *rules,
                      struct elf_layout *out, struct problem *p);

/* Only the file ranges of PT_NOTE, as far as they lie in the file, from a table that elf_segments() may have refused:
 * at most ELF_MAX_NOTES. Returns their number. */
unsigned elf_note_ranges(const struct elf_file *file, const void *table, struct span *out);

/* Call visit() for each note named "Hobnail" in the bytes of one PT_NOTE (or SHT_NOTE); `offset` is the file offset
 * of the descriptor. A visit that returns an error ends the walk with it. */
typedef enum err elf_note_visit(void *context, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                                struct problem *p);
enum err elf_notes(const void *bytes, uint64_t count, uint64_t offset, elf_note_visit *visit, void *context,
                   struct problem *p);

/* Where the relocations of a position-independent kernel lie, as linked addresses. */
struct elf_dynamic {
	struct span rela;
	struct span relr;
	struct span plt; /* like rela: linkers put the relocations of calls here */
};

/* Read PT_DYNAMIC. It refuses tables outside a segment's memory, REL (without addend), and kernels that need
 * libraries (DT_NEEDED). */
enum err elf_dynamic(const struct elf_layout *layout, const void *bytes, uint64_t count, struct elf_dynamic *out,
                     struct problem *p);

/* Apply RELA and RELR to the loaded image.
 *   image       first byte of the image as it lies in memory now; linked address `base` is there
 *   bytes       from the first segment's start to the last one's end
 *   slide       run address - linked address, added to every relocated word
 * Only R_*_RELATIVE (of `machine`) and R_*_NONE are known; every place must lie inside a segment. Each table is
 * validated as it is applied: on error the image is partly relocated and must not be run. */
enum err elf_relocate(const struct elf_layout *layout, const struct elf_dynamic *dynamic, uint16_t machine, void *image,
                      uint64_t base, uint64_t bytes, uint64_t slide, struct problem *p);

/* ---- Sections: only for symbols and for notes that the linker script lost ------------------------------ */

/* Where a table that does not fit ends, for a sentence: the end of the address space if the sum wraps. */
uint64_t elf_end_of(uint64_t offset, uint64_t bytes);

struct elf_sections {
	struct span symbols;      /* file range of .symtab; bytes 0: none */
	struct span symbol_names; /* file range of its string table */
	struct span notes[ELF_MAX_NOTE_SECTIONS]; /* file ranges of SHT_NOTE sections that no PT_NOTE covers */
	unsigned note_count;
};

/* `table` holds section_header_count * 64 bytes read from file->section_headers. */
enum err elf_sections(const struct elf_file *file, const struct elf_layout *layout, const void *table,
                      struct elf_sections *out, struct problem *p);

/* A section by its name: its address and size. `names` is the section name table. false: there is none. */
bool elf_section_named(const struct elf_file *file, const void *table, const void *names, uint64_t name_bytes,
                       const char *name, struct span *out);

/* The function (or label of assembly) nearest at or below `address`: its name (NUL-terminated inside `names`) and the
 * distance. Malformed symbols are passed over. false: none. */
bool elf_symbol_at(const void *symbols, uint64_t symbol_bytes, const char *names, uint64_t name_bytes, uint64_t address,
                   const char **name, uint64_t *distance);

/* The same for data: objects, and labels without a type. */
bool elf_object_at(const void *symbols, uint64_t symbol_bytes, const char *names, uint64_t name_bytes, uint64_t address,
                   const char **name, uint64_t *distance);

#endif
