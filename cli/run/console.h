/* console.h — filters terminal escapes out of the guest's output, and searches it for expected and forbidden text.
 * Pure.
 *
 * Firmware draws its console with escape sequences and breaks long lines at the screen's edge, wherever that is. So
 * there are two views of the output: `lines` (escapes, NULs and carriage returns gone) and `squeezed` (white space
 * gone too). A literal text is looked for in `squeezed`, with its own white space ignored: it is found however the
 * lines were broken. A regular expression is looked for in whole lines. */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

enum { CONSOLE_MAX_BYTES = 64 << 20 };

struct buffer {
	char *at; /* NUL-terminated once something was added */
	size_t bytes;
	size_t room;
};

/* ---- Escape sequences (ECMA-48, "Control sequences" (§5.4)) -------------------------------------------- */

enum console_filter {
	FILTER_ALL,    /* take every sequence out               */
	FILTER_LAYOUT, /* let colours (SGR) through, for people */
	FILTER_NOTHING,
};

struct cleaner {
	enum console_filter filter;
	unsigned state;
	char pending[32];
	size_t pending_bytes;
};

/* Appends the filtered bytes. Sequences may be split between calls. */
void cleaner_feed(struct cleaner *c, const char *bytes, size_t count, struct buffer *out);

void buffer_add(struct buffer *b, const char *bytes, size_t count);

/* ---- Expected and forbidden text ------------------------------------------------------------------------ */

struct pattern {
	const char *text; /* as given */
	bool is_regex;    /* POSIX extended, by line; back-references work where the C library has them */
	bool is_forbidden;
	const char *command;   /* for the caller to execute when the text is seen; NULL: none */
	long delay_seconds;    /* ... after this time */
	long long seen_at;     /* the time when it was seen, for the caller; 0: not yet */
	bool is_done;          /* the command was executed */
	bool seen;
	char *squeezed;
	regex_t regex;
};

/* Makes a pattern. Returns NULL, or the fault of the expression. */
const char *pattern_make(struct pattern *p, const char *text, bool is_regex, bool is_forbidden);

struct console {
	struct cleaner cleaner;
	struct buffer lines;
	struct buffer squeezed;
	size_t lines_searched;    /* up to a line's end */
	size_t squeezed_searched;
	bool full;                /* more than CONSOLE_MAX_BYTES: the rest was not searched */
};

/* Takes output and marks the patterns that it contains. `last`: nothing follows, so an unfinished line counts. */
void console_feed(struct console *c, const char *bytes, size_t count, bool last, struct pattern *patterns,
                  size_t pattern_count);

#endif
