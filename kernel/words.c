#include "words.h"

#include "string.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

const char *words_next(const char **at)
{
	const char *line = *at;

	while (is_blank(*line))
		line++;
	const char *word = line;
	while (*line && !is_blank(*line))
		line++;
	*at = line;
	return word;
}

bool words_have(const char *line, const char *wanted)
{
	size_t bytes = strlen(wanted);

	while (*line) {
		const char *word = words_next(&line);
		if ((size_t)(line - word) == bytes && memcmp(word, wanted, bytes) == 0)
			return true;
	}
	return false;
}
