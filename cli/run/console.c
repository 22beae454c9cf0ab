#include "console.h"

#include <ctype.h>
#include <string.h>

#include "strlist.h"

void buffer_add(struct buffer *b, const char *bytes, size_t count)
{
	if (b->room - b->bytes <= count) { /* nothing has no room */
		b->room = (b->bytes + count + 1) * 2;
		b->at = memory_resize(b->at, b->room);
	}
	if (count)
		memcpy(b->at + b->bytes, bytes, count);
	b->bytes += count;
	b->at[b->bytes] = '\0';
}

enum { PLAIN, ESCAPE, ESCAPE_MORE, CONTROL };

static unsigned plain_byte(struct cleaner *c, char byte, struct buffer *out)
{
	if (byte == '\033') {
		c->pending[0] = byte;
		c->pending_bytes = 1;
		return ESCAPE;
	}
	if (byte != '\r' && byte != '\0')
		buffer_add(out, &byte, 1);
	return PLAIN;
}

/* ESC [ parameters final; ESC intermediates final; ESC final. A sequence longer than any real one is dropped whole. */
static unsigned escape_byte(struct cleaner *c, char byte, struct buffer *out)
{
	if (c->pending_bytes < sizeof(c->pending))
		c->pending[c->pending_bytes++] = byte;
	if (c->state == ESCAPE && byte == '[')
		return CONTROL;
	if (c->state != CONTROL)
		return byte >= 0x20 && byte < 0x30 ? ESCAPE_MORE : PLAIN;
	if (byte < 0x40)
		return CONTROL;
	if (c->filter == FILTER_LAYOUT && byte == 'm')
		buffer_add(out, c->pending, c->pending_bytes);
	return PLAIN;
}

void cleaner_feed(struct cleaner *c, const char *bytes, size_t count, struct buffer *out)
{
	if (c->filter == FILTER_NOTHING) {
		buffer_add(out, bytes, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		c->state = c->state == PLAIN ? plain_byte(c, bytes[i], out) : escape_byte(c, bytes[i], out);
}

static void squeeze(const char *bytes, size_t count, struct buffer *out)
{
	for (size_t i = 0; i < count; i++)
		if (!isspace((unsigned char)bytes[i]))
			buffer_add(out, bytes + i, 1);
}

const char *pattern_make(struct pattern *p, const char *text, bool is_regex, bool is_forbidden)
{
	static char message[128];
	struct buffer squeezed = { 0 };

	*p = (struct pattern){ .text = text, .is_regex = is_regex, .is_forbidden = is_forbidden };
	if (is_regex) {
		int e = regcomp(&p->regex, text, REG_EXTENDED | REG_NEWLINE);
		if (e == 0)
			return NULL;
		regerror(e, &p->regex, message, sizeof(message));
		return message;
	}
	squeeze(text, strlen(text), &squeezed);
	if (squeezed.bytes == 0)
		return "it is empty";
	p->squeezed = squeezed.at;
	return NULL;
}

/* Where a literal that was not there before may begin. */
static size_t search_start(size_t searched, size_t needle)
{
	return searched >= needle ? searched - needle + 1 : 0;
}

static void search(struct console *c, size_t lines_end, struct pattern *p)
{
	if (p->is_regex) {
		if (lines_end == c->lines_searched)
			return;
		char *line = c->lines.at + c->lines_searched, *end = c->lines.at + lines_end;
		char saved = *end;
		*end = '\0';
		p->seen = regexec(&p->regex, line, 0, NULL, 0) == 0;
		*end = saved;
	} else {
		size_t start = search_start(c->squeezed_searched, strlen(p->squeezed));
		p->seen = c->squeezed.at && strstr(c->squeezed.at + start, p->squeezed);
	}
}

static size_t end_of_lines(const struct console *c, bool last)
{
	if (last)
		return c->lines.bytes;
	for (size_t end = c->lines.bytes; end > c->lines_searched; end--)
		if (c->lines.at[end - 1] == '\n')
			return end;
	return c->lines_searched;
}

void console_feed(struct console *c, const char *bytes, size_t count, bool last, struct pattern *patterns,
                  size_t pattern_count)
{
	size_t before = c->lines.bytes;

	c->full = c->full || before + count > CONSOLE_MAX_BYTES;
	if (c->full)
		return;
	cleaner_feed(&c->cleaner, bytes, count, &c->lines);
	squeeze(c->lines.at + before, c->lines.bytes - before, &c->squeezed);

	size_t end = end_of_lines(c, last);
	for (size_t i = 0; i < pattern_count; i++)
		if (!patterns[i].seen)
			search(c, end, &patterns[i]);
	c->lines_searched = end;
	c->squeezed_searched = c->squeezed.bytes;
}
