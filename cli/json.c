#include "json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strlist.h"

struct reader {
	const char *text;
	size_t bytes;
	size_t at;
	unsigned depth;
	const char *what; /* first complaint; NULL: none */
};

static struct json *read_value(struct reader *r);

static int peek(const struct reader *r)
{
	return r->at < r->bytes ? (unsigned char)r->text[r->at] : -1;
}

static bool refuse(struct reader *r, const char *what)
{
	if (!r->what)
		r->what = what;
	return false;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->bytes && strchr(" \t\r\n", r->text[r->at]) && r->text[r->at])
		r->at++;
}

static bool take(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

static bool read_hex4(struct reader *r, unsigned *out)
{
	unsigned value = 0;

	for (unsigned i = 0; i < 4; i++, r->at++) {
		int c = peek(r);
		if (c < 0 || !isxdigit(c))
			return refuse(r, "\\u needs four hexadecimal digits");
		value = value * 16 + (unsigned)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	*out = value;
	return true;
}

static size_t put_utf8(char *out, unsigned c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[n] | c);
	return n;
}

/* After "\u". A code point above U+FFFF is written as two surrogates. */
static bool read_unicode(struct reader *r, char *out, size_t *length)
{
	unsigned c, low;

	if (!read_hex4(r, &c))
		return false;
	if (c >= 0xd800 && c < 0xdc00) {
		if (!take(r, '\\') || !take(r, 'u') || !read_hex4(r, &low) || low < 0xdc00 || low > 0xdfff)
			return refuse(r, "half a surrogate pair");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c >= 0xdc00 && c < 0xe000) {
		return refuse(r, "half a surrogate pair");
	}
	if (c == 0)
		return refuse(r, "a NUL in a string");
	*length += put_utf8(out + *length, c);
	return true;
}

static bool read_escape(struct reader *r, char *out, size_t *length)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int c = peek(r);
	const char *known = c > 0 ? strchr(from, c) : NULL;

	r->at++;
	if (c == 'u')
		return read_unicode(r, out, length);
	if (!known)
		return refuse(r, "an unknown escape in a string");
	out[(*length)++] = to[known - from];
	return true;
}

/* A decoded string is never longer than its source. */
static char *read_string(struct reader *r)
{
	if (!take(r, '"')) {
		refuse(r, "a string is expected");
		return NULL;
	}
	char *out = memory_resize(NULL, r->bytes - r->at + 1);
	size_t length = 0;
	for (;;) {
		int c = peek(r);
		if (c < 0x20) {
			refuse(r, c < 0 ? "the text ends inside a string" : "a control character in a string");
			break;
		}
		r->at++;
		if (c == '"') {
			out[length] = '\0';
			return memory_resize(out, length + 1);
		}
		if (c != '\\')
			out[length++] = (char)c;
		else if (!read_escape(r, out, &length))
			break;
	}
	free(out);
	return NULL;
}

static size_t digits(struct reader *r)
{
	size_t n = 0;

	for (; peek(r) >= 0 && isdigit(peek(r)); n++)
		r->at++;
	return n;
}

static bool read_number(struct reader *r, struct json *j)
{
	char copy[64];
	size_t start = r->at;

	take(r, '-');
	if (!take(r, '0') && !digits(r))
		return refuse(r, "a value is expected");
	if (take(r, '.') && !digits(r))
		return refuse(r, "digits must follow the point");
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '+'))
			take(r, '-');
		if (!digits(r))
			return refuse(r, "digits must follow the exponent");
	}
	if (r->at - start >= sizeof(copy))
		return refuse(r, "a number is too long");
	memcpy(copy, r->text + start, r->at - start);
	copy[r->at - start] = '\0';
	j->kind = JSON_NUMBER;
	j->number = strtod(copy, NULL);
	return true;
}

static bool read_word(struct reader *r, struct json *j)
{
	static const struct { const char *word; enum json_kind kind; } words[] = {
		{ "null", JSON_NULL }, { "false", JSON_FALSE }, { "true", JSON_TRUE },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i].word);
		if (r->bytes - r->at >= n && memcmp(r->text + r->at, words[i].word, n) == 0) {
			r->at += n;
			j->kind = words[i].kind;
			return true;
		}
	}
	return read_number(r, j);
}

static struct json *read_member(struct reader *r)
{
	skip_blanks(r);
	char *name = read_string(r);
	if (!name)
		return NULL;
	skip_blanks(r);
	struct json *value = NULL;
	if (take(r, ':'))
		value = read_value(r);
	else
		refuse(r, "':' must follow the name");
	if (value)
		value->name = name;
	else
		free(name);
	return value;
}

/* After the opening bracket. */
static bool read_children(struct reader *r, struct json *j)
{
	char close = j->kind == JSON_OBJECT ? '}' : ']';
	struct json **tail = &j->child;

	skip_blanks(r);
	if (take(r, close))
		return true;
	do {
		*tail = j->kind == JSON_OBJECT ? read_member(r) : read_value(r);
		if (!*tail)
			return false;
		tail = &(*tail)->next;
		skip_blanks(r);
	} while (take(r, ','));
	return take(r, close) || refuse(r, "',' or the closing bracket is expected");
}

static bool read_into(struct reader *r, struct json *j)
{
	int c = peek(r);

	if (c == '"') {
		j->kind = JSON_STRING;
		j->string = read_string(r);
		return j->string != NULL;
	}
	if (c != '{' && c != '[')
		return read_word(r, j);
	if (r->depth == JSON_MAX_DEPTH)
		return refuse(r, "nested too deeply");
	r->at++;
	r->depth++;
	j->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
	bool good = read_children(r, j);
	r->depth--;
	return good;
}

static struct json *read_value(struct reader *r)
{
	struct json *j = memory_resize(NULL, sizeof(*j));

	*j = (struct json){ 0 };
	skip_blanks(r);
	if (read_into(r, j))
		return j;
	json_free(j);
	return NULL;
}

static void locate(const struct reader *r, struct json_problem *p)
{
	size_t at = r->at < r->bytes ? r->at : r->bytes;

	*p = (struct json_problem){ 1, 1, r->what };
	for (size_t i = 0; i < at; i++) {
		p->column++;
		if (r->text[i] == '\n') {
			p->line++;
			p->column = 1;
		}
	}
}

struct json *json_read(const char *text, size_t bytes, struct json_problem *p)
{
	struct reader r = { .text = text, .bytes = bytes };
	struct json *j = read_value(&r);

	if (j)
		skip_blanks(&r);
	if (j && r.at != bytes) {
		refuse(&r, "something follows the value");
		json_free(j);
		j = NULL;
	}
	if (!j)
		locate(&r, p);
	return j;
}

void json_free(struct json *j)
{
	while (j) {
		struct json *next = j->next;
		json_free(j->child);
		free(j->name);
		free(j->string);
		free(j);
		j = next;
	}
}

const struct json *json_member(const struct json *j, const char *name)
{
	if (!j || j->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *m = j->child; m; m = m->next)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

const char *json_text(const struct json *j, const char *name)
{
	const struct json *m = json_member(j, name);

	return m ? m->string : NULL;
}

bool json_has(const struct json *array, const char *s)
{
	if (!array || array->kind != JSON_ARRAY)
		return false;
	for (const struct json *e = array->child; e; e = e->next)
		if (e->string && strcmp(e->string, s) == 0)
			return true;
	return false;
}

char *json_quoted(const char *s)
{
	char *out = memory_resize(NULL, strlen(s) * 6 + 3), *to = out;

	*to++ = '"';
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20) {
			to += sprintf(to, "\\u%04x", (unsigned)*s);
			continue;
		}
		if (*s == '"' || *s == '\\')
			*to++ = '\\';
		*to++ = *s;
	}
	*to++ = '"';
	*to = '\0';
	return out;
}
