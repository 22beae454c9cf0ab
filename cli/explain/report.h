/* report.h — one exception of a machine that is looked at from outside, explained like the loader's own net does it.
 *
 *   Sources  whatever is known. Each part of a report that nothing is known about is left out
 *   Memory   the report holds all its texts; nothing refers to the sources afterwards */
#ifndef CLI_EXPLAIN_REPORT_H
#define CLI_EXPLAIN_REPORT_H

#include <stdio.h>

#include "json_out.h"
#include "space.h"

enum { REPORT_MAX_WALK = 8, REPORT_MAX_NOTES = 8, REPORT_MAX_FRAMES = 16, REPORT_LINE = 320 };

struct report_source {
	const struct registers *registers; /* at the exception */
	const struct fault *fault;         /* registers_fault() of them, or more exact */
	const struct memory *memory;       /* NULL: none */
	const struct symbols *symbols;
	const uint8_t *code;               /* the instruction's bytes, if the input has them; else NULL */
	unsigned code_bytes;
	bool vector_known;                 /* false: the fault's vector is a guess, the registers are all there is */
	bool address_unknown;              /* the exception has an address, but the fault has not */
	/* Write the owner of physical memory, for example a device. NULL, or false: not known. */
	bool (*place)(void *context, paddr at, char *out, size_t size);
	void *context;
};

struct report_walk {
	bool guilty;
	char text[REPORT_LINE];
};

struct report {
	struct fault fault;
	struct fault_view view;
	bool has_pc, explained;           /* explained: view.what says what happened */
	char sentence[REPORT_LINE], advice[REPORT_LINE];
	char place[REPORT_LINE];          /* of the instruction; "": not known. Without has_pc it is its name alone */
	char address[REPORT_LINE];        /* what lies at view.address         */
	struct report_walk walk[REPORT_MAX_WALK];
	unsigned walk_count;
	char walk_end[REPORT_LINE]; /* why the walk refuses, if the lines do not say it; or why there is no walk */
	char physical[REPORT_LINE];       /* where the walk ends: whose it is  */
	char notes[REPORT_MAX_NOTES][REPORT_LINE]; /* the caller's: sentences about what came of it */
	unsigned note_count;
	struct { vaddr at; unsigned times; char text[REPORT_LINE]; } frames[REPORT_MAX_FRAMES];
	unsigned frame_count;
	struct registers registers;
};

void report_make(const struct report_source *source, struct report *out);

/* Append to the notes; those that are too many are left out. */
void report_note(struct report *r, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* `who`: before the sentence, for example "CPU 0"; NULL: nothing. A caller that wants no registers printed clears
 * r->registers. */
void report_print(const struct report *r, const char *who, FILE *out);

/* The members of an object that is open. */
void report_json(const struct report *r, struct json_out *o);

#endif
