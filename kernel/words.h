/* words.h — the kernel's command line as a set of words. */
#ifndef KERNEL_WORDS_H
#define KERNEL_WORDS_H

#include <stdbool.h>

/* Does `line` hold `word`, between blanks or its ends? */
bool words_have(const char *line, const char *word);

#endif
