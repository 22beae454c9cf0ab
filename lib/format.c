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

/* Writes the bytes that fit, with room for the NUL. */
static void put(struct writer *w, const char *text, size_t bytes)
{
	size_t room = w->size ? w->size - 1 - w->used : 0;

	bytes = bytes < room ? bytes : room;
	for (size_t i = 0; i < bytes; i++)
		w->out[w->used + i] = text[i];
	w->used += bytes;
}

static void put_padded(struct writer *w, const struct conversion *c, const char *text, size_t bytes)
{
	size_t pad = c->width > bytes ? c->width - bytes : 0;

	for (size_t i = 0; !c->left && i < pad; i++)
		put(w, " ", 1);
	put(w, text, bytes);
	for (size_t i = 0; c->left && i < pad; i++)
		put(w, " ", 1);
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

/* Wraps a va_list, so that helpers can advance the caller's list through a pointer, whether va_list is an array
 * (x86_64) or a structure (aarch64). */
struct arguments {
	va_list list;
};

static const char *read_flags(const char *s, struct conversion *c)
{
	for (;; s++) {
		if (*s == '-')
			c->left = true;
		else if (*s == '0')
			c->zeros = true;
		else if (*s == '#')
			c->prefix = true;
		else
			return s;
	}
}

static const char *read_conversion(const char *s, struct conversion *c, struct arguments *a)
{
	*c = (struct conversion){ .precision = ~0u };
	s = read_flags(s, c);
	c->width = read_number(&s);
	if (*s == '.' && s[1] == '*') {
		int precision = va_arg(a->list, int);
		c->precision = precision < 0 ? ~0u : (unsigned)precision;
		s += 2;
	} else if (*s == '.') {
		s++;
		c->precision = read_number(&s);
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

static void put_text(struct writer *w, const struct conversion *c, const char *s)
{
	s = s ? s : "(null)";
	put_padded(w, c, s, text_length(s, c->precision));
}

static void put_pointer(struct writer *w, const void *pointer)
{
	const struct conversion c = { .prefix = true, .zeros = true, .width = 18 };

	put_number(w, &c, (uintptr_t)pointer, 16, false);
}

/* false: an unknown conversion */
static bool put_argument(struct writer *w, const struct conversion *c, struct arguments *a)
{
	switch (c->letter) {
	case 's':
		put_text(w, c, va_arg(a->list, const char *));
		return true;
	case 'c': {
		char letter = (char)va_arg(a->list, int);
		put_padded(w, c, &letter, 1);
		return true;
	}
	case 'd':
	case 'i':
	case 'u':
	case 'x': {
		bool has_sign = c->letter == 'd' || c->letter == 'i';
		int64_t n = c->wide ? va_arg(a->list, int64_t) : va_arg(a->list, int);
		uint64_t bits = c->wide || has_sign ? (uint64_t)n : (uint32_t)n;
		bool negative = has_sign && n < 0;
		put_number(w, c, negative ? 0 - bits : bits, c->letter == 'x' ? 16 : 10, negative);
		return true;
	}
	case 'p':
		put_pointer(w, va_arg(a->list, void *));
		return true;
	case '%':
		put(w, "%", 1);
		return true;
	default:
		return false;
	}
}

size_t format_v(char *out, size_t size, const char *text, va_list given)
{
	struct writer w = { out, size, 0 };
	struct arguments arguments;

	va_copy(arguments.list, given);
	while (*text) {
		struct conversion c;
		const char *start = text;

		while (*text && *text != '%')
			text++;
		put(&w, start, (size_t)(text - start));
		if (!*text)
			break;
		start = text;
		text = read_conversion(text + 1, &c, &arguments);
		if (!put_argument(&w, &c, &arguments))
			put(&w, start, (size_t)(text - start));
	}
	va_end(arguments.list);
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
