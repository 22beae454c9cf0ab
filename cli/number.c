#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool number_read(const char *text, uint64_t most, uint64_t *out, const char **rest)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (errno || n > most)
		return false;
	*out = n;
	*rest = end;
	return true;
}

bool number_memory(const char *text, uint64_t *mib)
{
	const char *unit;
	uint64_t n;

	if (!number_read(text, 1u << 24, &n, &unit) || n == 0 || (*unit && (!strchr("MGT", *unit) || unit[1])))
		return false;
	*mib = n << (*unit == 'G' ? 10 : *unit == 'T' ? 20 : 0);
	return true;
}
