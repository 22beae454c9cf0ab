/* map.h — an address space with names: what `hobnail map` prints, draws and writes as JSON.
 *
 * The ranges come from a walk of the tables (walked.h), never from the plan that they were built from: the plan only
 * gives them names. A range without a name is shown as such. */
#ifndef CLI_MAP_MAP_H
#define CLI_MAP_MAP_H

#include <stdio.h>

#include "arch.h"
#include "memory.h"
#include "walk_text.h"
#include "walked.h"

/* The groups in which a picture draws ranges. */
enum map_class {
	MAP_UNKNOWN,
	MAP_KERNEL,
	MAP_DIRECT,
	MAP_IDENTITY,
	MAP_DEVICES,
	MAP_STACK,
	MAP_NET,
	MAP_OUTPUT, /* console, framebuffer */
	MAP_TABLES,
	MAP_WAY,    /* the loader's own way to the kernel */
	MAP_CLASSES
};

enum { MAP_TEXT_BYTES = 160 };

struct map_name {
	char what[MAP_TEXT_BYTES];
	char why[MAP_TEXT_BYTES]; /* the request, header or rule that it follows from; "": not known */
	enum map_class class;
	bool same;                /* as in the first space, to which it belongs */
	bool guards;              /* the pages around it are never mapped: docs/protocol.md, P52 and P54 */
};

/* A place in a range: the entry point, the boot record. */
struct map_mark {
	vaddr at;
	uint64_t bytes; /* 0: a point */
	char what[MAP_TEXT_BYTES];
};

enum { MAP_MAX_MARKS = 16, MAP_MAX_SPACES = 3 };

struct map_space {
	const char *name;  /* "the kernel's space" */
	char about[MAP_TEXT_BYTES];
	struct walker walker;
	bool types_known;  /* the memory types of the walker are the machine's */
	struct walked walked;
	struct map_name *names;  /* of each range */
	struct map_mark marks[MAP_MAX_MARKS]; /* ascending */
	unsigned mark_count;
	const struct memory *memory; /* a dump's, to say what lies outside it; NULL: a model's */
};

/* ---- Walking: space.c ----------------------------------------------------------------------------------- */

/* Pages of tables, copied from memory as the walk comes to them; the context of walker.page, which is map_page(). */
enum { MAP_CACHED = 16 };
struct map_cache {
	const struct memory *memory;
	paddr at[MAP_CACHED];
	bool valid[MAP_CACHED];
	uint64_t pages[MAP_CACHED][512];
};
const uint64_t *map_page(void *cache, paddr page);

/* Names one range. */
typedef void map_namer(void *context, const struct walked_range *r, struct map_name *out);

/* Walk, and name every range; or name the ranges of a walk that was made. false: there is no memory for it.
 * map_space_free() is for both. */
bool map_space_name(struct map_space *s, map_namer *namer, void *context);
bool map_space_make(struct map_space *s, const struct walked_options *options, map_namer *namer, void *context);
void map_space_free(struct map_space *s);

void map_mark(struct map_space *s, vaddr at, uint64_t bytes, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Does it belong to this range? A stack pointer's first value is the end of the stack. */
bool map_has_mark(const struct map_space *s, size_t index, const struct map_mark *m);

/* ---- Words: text.c ------------------------------------------------------------------------------------------- */

/* "64 KiB", "1.5 MiB": exact, in the largest unit that allows it. */
const char *map_bytes(uint64_t bytes, char *out, size_t size);

/* From 16 MiB on rounded to its unit: "~2.3 GiB". */
const char *map_bytes_about(uint64_t bytes, char *out, size_t size);

/* "rw-"; user mode has it, too: "r-xux". */
const char *map_rights(const struct walked_range *r, char out[6]);

/* "write-back"; "?": not known. */
const char *map_memory(const struct map_space *s, const struct walked_range *r);

/* "2M+4K". */
const char *map_pages(const struct walked_range *r, char *out, size_t size);

/* A run of addresses between two ranges; the names of its neighbours, if it touches them. */
struct map_hole {
	vaddr from;
	uint64_t bytes;
	bool not_canonical;
	const struct map_name *below, *above;
};

/* The holes before a range, or with the number of ranges behind the last one, one after the other: *h is zero before
 * the first. false: there is no further one. */
bool map_next_hole(const struct map_space *s, size_t index, struct map_hole *h);
const char *map_hole_name(const struct map_hole *h); /* "guard page", "not mapped" */

/* How many table pages, and of which levels: "1 PML4, 2 PDPT". */
size_t map_tables(const struct map_space *s, char *out, size_t size);

/* ---- Doubts: doubts.c ------------------------------------------------------------------------------------------ */

enum { MAP_DOUBTS = DOUBTS + 3 };

struct map_doubt {
	const char *code; /* "write-execute" */
	uint64_t count;
	vaddr at;         /* the first */
	bool grave;
	char text[512];
};

/* Returns how many there are. */
unsigned map_doubts(const struct map_space *s, struct map_doubt out[MAP_DOUBTS]);

/* ---- Output -------------------------------------------------------------------------------------------------- */

struct map {
	const char *title;          /* of the file */
	char machine[MAP_TEXT_BYTES];
	enum arch arch;
	struct map_space *spaces;
	unsigned space_count;
};

void map_print(const struct map *m);
void map_print_json(const struct map *m);
/* 0 or a status. */
int map_draw(const struct map *m, const char *path);

#endif
