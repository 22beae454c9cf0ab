/* symbols.h — the functions, the data and the segments of ELF files, at the addresses where they run.
 *
 *   Files    ELF64, little-endian, of any machine; kernels of any protocol, a loader's .elf, a vmlinux. A file without
 *            symbols still has segments
 *   Slide    run address - linked address; FILE@SLIDE on a command line */
#ifndef CLI_EXPLAIN_SYMBOLS_H
#define CLI_EXPLAIN_SYMBOLS_H

#include "limine_fault.h"

struct symbols; /* a list of files; NULL is the empty list */

/* Add a file to the list: "FILE", "FILE@0x200000". The last '@' with a number behind it begins the slide. 0, or a
 * status that was complained about. */
int symbols_add(struct symbols **list, const char *specification);

/* The file of FILE or FILE@SLIDE, and the slide, or 0. The caller frees. */
char *symbols_file(const char *specification, uint64_t *slide);

/* The same, the slide being known otherwise. */
int symbols_add_file(struct symbols **list, const char *path, uint64_t slide);

void symbols_free(struct symbols *list);

struct symbol_place {
	const char *file;    /* without folders                                     */
	const char *name;    /* nearest symbol at or below, in the segment; NULL    */
	uint64_t offset;     /* from it                                             */
	unsigned segment;    /* number of the program header                        */
	uint32_t rights;     /* ELF_*                                               */
	vaddr linked;        /* the address in the file                             */
};

/* false: the address is in no segment of any file. */
bool symbols_find(const struct symbols *list, vaddr at, struct symbol_place *out);

/* "kmain+0x10, segment 1 (r-x) of kernel.elf"; near a segment: "16 bytes behind segment 2 (rw-) of kernel.elf";
 * otherwise "", and false. */
bool symbols_text(const struct symbols *list, vaddr at, char *out, size_t size);

/* Is this executable code of one of the files? */
bool symbols_is_code(const struct symbols *list, vaddr at);

/* The address of a symbol by its name. */
bool symbols_address(const struct symbols *list, const char *name, vaddr *out);

/* Bytes of a segment that is not writable, out of the file: the same as in memory. Returns how many were read. */
unsigned symbols_read(const struct symbols *list, vaddr at, void *to, unsigned bytes);

/* Requests of the Limine protocol, of the first file that makes some: the base revision, and out->pointer, 0 for a
 * request that is not made. The rest is 0. false: no file does. */
bool symbols_limine(const struct symbols *list, struct limine_fault *out);

#endif
