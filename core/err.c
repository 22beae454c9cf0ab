#include "err.h"

#include <string.h>

/* All texts in one block, found by 16-bit offsets: a pointer each would cost the loader a relocation of 24 bytes. */
static const struct texts {
	char ok_name[3], ok_sentence[9];
#define X(code, sentence, advice) \
	char code##_name[sizeof #code]; \
	char code##_sentence[sizeof(sentence)]; \
	char code##_advice[sizeof(advice)];
#include "errors/all.def"
#undef X
	char none;
} texts = {
	"OK", "no error",
#define X(code, sentence, advice) #code, sentence, advice,
#include "errors/all.def"
#undef X
	0
};
_Static_assert(sizeof texts <= UINT16_MAX, "offsets have 16 bits");

static const struct {
	uint16_t name, sentence, advice;
} errs[ERR_COUNT] = {
	[OK] = { offsetof(struct texts, ok_name), offsetof(struct texts, ok_sentence), offsetof(struct texts, none) },
#define X(code, sentence, advice) \
	[code] = { offsetof(struct texts, code##_name), offsetof(struct texts, code##_sentence), \
	           offsetof(struct texts, code##_advice) },
#include "errors/all.def"
#undef X
};

static bool is_code(enum err code)
{
	return (unsigned)code < ERR_COUNT;
}

static const char *text_at(uint16_t offset)
{
	return (const char *)&texts + offset;
}

const char *err_name(enum err code)
{
	return is_code(code) ? text_at(errs[code].name) : "?";
}

const char *err_advice(enum err code)
{
	return is_code(code) ? text_at(errs[code].advice) : "";
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

	for (const char *s = is_code(p->code) ? text_at(errs[p->code].sentence) : "unknown error"; *s;) {
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
