/* text.h — text that does not end in a NUL. Its bytes are somebody else's. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "base.h"

struct text {
	const char *at;
	size_t bytes;
};

static inline struct text text_of(const char *literal)
{
	return (struct text){ literal, __builtin_strlen(literal) };
}

static inline struct text text_between(const char *at, const char *end)
{
	return (struct text){ at, (size_t)(end - at) };
}

bool text_same(struct text a, struct text b);
bool text_is(struct text t, const char *literal);

/* Below 0: a comes first, by its bytes; a text comes before those that go on behind it. */
int text_order(struct text a, struct text b);

/* ASCII's capital letters as small ones; other bytes as they are. */
char text_lower(char c);

/* In upper or lower case; `what` is in lower case. */
bool text_begins(struct text t, const char *what);
bool text_ends(struct text t, const char *what);

/* A space or a tab. */
bool text_is_blank(char c);

/* The text without blanks at its ends. */
struct text text_trim(struct text t);

/* The column of `at` in its line, from 1: characters before it, plus one. Every byte but UTF-8's continuation bytes
 * begins one. */
unsigned text_column(const char *line, const char *at);

#endif
