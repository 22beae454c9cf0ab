/* process.c — other programs. */
#include "user.h"

/* Appends a word and its NUL; false: there is no room. */
static bool append(char *text, size_t size, size_t *used, const char *word)
{
	size_t bytes = strlen(word) + 1;

	if (bytes > size - *used)
		return false;
	memcpy(text + *used, word, bytes);
	*used += bytes;
	return true;
}

int64_t spawn_words(int64_t processor, size_t count, const char *const *words)
{
	char path[PITH_NAME_BYTES * 2], text[PITH_ARGUMENTS_MOST];
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		if (!append(text, sizeof text, &bytes, words[i]))
			return PITH_BAD_ARGUMENT;
	size_t path_bytes = format(path, sizeof path, "bin/%s", words[0]);
	struct pith_spawn s = { path, path_bytes, text, bytes, processor };
	return sys_spawn(&s);
}

int64_t status_of(uint64_t pid)
{
	uint64_t status = 0;
	int64_t e = sys_wait(pid, &status);

	return e < 0 ? e : (int64_t)status;
}

const char *status_text(uint64_t status, char out[32])
{
	if (status == PITH_KILLED)
		return "killed";
	if (status == PITH_FAULTED)
		return "faulted";
	format(out, 32, "status %lu", status);
	return out;
}

uint64_t processors(void)
{
	struct pith_memory m = { 0 };

	must("memory", sys_memory(&m));
	return m.processors;
}
