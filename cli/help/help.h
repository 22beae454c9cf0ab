/* help.h — the text of a verb (verb.h), printed: for people, as a manual page, and as completions for shells. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "verb.h"

/* Fits the width of the terminal, or 80 columns. */
void help_print(const struct verb *v, FILE *out);

/* hobnail.1, with all verbs: roff with the macros of man(7). */
void help_man(FILE *out);

/* The completion for bash, zsh or fish. False: there is none for that shell. */
bool help_completion(const char *shell, FILE *out);

#endif
