/* version.c — UAPI.10 Version Format Specification, "Version Comparison". Its steps differ from its own sorted examples
 * and from systemd, whose order this is (`systemd-analyze compare-versions`): a tilde counts before the end of a text,
 * so 123~rc1 is older than 123; a caret makes a text newer than its end, but not than a dot; and a number is newer than
 * letters even if it is 0. */
#include "version.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_version_character(char c)
{
	return is_digit(c) || is_letter(c) || c == '~' || c == '-' || c == '^' || c == '.';
}

/* The text's first character; NUL at its end. */
static char first(struct text t)
{
	return t.bytes ? t.at[0] : '\0';
}

/* A text without bytes may have no address. */
static void skip(struct text *t, size_t bytes)
{
	if (!bytes)
		return;
	t->at += bytes;
	t->bytes -= bytes;
}

static void skip_foreign(struct text *t)
{
	while (t->bytes && !is_version_character(t->at[0]))
		skip(t, 1);
}

static size_t run_of(struct text t, bool (*belongs)(char))
{
	size_t bytes = 0;

	while (bytes < t.bytes && belongs(t.at[bytes]))
		bytes++;
	return bytes;
}

/* Numbers of any length: without leading zeros the longer one is greater. */
static int order_numbers(struct text *a, struct text *b)
{
	bool in_a = is_digit(first(*a)), in_b = is_digit(first(*b));

	if (in_a != in_b)
		return in_a - in_b;
	while (first(*a) == '0')
		skip(a, 1);
	while (first(*b) == '0')
		skip(b, 1);
	size_t of_a = run_of(*a, is_digit), of_b = run_of(*b, is_digit);
	int order = of_a != of_b ? (of_a < of_b ? -1 : 1) : of_a ? memcmp(a->at, b->at, of_a) : 0;
	skip(a, of_a);
	skip(b, of_b);
	return order;
}

static int order_letters(struct text *a, struct text *b)
{
	size_t of_a = run_of(*a, is_letter), of_b = run_of(*b, is_letter), both = min_u64(of_a, of_b);
	int order = both ? memcmp(a->at, b->at, both) : 0;

	if (!order && of_a != of_b)
		order = of_a < of_b ? -1 : 1;
	skip(a, of_a);
	skip(b, of_b);
	return order;
}

/* One of the marks that begin a part: a text that has it alone is the older one. */
static int order_mark(struct text *a, struct text *b, char mark)
{
	bool in_a = first(*a) == mark, in_b = first(*b) == mark;

	if (in_a != in_b)
		return in_b - in_a;
	skip(a, in_a);
	skip(b, in_b);
	return 0;
}

/* One round of the specification's loop. */
static int order_part(struct text *a, struct text *b)
{
	skip_foreign(a);
	skip_foreign(b);
	int order = order_mark(a, b, '~');
	if (!order && (!a->bytes || !b->bytes))
		return (a->bytes != 0) - (b->bytes != 0);
	for (const char *mark = "-^."; !order && *mark; mark++)
		order = order_mark(a, b, *mark);
	if (!order)
		order = is_digit(first(*a)) || is_digit(first(*b)) ? order_numbers(a, b) : order_letters(a, b);
	return order;
}

int version_order(struct text a, struct text b)
{
	int order = 0;

	while (!order && (a.bytes || b.bytes))
		order = order_part(&a, &b);
	return order;
}
