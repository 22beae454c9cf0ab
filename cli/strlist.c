#include "strlist.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *memory_resize(void *old, size_t bytes)
{
	void *p = realloc(old, bytes ? bytes : 1);

	if (!p) {
		fprintf(stderr, "hobnail: out of memory\n");
		exit(2);
	}
	return p;
}

char *string_copy(const char *s)
{
	size_t bytes = strlen(s) + 1;

	return memcpy(memory_resize(NULL, bytes), s, bytes);
}

static char *format_list(const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);

	char *s = memory_resize(NULL, (size_t)length + 1);
	vsnprintf(s, (size_t)length + 1, format, args);
	return s;
}

char *string_format(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *s = format_list(format, args);
	va_end(args);
	return s;
}

/* Takes over the string. */
static void append(struct strings *list, char *s)
{
	list->at = memory_resize(list->at, (list->count + 2) * sizeof(*list->at));
	list->at[list->count++] = s;
	list->at[list->count] = NULL;
}

void strings_add(struct strings *list, const char *s)
{
	append(list, string_copy(s));
}

void strings_addf(struct strings *list, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(list, format_list(format, args));
	va_end(args);
}

void strings_of(struct strings *list, ...)
{
	va_list args;

	va_start(args, list);
	for (const char *s = va_arg(args, const char *); s; s = va_arg(args, const char *))
		strings_add(list, s);
	va_end(args);
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i]);
	free(list->at);
	*list = (struct strings){ 0 };
}

char *shell_quoted(const char *s)
{
	char *out = memory_resize(NULL, strlen(s) * 4 + 3), *to = out;

	*to++ = '\'';
	for (; *s; s++) {
		if (*s == '\'') {
			memcpy(to, "'\\'", 3);
			to += 3;
		}
		*to++ = *s;
	}
	*to++ = '\'';
	*to = '\0';
	return out;
}
