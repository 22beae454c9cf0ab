#include "err.h"

#include <string.h>

#include "packed.h"

extern const struct packed err_texts; /* out/gen/err_texts.c: three texts a code */

enum text { NAME, SENTENCE, ADVICE, TEXTS };
enum { TEXT_BYTES = 256 }; /* the longest as it stands, and its NUL */

/* They are opened when one is wanted for the first time: here, and again in a copy of this program, which has this pointer
 * from here, but not what it points at. */
static SCRATCH struct packed_open texts;
static const struct packed_open *opened;

static size_t text_of(enum err code, enum text which, char *out, size_t size)
{
	if (opened != &texts)
		packed_open(&err_texts, &texts);
	opened = &texts;
	return packed_text(&texts, TEXTS * (unsigned)code + which, out, size);
}

static bool is_code(enum err code)
{
	return (unsigned)code < ERR_COUNT;
}

/* Names are packed as words: "elf magic". */
struct err_name err_name(enum err code)
{
	struct err_name name = { "?" };
	size_t head = code == OK ? 0 : 4;

	if (!is_code(code))
		return name;
	memcpy(name.text, "ERR_", head);
	text_of(code, NAME, name.text + head, sizeof name.text - head);
	for (char *c = name.text + head; *c; c++)
		*c = *c == ' ' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	return name;
}

size_t err_advice(enum err code, char *out, size_t size)
{
	return text_of(is_code(code) ? code : OK, ADVICE, out, size);
}

struct writer {
	char *out;
	size_t size;
	size_t used;
};

static void put(struct writer *w, char c)
{
	if (w->used + 1 < w->size)
		w->out[w->used++] = c;
}

static void put_number(struct writer *w, uint64_t n, unsigned base)
{
	char digits[20];
	unsigned count = 0;

	do {
		digits[count++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	if (base == 16) {
		put(w, '0');
		put(w, 'x');
	}
	while (count)
		put(w, digits[--count]);
}

/* Write the placeholder that begins at s and return its length; 0: it is none. */
static size_t put_placeholder(struct writer *w, const struct problem *p, const char *s)
{
	bool hex = s[1] == 'x';
	char digit = s[hex ? 2 : 1];

	if (strncmp(s, "{off}", 5) == 0) {
		put_number(w, p->offset, 16);
		return 5;
	}
	if (s[0] != '{' || digit < '0' || digit > '2' || s[hex ? 3 : 2] != '}')
		return 0;
	put_number(w, p->value[digit - '0'], hex ? 16 : 10);
	return hex ? 4 : 3;
}

size_t err_sentence(const struct problem *p, char *out, size_t size)
{
	struct writer w = { out, size, 0 };
	char text[TEXT_BYTES] = "unknown error";

	if (is_code(p->code))
		text_of(p->code, SENTENCE, text, sizeof text);
	for (const char *s = text; *s;) {
		size_t length = *s == '{' ? put_placeholder(&w, p, s) : 0;
		if (!length) {
			put(&w, *s);
			length = 1;
		}
		s += length;
	}
	if (size)
		out[w.used] = 0;
	return w.used;
}
