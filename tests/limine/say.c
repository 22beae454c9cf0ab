/* say.c — text to the console. What is said before the console is there waits in the buffer. */
#include <stdarg.h>

#include "judge.h"
#include "machine.h"

static char waiting[32768];
static size_t waiting_bytes;
static char found[256];

static size_t put_number(char *out, size_t room, uint64_t value, unsigned base)
{
	char digits[20];
	size_t count = 0, done = 0;

	do
		digits[count++] = "0123456789abcdef"[value % base];
	while ((value /= base) != 0);
	while (count > 0 && done < room)
		out[done++] = digits[--count];
	return done;
}

static size_t put_text(char *out, size_t room, const char *text)
{
	size_t done = 0;

	for (; text[done] && done < room; done++)
		out[done] = text[done];
	return done;
}

/* Bytes written without the NUL, at most room - 1. */
static size_t compose(char *out, size_t room, const char *text, va_list arguments)
{
	size_t at = 0, last = room - 1;

	for (; *text && at < last; text++) {
		if (*text != '%') {
			out[at++] = *text;
			continue;
		}
		bool is_long = *++text == 'l';
		text += is_long;
		if (*text == 's')
			at += put_text(out + at, last - at, va_arg(arguments, const char *));
		else if (*text == 'c')
			out[at++] = (char)va_arg(arguments, int);
		else if (*text == 'u' || *text == 'x')
			at += put_number(out + at, last - at, is_long ? va_arg(arguments, unsigned long)
			                                              : va_arg(arguments, unsigned),
			                 *text == 'x' ? 16 : 10);
		else
			out[at++] = '?';
	}
	out[at] = 0;
	return at;
}

void say(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	if (waiting_bytes < sizeof waiting - 2) {
		waiting_bytes += compose(waiting + waiting_bytes, sizeof waiting - 1 - waiting_bytes, text, arguments);
		waiting[waiting_bytes++] = '\n';
	}
	va_end(arguments);
	say_flush();
}

void say_flush(void)
{
	if (!machine_console())
		return;
	for (size_t i = 0; i < waiting_bytes; i++)
		machine_put(waiting[i]);
	waiting_bytes = 0;
}

enum verdict broken(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	compose(found, sizeof found, text, arguments);
	va_end(arguments);
	return BROKEN;
}

enum verdict expect(const char *what, uint64_t got, uint64_t want)
{
	return got == want ? HOLDS : broken("%s is 0x%lx, not 0x%lx", what, got, want);
}

const char *finding(void)
{
	return found;
}
