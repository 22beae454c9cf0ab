/* kernel.h — a kernel from its file into physical memory, in steps:
 *
 *     kernel_open()          headers: which segments there are                 (a protocol reads its requests then)
 *     plan_segments()        the addresses at which they run
 *     kernel_place()         the pages that they get                           (attempt.h)
 *     kernel_read()          their bytes
 *     kernel_symbols()       the symbol table, for fault reports
 *     kernel_finish()        zeros behind them, relocations
 *
 * The file is read through struct source, each byte once; memory comes from struct pages. */
#ifndef CORE_KERNEL_H
#define CORE_KERNEL_H

#include "elf.h"
#include "pages.h"
#include "request.h"
#include "source.h"

struct kernel {
	struct elf_file file;
	struct elf_layout layout; /* segments: as linked, and where they run and lie */
	uint64_t slide;           /* run address - linked address */
	vaddr entry;              /* where it runs */
	uint64_t staged_bytes;    /* these move after the firmware has left */
	struct span symbols;      /* physical: a struct hobnail_symbols and the tables behind it; bytes 0: none */
	uint64_t symbol_bytes;    /* bytes of the file's tables; 0: it has none */
	bool unreported;          /* no fault of it is reported: its symbols are not looked for */
	enum err symbol_refusal;  /* reason if they are left out; else OK          */
};

/* Header and program headers. A file that is no kernel for this loader is refused by the name of its format:
 * core/recognise.h. */
enum err kernel_open(struct kernel *k, struct source *source, const struct pages *pages, const struct elf_rules *rules,
                     struct problem *p);

/* The kernel's notes as requests, checked for the architecture (HOBNAIL_ARCH_*). Notes that no program header covers
 * are an error: ERR_NOTE_LOST. */
enum err kernel_requests(const struct kernel *k, struct source *source, const struct pages *pages, uint32_t arch,
                         struct requests *out, struct problem *p);

/* Read each segment's bytes to the place where it is `loaded`, neighbours in one read. */
enum err kernel_read(const struct kernel *k, struct source *source, const struct pages *pages, struct problem *p);

/* Bytes that kernel_read() has read become pieces of the file, until kernel_finish() changes them. */
void kernel_pieces(const struct kernel *k, struct source *source, const struct pages *pages);

/* The kernel makes no requests and is in memory: refuse it if it is made for another protocol. It would wait for
 * answers that never come. */
enum err kernel_is_foreign(const struct kernel *k, struct source *source, const struct pages *pages, struct problem *p);

/* The symbol table and its names, into pages of the net. Symbols that are left out stop no boot: k->symbols.bytes is 0
 * then, and fault reports name no functions. */
void kernel_symbols(struct kernel *k, struct source *source, const struct pages *pages);

/* Write zeros where the file has no byte, and apply a position-independent kernel's relocations. */
enum err kernel_finish(const struct kernel *k, const struct pages *pages, struct problem *p);

#endif
