/* words.h — the kernel's command line as a set of words. */
#ifndef KERNEL_WORDS_H
#define KERNEL_WORDS_H

#include <stdbool.h>

/* The next word from *at on; advances *at past it. An empty word: there is none left. */
const char *words_next(const char **at);

bool words_have(const char *line, const char *word);

#endif
