/* strlist.h — a growing list of strings, always NULL-terminated, so that `at` serves as an argv.
 *
 *   Memory    the list owns copies of its strings; running out of memory ends the program */
#ifndef CLI_STRLIST_H
#define CLI_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char **at;
	size_t count;
};

/* malloc, realloc and formatting that cannot fail: the program ends with a sentence instead. */
void *memory_resize(void *old, size_t bytes);
char *string_copy(const char *s);
char *string_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As one argument for a shell. The caller frees. */
char *shell_quoted(const char *s);

void strings_add(struct strings *list, const char *s);
void strings_addf(struct strings *list, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strings_free(struct strings *list);

/* strings_of(&list, "a", "b", NULL) adds each. */
void strings_of(struct strings *list, ...) __attribute__((sentinel));

#endif
