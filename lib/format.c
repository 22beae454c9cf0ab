#include "format.h"

#include <stdbool.h>
#include <stdint.h>

#include "string.h"

struct writer {
	char *out;
	size_t size;
	size_t used;
};

/* One conversion: %[-0#][width][.precision][l|ll|z|j]letter */
struct conversion {
	bool left, zeros, prefix, wide;
	unsigned width;
	unsigned precision; /* ~0u: none */
	char letter;
};

static void put(struct writer *w, char c)
{
	if (w->used + 1 < w->size)
		w->out[w->used++] = c;
}

static void put_padded(struct writer *w, const struct conversion *c, const char *text, size_t bytes)
{
	size_t pad = c->width > bytes ? c->width - bytes : 0;

	for (size_t i = 0; !c->left && i < pad; i++)
		put(w, ' ');
	for (size_t i = 0; i < bytes; i++)
		put(w, text[i]);
	for (size_t i = 0; c->left && i < pad; i++)
		put(w, ' ');
}

static void put_number(struct writer *w, const struct conversion *c, uint64_t n, unsigned base, bool negative)
{
	char digits[40];
	size_t at = sizeof digits;
	size_t head = (negative ? 1 : 0) + (c->prefix ? 2 : 0);

	do {
		digits[--at] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (c->zeros && !c->left && sizeof digits - at + head < c->width && at > 3)
		digits[--at] = '0';
	if (c->prefix) {
		digits[--at] = 'x';
		digits[--at] = '0';
	}
	if (negative)
		digits[--at] = '-';
	put_padded(w, c, &digits[at], sizeof digits - at);
}

static unsigned read_number(const char **s)
{
	unsigned n = 0;

	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = n < 1000 ? n * 10 + (unsigned)(**s - '0') : n;
	return n;
}

static const char *read_conversion(const char *s, struct conversion *c, va_list arguments)
{
	*c = (struct conversion){ .precision = ~0u };
	for (;; s++) {
		if (*s == '-')
			c->left = true;
		else if (*s == '0')
			c->zeros = true;
		else if (*s == '#')
			c->prefix = true;
		else
			break;
	}
	c->width = read_number(&s);
	if (*s == '.') {
		s++;
		if (*s == '*') {
			int precision = va_arg(arguments, int);
			c->precision = precision < 0 ? ~0u : (unsigned)precision;
			s++;
		} else {
			c->precision = read_number(&s);
		}
	}
	for (; *s == 'l' || *s == 'z' || *s == 'j'; s++)
		c->wide = true;
	c->letter = *s;
	return *s ? s + 1 : s;
}

static size_t text_length(const char *s, size_t most)
{
	size_t n = 0;

	while (n < most && s[n])
		n++;
	return n;
}

size_t format_v(char *out, size_t size, const char *text, va_list given)
{
	struct writer w = { out, size, 0 };
	va_list arguments;

	va_copy(arguments, given);
	while (*text) {
		struct conversion c;
		const char *start = text;

		if (*text != '%') {
			put(&w, *text++);
			continue;
		}
		text = read_conversion(text + 1, &c, arguments);
		switch (c.letter) {
		case 's': {
			const char *s = va_arg(arguments, const char *);
			s = s ? s : "(null)";
			put_padded(&w, &c, s, text_length(s, c.precision));
			break;
		}
		case 'c': {
			char letter = (char)va_arg(arguments, int);
			put_padded(&w, &c, &letter, 1);
			break;
		}
		case 'd':
		case 'i': {
			int64_t n = c.wide ? va_arg(arguments, int64_t) : va_arg(arguments, int);
			put_number(&w, &c, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 10, n < 0);
			break;
		}
		case 'u':
		case 'x': {
			uint64_t n = c.wide ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned);
			put_number(&w, &c, n, c.letter == 'x' ? 16 : 10, false);
			break;
		}
		case 'p':
			c.prefix = c.zeros = true;
			c.width = 18;
			put_number(&w, &c, (uintptr_t)va_arg(arguments, void *), 16, false);
			break;
		case '%':
			put(&w, '%');
			break;
		default:
			while (start < text)
				put(&w, *start++);
		}
	}
	va_end(arguments);
	if (size)
		out[w.used] = 0;
	return w.used;
}

size_t format(char *out, size_t size, const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	size_t used = format_v(out, size, text, arguments);
	va_end(arguments);
	return used;
}
