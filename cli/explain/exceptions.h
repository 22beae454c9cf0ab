/* exceptions.h — the exceptions in QEMU's log (`-d int,cpu_reset`), while it is written or afterwards.
 *
 *   Input    the bytes in any pieces; lines that are not known, or longer than EXCEPTIONS_LINE, are passed over
 *   Memory   the last EXCEPTIONS_KEPT exceptions. A processor that takes the same ones for ever adds nothing: so those
 *            that led to it are kept, too
 *   Sources  QEMU 7.2 to 10: target/i386/tcg/seg_helper.c, excp_helper.c; target/arm/helper.c */
#ifndef CLI_EXPLAIN_EXCEPTIONS_H
#define CLI_EXPLAIN_EXCEPTIONS_H

#include "base.h"

enum { EXCEPTIONS_KEPT = 4096, EXCEPTIONS_LINE = 512, EXCEPTIONS_MAX_PERIOD = 4 };

enum exception_kind {
	EXCEPTION_FAULT,
	EXCEPTION_INTERRUPT, /* of a device, a timer or another processor */
	EXCEPTION_CALL,      /* an instruction that asks for it: int, svc  */
};

struct exception {
	enum exception_kind kind;
	bool is_x86;
	bool nested;         /* x86_64: raised while the processor was entering the handler of the one before */
	unsigned raised;     /* x86_64, nested: raised by entering the handler, before it became this one */
	uint32_t vector;     /* x86_64: its number; aarch64: offset in the vector table / 0x80, as in struct fault */
	unsigned cpu;        /* aarch64; the log of x86_64 does not say */
	unsigned level;      /* CPL; aarch64: the exception level that it was taken from ... */
	unsigned to_level;   /* ... and to */
	uint64_t error;      /* error code, ESR */
	uint64_t address;    /* CR2, FAR; 0 if the line has none */
	uint64_t pc, sp;     /* aarch64: sp is 0 */
	uint64_t handler;    /* aarch64: where it went on; 0 on x86_64 */
	uint64_t repeated;   /* times that it came again, alone or in turn with its neighbours */
	unsigned returns;    /* aarch64: exception returns of this processor that came after it, before the next */
	char *text;          /* x86_64: all registers, as `info registers` prints them */
};

struct exceptions {
	struct exception *at[EXCEPTIONS_KEPT]; /* a ring */
	size_t first, count;
	struct exception *now;  /* its lines are still coming; NULL: none is */
	size_t now_bytes;       /* of its text */
	unsigned period;        /* the last exceptions repeat those so many before ... */
	uint64_t repeats;       /* ... this many times, one after the other */
	bool next_is_nested;
	unsigned next_raised;
	bool triple_fault;      /* x86_64: an exception was nested for the third time ... */
	unsigned triple_raised; /* ... and was this one */
	char line[EXCEPTIONS_LINE];
	size_t line_bytes;      /* EXCEPTIONS_LINE: the line is too long */
};

void exceptions_feed(struct exceptions *e, const char *bytes, size_t count);

/* No more bytes will come for now: take the exception that the last lines were about. */
void exceptions_end(struct exceptions *e);

/* The text ends here, perhaps within an exception: an unfinished one is dropped, unless it is the only one. */
void exceptions_cut(struct exceptions *e);

void exceptions_free(struct exceptions *e);

/* The n-th one that is kept, 0 being the oldest. */
const struct exception *exceptions_get(const struct exceptions *e, size_t n);

/* The fault that the last one came of: the handler of the first raised the second, or could not be entered, and so on.
 * The caller has called exceptions_end(). exceptions_count(): there is none. */
size_t exceptions_first(const struct exceptions *e);
static inline size_t exceptions_count(const struct exceptions *e) { return e->count; }

/* Does a processor take the same exceptions again and again, and nothing else happens? */
bool exceptions_loop(const struct exceptions *e);

#endif
