/* text.h — reads the text of a verb (verb.h) as a list of elements, and the options that its terms name. Pure.
 *
 *   Memory    an element and an option own their strings; the caller frees them */
#ifndef CLI_HELP_TEXT_H
#define CLI_HELP_TEXT_H

#include <stdbool.h>

#include "verb.h"

enum help_kind { HELP_END, HELP_PARAGRAPH, HELP_ITEM, HELP_LITERAL };

struct help_element {
	enum help_kind kind;
	char *term; /* of an item, else NULL */
	char *text; /* one line, with single spaces; of an item perhaps "" */
};

/* Reads the element at `at` and returns the place behind it. At the end of the text: HELP_END. */
const char *help_element_read(const char *at, struct help_element *out);
void help_element_free(struct help_element *e);

/* One option of a term; a term may name several. */
struct help_option {
	char letter; /* 0: it has none */
	char *name;  /* without dashes; "" if it has only a letter */
	char *value; /* "" if it takes none */
};

/* Reads the option at `at` in a term, and returns the place behind it. NULL, and nothing to free: there is none. */
const char *help_option_read(const char *at, struct help_option *out);
void help_option_free(struct help_option *o);

/* Does the term of this element name options? */
bool help_names_options(const struct help_element *e);

/* Every option in the text of a verb, in its order: `text` is what explains it. */
void help_options(const struct verb *v, void (*take)(void *context, const struct help_option *o, const char *text),
                  void *context);

#endif
