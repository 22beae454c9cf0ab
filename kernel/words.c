#include "words.h"

#include "string.h"

bool words_have(const char *line, const char *word)
{
	size_t bytes = strlen(word);

	while (*line) {
		while (*line == ' ' || *line == '\t')
			line++;
		const char *end = line;
		while (*end && *end != ' ' && *end != '\t')
			end++;
		if ((size_t)(end - line) == bytes && memcmp(line, word, bytes) == 0)
			return true;
		line = end;
	}
	return false;
}
