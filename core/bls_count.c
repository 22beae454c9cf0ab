/* bls_count.c — names of entries' files: UAPI.1 Boot Loader Specification, "Boot counting". */
#include "bls.h"

#include <string.h>

/* "Type #1 Boot Loader Specification Entries": letters, digits and + - _ . of ASCII. */
static bool may_be_in_name(char c)
{
	char l = text_lower(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '_' || c == '.';
}

enum { COUNTER_DIGITS = 9, COUNTER_MOST = 999999999 };

/* The decimal number at the end of t, of at most COUNTER_DIGITS. Returns its digits; 0: none. */
static unsigned number_at_end(struct text t, uint32_t *out)
{
	uint32_t number = 0, weight = 1;
	unsigned digits = 0;

	for (; digits < t.bytes && digits < COUNTER_DIGITS; digits++, weight *= 10) {
		char c = t.at[t.bytes - 1 - digits];
		if (c < '0' || c > '9')
			break;
		number += weight * (uint32_t)(c - '0');
	}
	*out = number;
	return digits;
}

/* "+LEFT" or "+LEFT-DONE" at the end of the stem: take it off. */
static void read_counter(struct bls_name *n)
{
	struct text t = n->stem;
	uint32_t last, before = 0;
	unsigned last_digits = number_at_end(t, &last), before_digits = 0;

	t.bytes -= last_digits;
	if (last_digits && t.bytes && t.at[t.bytes - 1] == '-') {
		t.bytes--;
		before_digits = number_at_end(t, &before);
		t.bytes -= before_digits;
		if (!before_digits)
			return;
	}
	if (!last_digits || t.bytes < 2 || t.at[t.bytes - 1] != '+')
		return;
	n->stem.bytes = t.bytes - 1;
	n->counted = true;
	n->left = before_digits ? before : last;
	n->left_digits = before_digits ? before_digits : last_digits;
	n->done = before_digits ? last : 0;
	n->done_digits = before_digits ? last_digits : 0;
}

enum err bls_name_read(struct text file, const char *suffix, struct bls_name *out, struct problem *p)
{
	size_t suffix_bytes = strlen(suffix);

	bool is_left_over = file.bytes && file.at[0] == '.';

	if (is_left_over || file.bytes <= suffix_bytes || !text_ends(file, suffix))
		return problem(p, ERR_BLS_SUFFIX);
	for (size_t i = 0; i < file.bytes; i++)
		if (!may_be_in_name(file.at[i]))
			return problem(p, ERR_BLS_NAME, i + 1);
	size_t stem = file.bytes - suffix_bytes;
	struct bls_name n = { .whole = file, .stem = { file.at, stem }, .suffix = { file.at + stem, suffix_bytes } };
	read_counter(&n);
	*out = n;
	return OK;
}

bool bls_is_bad(const struct bls_name *n)
{
	return n->counted && !n->left;
}

/* A text that is written into a buffer; `full` once something did not fit. */
struct output {
	char *at;
	size_t capacity, used;
	bool full;
};

static void put(struct output *o, const char *at, size_t bytes)
{
	o->full |= bytes > o->capacity - o->used;
	if (o->full)
		return;
	memcpy(o->at + o->used, at, bytes);
	o->used += bytes;
}

/* With leading zeros, as many as make it `width` digits. */
static void put_number(struct output *o, uint32_t number, unsigned width)
{
	char digits[COUNTER_DIGITS];
	unsigned count = 0;

	do {
		digits[sizeof digits - ++count] = (char)('0' + number % 10);
		number /= 10;
	} while (number || count < width);
	put(o, digits + sizeof digits - count, count);
}

size_t bls_next_name(const struct bls_name *n, char *out, size_t capacity)
{
	struct output o = { out, capacity, 0, false };

	if (!n->counted || !n->left)
		return 0;
	put(&o, n->stem.at, n->stem.bytes);
	put(&o, "+", 1);
	put_number(&o, n->left - 1, n->left_digits);
	put(&o, "-", 1);
	put_number(&o, n->done < COUNTER_MOST ? n->done + 1 : n->done, n->done_digits);
	put(&o, n->suffix.at, n->suffix.bytes);
	return o.full ? 0 : o.used;
}

size_t bls_id(const struct bls_name *n, char *out, size_t capacity)
{
	struct output o = { out, capacity, 0, false };

	put(&o, n->stem.at, n->stem.bytes);
	put(&o, n->suffix.at, n->suffix.bytes);
	return o.full ? 0 : o.used;
}

/* The last * can always take one character more; an earlier one need not be tried again. */
bool bls_id_matches(struct text pattern, struct text id)
{
	size_t at = 0, in_id = 0, star = SIZE_MAX, taken = 0;

	while (in_id < id.bytes) {
		if (at < pattern.bytes && pattern.at[at] == '*') {
			star = at++;
			taken = in_id;
		} else if (at < pattern.bytes &&
		           (pattern.at[at] == '?' || text_lower(pattern.at[at]) == text_lower(id.at[in_id]))) {
			at++;
			in_id++;
		} else if (star != SIZE_MAX) {
			at = star + 1;
			in_id = ++taken;
		} else {
			return false;
		}
	}
	while (at < pattern.bytes && pattern.at[at] == '*')
		at++;
	return at == pattern.bytes;
}
