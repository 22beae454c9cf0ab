/* reader.h — gives a text to all recognisers at once, line by line. A text of any length takes the same memory. */
#ifndef CLI_EXPLAIN_READER_H
#define CLI_EXPLAIN_READER_H

#include "exceptions.h"
#include "recognisers.h"

enum { READER_LINE = 1024 };

struct reader {
	unsigned escape;        /* of a terminal sequence that is being passed over */
	char line[READER_LINE]; /* longer lines are cut */
	size_t bytes;
	uint64_t lines;
	struct from_net net;
	struct exceptions qemu; /* since the last triple fault  */
	struct failure fatal;   /* what led to that             */
	uint64_t triple_faults;
	struct from_linux linux_oops;
	struct from_edk2 edk2;
	struct from_uboot uboot;
	struct from_text text;
};

/* The structure is zero at first. */
void reader_feed(struct reader *r, const char *bytes, size_t count);

/* Nothing follows. */
bool reader_found(struct reader *r, struct failure *out);

/* Why nothing was found, as a sentence without a full stop. */
void reader_why(const struct reader *r, char *out, size_t size);

void reader_free(struct reader *r);

#endif
