#include "err.h"

#include <string.h>

#include "elf.h"
#include "format.h"
#include "memmap.h"
#include "say.h"
#include "texts.h"

enum { TEXT_BYTES = 256 }; /* the longest as it stands, and its NUL */

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
	texts_read(TEXTS_PER_CODE * (unsigned)code + TEXTS_NAME, name.text + head, sizeof name.text - head);
	for (char *c = name.text + head; *c; c++)
		*c = *c == ' ' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	return name;
}

size_t err_advice(enum err code, char *out, size_t size)
{
	return texts_read(TEXTS_PER_CODE * (unsigned)(is_code(code) ? code : OK) + TEXTS_ADVICE, out, size);
}

/* Arm ARM DDI 0487, "S<op0>_<op1>_<Cn>_<Cm>_<op2>": a system register by the 16 bits that an instruction has for it. */
static size_t put_register(uint64_t n, char *out, size_t size)
{
	return format(out, size, "S%u_%u_C%u_C%u_%u", (unsigned)(n >> 14 & 3), (unsigned)(n >> 11 & 7), (unsigned)(n >> 7 & 15),
	              (unsigned)(n >> 3 & 15), (unsigned)(n & 7));
}

/* A segment as it is counted here, and its program header, unless both have the same number. */
static size_t put_segment(uint64_t name, char *out, size_t size)
{
	uint32_t number = (uint32_t)name, header = (uint32_t)(name >> 32);

	return number == header ? format(out, size, "%u", number) : format(out, size, "%u (program header %u)", number, header);
}

static size_t put_machine(uint64_t machine, char *out, size_t size)
{
	const char *name = elf_machine_name(machine);

	return name ? format(out, size, "%s", name) : format(out, size, "a machine with e_machine %llu", (unsigned long long)machine);
}

static size_t put_value(char kind, uint64_t number, char *out, size_t size)
{
	switch (kind) {
	case 's':
		return number < SAY_COUNT ? say_text(out, size, (enum say)number) : 0;
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

/* Write what the placeholder that begins at s stands for, and return the placeholder's length; 0: it is none. */
static size_t put_placeholder(const struct problem *p, const char *s, char *out, size_t size, size_t *used)
{
	bool has_kind = s[1] == 'x' || s[1] == 's' || s[1] == 'r' || s[1] == 'g' || s[1] == 'm' || s[1] == 't';
	char kind = has_kind ? s[1] : 0, digit = s[kind ? 2 : 1];
	size_t length = kind ? 4 : 3;
	uint64_t number = p->offset;

	if (strncmp(s, "{off}", 5) == 0)
		kind = 'x', length = 5;
	else if (s[0] == '{' && digit >= '0' && digit <= '2' && s[length - 1] == '}')
		number = p->value[digit - '0'];
	else
		return 0;
	*used += put_value(kind, number, out + *used, size - *used);
	return length;
}

size_t err_sentence(const struct problem *p, char *out, size_t size)
{
	char text[TEXT_BYTES] = "unknown error";
	size_t used = 0;

	if (is_code(p->code))
		texts_read(TEXTS_PER_CODE * (unsigned)p->code + TEXTS_SENTENCE, text, sizeof text);
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
