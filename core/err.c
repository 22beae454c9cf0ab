#include "err.h"

#include <string.h>

#include "elf.h"
#include "format.h"
#include "memmap.h"

/* All texts in one structure, with the offset of each: a table of pointers would be a thousand relocations at every
 * boot. */
struct texts {
	char ok_name[sizeof "OK"], ok_sentence[sizeof "no error"], ok_advice[sizeof ""];
#define X(code, sentence, advice) \
	char code##_name[sizeof #code], code##_sentence[sizeof sentence], code##_advice[sizeof advice];
#include "errors/all.def"
#undef X
};

static const struct texts texts = {
	"OK", "no error", "",
#define X(code, sentence, advice) #code, sentence, advice,
#include "errors/all.def"
#undef X
};

static const struct {
	uint16_t name, sentence, advice;
} offsets[] = {
	{ offsetof(struct texts, ok_name), offsetof(struct texts, ok_sentence), offsetof(struct texts, ok_advice) },
#define X(code, sentence, advice) { offsetof(struct texts, code##_name), offsetof(struct texts, code##_sentence), \
	                            offsetof(struct texts, code##_advice) },
#include "errors/all.def"
#undef X
};
_Static_assert(sizeof texts <= UINT16_MAX, "an offset has 16 bits");

static const char *text_at(uint16_t offset)
{
	return (const char *)&texts + offset;
}

static bool is_code(enum err code)
{
	return (unsigned)code < ERR_COUNT;
}

enum err problem_fill(struct problem *p, enum err code, uint64_t offset, const uint64_t value[3])
{
	if (p)
		*p = (struct problem){ .code = code, .offset = offset, .value = { value[0], value[1], value[2] } };
	return code;
}

const char *err_name(enum err code)
{
	return is_code(code) ? text_at(offsets[code].name) : "?";
}

const char *err_text(enum err code)
{
	return is_code(code) ? text_at(offsets[code].sentence) : "unknown error";
}

const char *err_advice(enum err code)
{
	return is_code(code) ? text_at(offsets[code].advice) : "";
}

/* Arm ARM DDI 0487, "S<op0>_<op1>_<Cn>_<Cm>_<op2>": a system register by the 16 bits that an instruction has for
 * it. */
static size_t put_register(uint64_t n, char *out, size_t size)
{
	return format(out, size, "S%u_%u_C%u_C%u_%u", (unsigned)(n >> 14 & 3), (unsigned)(n >> 11 & 7),
	              (unsigned)(n >> 7 & 15), (unsigned)(n >> 3 & 15), (unsigned)(n & 7));
}

/* A segment as it is counted here, and its program header, unless both have the same number. */
static size_t put_segment(uint64_t name, char *out, size_t size)
{
	uint32_t number = (uint32_t)name, header = (uint32_t)(name >> 32);

	return number == header ? format(out, size, "%u", number)
	                        : format(out, size, "%u (program header %u)", number, header);
}

static size_t put_machine(uint64_t machine, char *out, size_t size)
{
	const char *name = elf_machine_name(machine);

	return name ? format(out, size, "%s", name)
	            : format(out, size, "a machine with e_machine %llu", (unsigned long long)machine);
}

static size_t put_text(const struct problem *p, unsigned i, char *out, size_t size)
{
	const char *text = i < COUNT_OF(p->text) ? p->text[i] : NULL;

	return format(out, size, "%s", text ? text : "");
}

static size_t put_value(char kind, uint64_t number, char *out, size_t size)
{
	switch (kind) {
	case 'r':
		return put_register(number, out, size);
	case 'g':
		return put_segment(number, out, size);
	case 'm':
		return put_machine(number, out, size);
	case 't':
		return format(out, size, "%s", memmap_type_name((uint32_t)number));
	default:
		return format(out, size, kind == 'x' ? "%#llx" : "%llu", (unsigned long long)number);
	}
}

static bool is_kind(char c)
{
	return c == 'x' || c == 's' || c == 'r' || c == 'g' || c == 'm' || c == 't';
}

/* Write the value of the placeholder that begins at s. Returns the placeholder's length; 0: there is none. */
static size_t put_placeholder(const struct problem *p, const char *s, char *out, size_t size, size_t *used)
{
	char kind = is_kind(s[1]) ? s[1] : 0, digit = s[kind ? 2 : 1];
	size_t length = kind ? 4 : 3;

	if (strncmp(s, "{off}", 5) == 0) {
		*used += put_value('x', p->offset, out + *used, size - *used);
		return 5;
	}
	if (s[0] != '{' || digit < '0' || digit > '2' || s[length - 1] != '}')
		return 0;
	if (kind == 's')
		*used += put_text(p, (unsigned)(digit - '0'), out + *used, size - *used);
	else
		*used += put_value(kind, p->value[digit - '0'], out + *used, size - *used);
	return length;
}

size_t err_sentence(const struct problem *p, char *out, size_t size)
{
	const char *text = err_text(p->code);
	size_t used = 0;

	for (const char *s = text; *s;) {
		size_t length = put_placeholder(p, s, out, size, &used);
		if (!length) {
			if (used + 1 < size)
				out[used++] = *s;
			length = 1;
		}
		s += length;
	}
	if (size)
		out[used] = 0;
	return used;
}
