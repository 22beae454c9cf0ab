/* number.h — decimal numbers on a command line. Pure. */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the unsigned number at the beginning of `text`. *rest: the text after it, perhaps a unit.
 * false, and nothing written: there is no number, or it is above `most`. */
bool number_read(const char *text, uint64_t most, uint64_t *out, const char **rest);

/* Read a size of memory: "256M", "4G", "1T", or MiB without a unit. False, and nothing written: it is none. */
bool number_memory(const char *text, uint64_t *mib);

#endif
