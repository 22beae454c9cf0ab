#include "record.h"

#include <string.h>

/* loader/steps/machine_log.c; the first line of a machine says its architecture. */
static const char mark[] = "machine: ", first[] = "machine: arch = ";

static void take_line(struct record *r)
{
	if (r->line_bytes >= sizeof r->line || strncmp(r->line, mark, sizeof mark - 1) != 0)
		return;
	if (strncmp(r->line, first, sizeof first - 1) == 0)
		r->lines.bytes = 0;
	buffer_add(&r->lines, r->line + sizeof mark - 1, r->line_bytes - (sizeof mark - 1));
	buffer_add(&r->lines, "\n", 1);
}

void record_feed(struct record *r, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n') {
			take_line(r);
			r->line_bytes = 0;
		} else if (r->line_bytes++ < sizeof r->line - 1) {
			r->line[r->line_bytes - 1] = bytes[i];
			r->line[r->line_bytes] = 0;
		}
	}
}
