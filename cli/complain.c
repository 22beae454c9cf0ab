#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "colour.h"
#include "waiting.h"

/* A verdict or a refusal stands out; what is only said does not. */
int complain(int status, const char *format, ...)
{
	va_list args;

	waiting_end();
	va_start(args, format);
	fflush(stdout);
	fprintf(stderr, "%shobnail:%s ", colour(stderr, status ? COLOUR_BAD : COLOUR_BOLD),
	        colour(stderr, COLOUR_PLAIN));
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

int output_end(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return complain(STATUS_TROUBLE, "cannot write the output: %s", errno ? strerror(errno) : "an error before");
}
