/* number.h — decimal numbers on a command line. Pure. */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Read the number that `text` begins with, without a sign. *rest: what follows it, a unit perhaps.
 * False, and nothing written: there is none, or it is above `most`. */
bool number_read(const char *text, uint64_t most, uint64_t *out, const char **rest);

#endif
