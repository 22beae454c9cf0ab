#include "log.h"

#include <stdarg.h>

#include "format.h"
#include "image.h"

struct log loader_log;

static IMAGE_UNTIL_EXIT struct {
	log_show *show;
	const void *context;
} follower;

/* Returns the bytes of the line, newline included, or 0 when the log is full. One byte stays free for the newline. */
static size_t add_line(const char *text, va_list arguments)
{
	struct log *log = &loader_log;
	size_t from = log->used;

	if (log->used + 1 >= LOG_BYTES)
		return 0;
	log->used += format_v(log->text + log->used, LOG_BYTES - 1 - log->used, text, arguments);
	log->text[log->used++] = '\n';
	return log->used - from;
}

void log_line(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	size_t bytes = add_line(text, arguments);
	va_end(arguments);
	if (bytes && follower.show)
		follower.show(follower.context, loader_log.text + loader_log.used - bytes, bytes);
}

void log_unshown(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	(void)add_line(text, arguments);
	va_end(arguments);
}

void log_follow(log_show *show, const void *context)
{
	follower.show = show;
	follower.context = context;
	if (show)
		show(context, loader_log.text, loader_log.used);
}
