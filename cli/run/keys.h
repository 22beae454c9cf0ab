/* keys.h — keys typed on a terminal. They go to the guest, except Ctrl-A and the key after it, as in QEMU ("Keys in the
 * character backend multiplexer"). Pure. */
#ifndef CLI_KEYS_H
#define CLI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum keys_action {
	KEYS_NONE,    /* nothing yet: more is to come */
	KEYS_BYTE,    /* the byte itself, for guest or monitor */
	KEYS_QUIT,    /* Ctrl-A X */
	KEYS_MONITOR, /* Ctrl-A C: to the monitor, or back */
	KEYS_HELP,    /* Ctrl-A H, ?, or a key that means nothing */
};

struct keys {
	bool after_prefix;
};

/* Ctrl-A twice is one Ctrl-A. */
enum keys_action keys_take(struct keys *k, char byte);

/* The line that is typed for QEMU's monitor. */
enum { MONITOR_LINE_BYTES = 512 };
struct monitor_line {
	char text[MONITOR_LINE_BYTES]; /* NUL-terminated */
	size_t bytes;
};

/* Takes a byte. `echo` gets the terminal's echo, NUL-terminated, at most 4 bytes. true: the line is complete, and the
 * caller empties it. */
bool monitor_line_take(struct monitor_line *l, char byte, char *echo);

extern const char keys_help[];

#endif
