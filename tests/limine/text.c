/* text.c — bytes and texts, and what the compiler calls by itself; words of the command line. */
#include "judge.h"

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *at, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

void *memcpy(void *to, const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	if (to <= from)
		return memcpy(to, from, bytes);
	while (bytes-- > 0)
		((volatile uint8_t *)to)[bytes] = ((const uint8_t *)from)[bytes];
	return to;
}

void *memset(void *at, int value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((volatile uint8_t *)at)[i] = (uint8_t)value;
	return at;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i])
			return ((const uint8_t *)a)[i] < ((const uint8_t *)b)[i] ? -1 : 1;
	return 0;
}

void bytes_zero(void *at, size_t bytes)
{
	memset(at, 0, bytes);
}

bool bytes_equal(const void *a, const void *b, size_t bytes)
{
	return memcmp(a, b, bytes) == 0;
}

bool texts_equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* ---- The command line ------------------------------------------------------------------------------------------- */

static char line[512];

static const char *command_line(void)
{
	struct answer_pointer a;

	if (line[0] == 0 && take(REQUEST_CMDLINE, &a, sizeof a))
		take_text("command line's text", a.address, line, sizeof line);
	return line;
}

/* Behind the word and its "=", or NULL. */
static const char *behind(const char *name)
{
	const char *at = command_line();

	while (*at) {
		size_t i = 0;
		while (name[i] && at[i] == name[i])
			i++;
		if (name[i] == 0 && (at[i] == 0 || at[i] == ' '))
			return at + i;
		if (name[i] == 0 && at[i] == '=')
			return at + i + 1;
		while (*at && *at != ' ')
			at++;
		while (*at == ' ')
			at++;
	}
	return NULL;
}

bool told(const char *name)
{
	return behind(name) != NULL;
}

uint64_t told_number(const char *name, uint64_t otherwise)
{
	const char *at = behind(name);
	uint64_t value = 0;

	if (!at || *at < '0' || *at > '9')
		return otherwise;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	return value;
}
