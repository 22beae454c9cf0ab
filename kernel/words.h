/* words.h — the kernel's command line as a set of words. */
#ifndef KERNEL_WORDS_H
#define KERNEL_WORDS_H

#include <stdbool.h>

/* The first word from *at on, between blanks or ends; *at is behind it then. Empty: there is none left. */
const char *words_next(const char **at);

bool words_have(const char *line, const char *word);

#endif
