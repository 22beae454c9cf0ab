#include "colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_understands(FILE *stream)
{
	const char *terminal = getenv("TERM");

	return isatty(fileno(stream)) && terminal && strcmp(terminal, "dumb") != 0;
}

bool colour_is_on(FILE *stream)
{
	const char *no = getenv("NO_COLOR");

	return terminal_understands(stream) && !(no && *no);
}

/* ECMA-48, "SGR - Select Graphic Rendition" (§8.3.117). */
const char *colour(FILE *stream, enum colour c)
{
	static const char *const sequences[] = {
		[COLOUR_PLAIN] = "\033[0m", [COLOUR_BOLD] = "\033[1m",     [COLOUR_FAINT] = "\033[2m",
		[COLOUR_GOOD] = "\033[32m", [COLOUR_BAD] = "\033[1;31m", [COLOUR_DOUBT] = "\033[33m",
	};

	return colour_is_on(stream) ? sequences[c] : "";
}
