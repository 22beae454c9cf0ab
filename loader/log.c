#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "format.h"
#include "image.h"

struct log loader_log;

/* NULL in the net: its copy of the image is made when the firmware's consoles are gone. */
static struct {
	log_show *show;
	const void *context;
} follower;

/* The line that was logged last, newline included. */
struct line {
	const char *text;
	size_t bytes;
};

/* The usual case: format straight into the log. */
static struct line write_line(const char *text, va_list arguments)
{
	char *at = loader_log.text + loader_log.used;
	size_t bytes = format_v(at, LOG_LINE_BYTES, text, arguments);

	at[bytes++] = '\n';
	loader_log.used += bytes;
	return (struct line){ at, bytes };
}

/* The log is nearly full: format into a buffer, and copy as much as fits into the log. There one byte stays free for
 * the newline. */
static struct line write_last_line(const char *text, va_list arguments)
{
	static IMAGE_SCRATCH char last[LOG_LINE_BYTES];
	struct log *log = &loader_log;
	size_t bytes = format_v(last, sizeof last, text, arguments);

	if (log->used + 1 < LOG_BYTES) {
		size_t part = bytes < LOG_BYTES - 1 - log->used ? bytes : LOG_BYTES - 1 - log->used;
		memcpy(log->text + log->used, last, part);
		log->used += part;
		log->text[log->used++] = '\n';
	}
	last[bytes++] = '\n';
	return (struct line){ last, bytes };
}

static void add_line(bool is_shown, const char *text, va_list arguments)
{
	bool has_room = LOG_BYTES - loader_log.used >= LOG_LINE_BYTES;
	struct line line = has_room ? write_line(text, arguments) : write_last_line(text, arguments);

	if (is_shown && follower.show)
		follower.show(follower.context, line.text, line.bytes);
}

void log_line(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	add_line(true, text, arguments);
	va_end(arguments);
}

void log_unshown(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	add_line(false, text, arguments);
	va_end(arguments);
}

void log_follow(log_show *show, const void *context)
{
	follower.show = show;
	follower.context = context;
}
