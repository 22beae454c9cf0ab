/* colour.h — colours for people: on a terminal, unless NO_COLOR is set (no-color.org) or TERM is "dumb". */
#ifndef CLI_COLOUR_H
#define CLI_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

enum colour {
	COLOUR_PLAIN, /* ends each of the others */
	COLOUR_BOLD,
	COLOUR_FAINT,
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_DOUBT,
};

/* Does this stream lead to a terminal that understands control sequences? */
bool terminal_understands(FILE *stream);

/* ... and shows colours? */
bool colour_is_on(FILE *stream);

/* The sequence that switches the stream to a colour, or "". */
const char *colour(FILE *stream, enum colour c);

#endif
