#include "failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void failure_note(struct failure *f, const char *text, ...)
{
	va_list arguments;

	if (f->note_count == FAILURE_NOTES)
		return;
	va_start(arguments, text);
	vsnprintf(f->notes[f->note_count++], FAILURE_TEXT, text, arguments);
	va_end(arguments);
}

bool failure_number(const char *line, const char *word, int base, uint64_t *out)
{
	const char *at = strstr(line, word);
	char *end;

	if (!at)
		return false;
	at += strlen(word);
	at += strspn(at, " ");
	errno = 0;
	unsigned long long value = strtoull(at, &end, base);
	if (end == at || *at == '-' || *at == '+' || errno)
		return false;
	*out = value;
	return true;
}

/* Two hexadecimal digits. false: there are none. */
static bool read_byte(const char *at, uint8_t *out)
{
	char pair[3] = { 0 }, *end;

	memcpy(pair, at, strnlen(at, 2));
	*out = (uint8_t)strtoul(pair, &end, 16);
	return end == pair + 2 && pair[0] != '-' && pair[0] != '+' && pair[0] != ' ';
}

void failure_code(struct failure *f, const char *line, bool words)
{
	const char *at = strchr(line, words ? '(' : '<');

	f->code_bytes = 0;
	if (!at)
		return;
	for (at++; f->code_bytes < FAILURE_CODE; at += strspn(at, " >)")) {
		uint8_t bytes[4];
		unsigned count = words ? 4 : 1;
		for (unsigned i = 0; i < count; i++, at += 2)
			if (!read_byte(at, &bytes[i]))
				return;
		for (unsigned i = 0; i < count && f->code_bytes < FAILURE_CODE; i++)
			f->code[f->code_bytes++] = bytes[count - 1 - i];
		if (words) /* one instruction is what the marks enclose */
			return;
	}
}
