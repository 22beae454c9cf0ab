#include "log.h"

#include "format.h"

struct log loader_log;

void log_line(const char *text, ...)
{
	struct log *log = &loader_log;
	va_list arguments;

	if (log->used + 1 >= LOG_BYTES)
		return;
	va_start(arguments, text);
	/* One byte stays free for the newline. */
	log->used += format_v(log->text + log->used, LOG_BYTES - 1 - log->used, text, arguments);
	va_end(arguments);
	log->text[log->used++] = '\n';
}
