#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "format.h"

struct log loader_log;

/* In the net nobody follows: its copy is made when the firmware's consoles are gone. */
static struct {
	log_show *show;
	const void *context;
} follower;

/* The last line, newline included. */
static struct {
	size_t bytes;
	char text[LOG_LINE_BYTES];
} line;

/* Also into the log, as far as it fits. There one byte stays free for the newline. */
static void add_line(bool is_shown, const char *text, va_list arguments)
{
	struct log *log = &loader_log;

	line.bytes = format_v(line.text, sizeof line.text - 1, text, arguments);
	if (log->used + 1 < LOG_BYTES) {
		size_t part = line.bytes < LOG_BYTES - 1 - log->used ? line.bytes : LOG_BYTES - 1 - log->used;
		memcpy(log->text + log->used, line.text, part);
		log->used += part;
		log->text[log->used++] = '\n';
	}
	line.text[line.bytes++] = '\n';
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
	if (show)
		show(context, loader_log.text, loader_log.used);
}
