/* failure.h — what a text has about one failure: the result of the recognisers, and the input of the explanation.
 *
 *   Recogniser  from_KIND_line() takes every line of the text, without colours and line end; from_KIND_found() says
 *               after the last one whether there is a failure of this kind, and fills in a failure
 *   Memory      a failure holds all its texts */
#ifndef CLI_EXPLAIN_FAILURE_H
#define CLI_EXPLAIN_FAILURE_H

#include "registers.h"

enum { FAILURE_TEXT = 320, FAILURE_NOTES = 8, FAILURE_CODE = 16, FAILURE_WALK = 8, FAILURE_FRAMES = 16,
       FAILURE_DELIVERIES = 3 };

/* x86_64: delivering an exception has raised another one. */
struct failed_delivery {
	unsigned vector, second;    /* the exception, and the one that its delivery raised ... */
	bool doubled, tripled;      /* ... which became a double fault, a reset            */
	struct registers registers; /* afterwards: CR2 is that of a second page fault      */
};

/* Parts of a report that the text has itself: they are repeated where nothing better is known. */
struct failure_parts {
	char address[FAILURE_TEXT]; /* what lies there */
	struct { bool guilty; char text[FAILURE_TEXT]; } walk[FAILURE_WALK];
	unsigned walk_count;
	char walk_end[FAILURE_TEXT], physical[FAILURE_TEXT];
	struct { vaddr at; char text[FAILURE_TEXT]; } frames[FAILURE_FRAMES];
	unsigned frame_count;
};

struct failure {
	const char *kind;        /* "an exception log of QEMU" */
	struct registers registers;
	uint32_t vector;         /* as struct fault has it */
	bool vector_known;       /* false: `said` is all that is known of the exception, or nothing ... */
	bool said_by_decoder;    /* ... but fault_decode() has written it: the vector can be found */
	bool address_unknown;    /* the exception has an address, but the text has not */
	char who[64];            /* "CPU 0"; "": not said */
	char said[FAILURE_TEXT]; /* the text's own sentence, without a full stop */
	char symbol[128];        /* the instruction's place by name: "kmain+0x10" */
	uint8_t code[FAILURE_CODE];
	unsigned code_bytes;     /* 0: not in the text */
	struct failed_delivery failed[FAILURE_DELIVERIES]; /* of the exception, and of those that this raised */
	unsigned failed_count;
	bool vectors_fail;       /* aarch64: the exception's own vector raised the next one, and so on for ever */
	char notes[FAILURE_NOTES][FAILURE_TEXT];
	unsigned note_count;
	struct failure_parts parts;
};

void failure_note(struct failure *f, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* The number after `word` in the line: "cpl=0", with word "cpl=". base 0: as C writes it. false: there is none. */
bool failure_number(const char *line, const char *word, int base, uint64_t *out);

/* Bytes of an instruction: "48 8b 00 <0f> 0b" (x86_64) begins at the angle bracket, "d65f03c0 (f9000001)" (aarch64) at
 * the parenthesis. `line` is behind "Code:". */
void failure_code(struct failure *f, const char *line, bool words);

#endif
