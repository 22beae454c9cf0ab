/* log.h — the loader's log: always in memory, on the consoles only when asked.
 *
 * The buffer is static, so it travels with the image into the net, where the kernel gets it. When it is full, later
 * lines are not kept (the beginning says more than the end), but still shown to a follower. */
#ifndef LOADER_LOG_H
#define LOADER_LOG_H

#include <stddef.h>
#include <stdint.h>

enum {
	LOG_BYTES = 12288,
	LOG_LINE_BYTES = 4096, /* newline included; a longer line is cut */
};

struct log {
	size_t used;
	char text[LOG_BYTES];
};

extern struct log loader_log;

/* One line (the newline is added). */
void log_line(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* Likewise, but not shown to a follower: another output shows the same with more in it. */
void log_unshown(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* Show the log so far, and from now on each line as it is logged. NULL: stop that; this must happen before the
 * firmware's consoles go. */
typedef void log_show(const void *context, const char *text, size_t bytes);
void log_follow(log_show *show, const void *context);

#endif
