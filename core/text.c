#include "text.h"

#include <string.h>

bool text_same(struct text a, struct text b)
{
	return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.at, b.at, a.bytes) == 0);
}

bool text_is(struct text t, const char *literal)
{
	return text_same(t, text_of(literal));
}

int text_order(struct text a, struct text b)
{
	size_t both = min_u64(a.bytes, b.bytes);
	int order = both ? memcmp(a.at, b.at, both) : 0;

	return order ? order : (a.bytes > b.bytes) - (a.bytes < b.bytes);
}

char text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool text_begins(struct text t, const char *what)
{
	size_t at = 0;

	while (at < t.bytes && what[at] && text_lower(t.at[at]) == what[at])
		at++;
	return !what[at];
}

bool text_ends(struct text t, const char *what)
{
	size_t bytes = strlen(what);

	return t.bytes >= bytes && text_begins((struct text){ t.at + (t.bytes - bytes), bytes }, what);
}

bool text_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct text text_trim(struct text t)
{
	while (t.bytes && text_is_blank(t.at[0])) {
		t.at++;
		t.bytes--;
	}
	while (t.bytes && text_is_blank(t.at[t.bytes - 1]))
		t.bytes--;
	return t;
}

unsigned text_column(const char *line, const char *at)
{
	unsigned column = 1;

	for (; line < at; line++)
		column += ((unsigned char)*line & 0xc0) != 0x80;
	return column;
}
