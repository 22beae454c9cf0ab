/* text.c — console output and input. */
#include "user.h"

enum { CTRL_C = 0x03, BACKSPACE = 0x08, CTRL_U = 0x15, ESCAPE = 0x1b, DELETE = 0x7f };

void print(const char *text, ...)
{
	char line[PITH_WRITE_MOST + 1];
	va_list arguments;

	va_start(arguments, text);
	sys_write(line, format_v(line, sizeof line, text, arguments));
	va_end(arguments);
}

const char *error_text(int64_t error)
{
	static const char *const texts[] = {
		"no error", "no such system call", "bad address", "bad argument", "no memory", "not found",
		"not a program",
		"too many processes", "busy", "denied", "deadlock",
	};

	return error <= 0 && error > -(int64_t)(sizeof texts / sizeof *texts) ? texts[-error] : "unknown error";
}

int64_t must(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	print("%s: %s\n", what, error_text(result));
	sys_exit(1);
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

bool number_of(const char *text, uint64_t *out)
{
	uint64_t base = strncmp(text, "0x", 2) == 0 ? 16 : 10, n = 0;

	text += base == 16 ? 2 : 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		uint64_t digit = digit_value(*text);
		if (digit >= base || __builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit, &n))
			return false;
	}
	*out = n;
	return true;
}

uint64_t number_word(int count, const char *const *words, int index, uint64_t otherwise)
{
	if (index >= count)
		return otherwise;
	if (!number_of(words[index], &otherwise)) {
		print("%s: %s is no number\n", words[0], words[index]);
		sys_exit(1);
	}
	return otherwise;
}

/* Waits while another process has the console. */
static int64_t read_char(char *c)
{
	int64_t e;

	while ((e = sys_read(c, 1)) == PITH_BUSY)
		sys_sleep(10 * MILLISECONDS);
	return e;
}

/* Removes the last `count` characters from the screen. */
static void rub_out(size_t count)
{
	while (count--)
		print("\b \b");
}

int64_t line_read(char *line, size_t size)
{
	size_t n = 0;
	bool escaped = false; /* inside the escape sequence of a cursor key, which ends with a capital letter or ~ */

	for (;;) {
		char c;
		int64_t e = read_char(&c);
		if (e < 0)
			return e;
		if (escaped) {
			escaped = !(c >= 'A' && c <= 'Z') && c != '~';
		} else if (c == '\r' || c == '\n' || c == CTRL_C) {
			n = c == CTRL_C ? 0 : n;
			line[n] = 0;
			print(c == CTRL_C ? "^C\n" : "\n");
			return (int64_t)n;
		} else if ((c == BACKSPACE || c == DELETE) && n) {
			rub_out(1);
			n--;
		} else if (c == CTRL_U) {
			rub_out(n);
			n = 0;
		} else if (c == ESCAPE) {
			escaped = true;
		} else if (c >= ' ' && c < DELETE && n + 1 < size) {
			line[n++] = c;
			print("%c", c);
		}
	}
}

int64_t file_print(const char *path)
{
	char text[PITH_WRITE_MOST];
	struct pith_file_read r = { .path = path, .path_bytes = strlen(path), .to = text, .bytes = sizeof text };
	int64_t n;

	for (; (n = sys_file_read(&r)) > 0; r.offset += (uint64_t)n)
		sys_write(text, (uint64_t)n);
	return n;
}
