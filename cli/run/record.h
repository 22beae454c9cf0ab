/* record.h — the machine out of the loader's log, for `hobnail check --machine` (cli/check/machine.h has the format).
 * Pure. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "console.h"

struct record {
	char line[256];
	size_t line_bytes;    /* its whole length so far */
	struct buffer lines;  /* those of the machine, without their first word */
};

/* Takes output, without terminal sequences and carriage returns. A second start of the loader begins anew. */
void record_feed(struct record *r, const char *bytes, size_t count);

#endif
