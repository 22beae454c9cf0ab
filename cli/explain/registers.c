#include "registers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Names ------------------------------------------------------------------------------------------------- */

enum part { GENERAL, VALUE, SEGMENT, SYSTEM };

struct name {
	const char *text;
	uint8_t arch; /* 0: of several */
	uint8_t part;
	uint8_t index;
};

enum { ANY = 0, X86 = HOBNAIL_ARCH_X86_64, ARM = HOBNAIL_ARCH_AARCH64 };

static const struct name names[] = {
	{ "rax", X86, GENERAL, 0 }, { "rbx", X86, GENERAL, 1 }, { "rcx", X86, GENERAL, 2 }, { "rdx", X86, GENERAL, 3 },
	{ "rsi", X86, GENERAL, 4 }, { "rdi", X86, GENERAL, 5 }, { "rbp", X86, GENERAL, 6 },
	{ "eax", X86, GENERAL, 0 }, { "ebx", X86, GENERAL, 1 }, { "ecx", X86, GENERAL, 2 }, { "edx", X86, GENERAL, 3 },
	{ "esi", X86, GENERAL, 4 }, { "edi", X86, GENERAL, 5 }, { "ebp", X86, GENERAL, 6 },
	{ "fp", ARM, GENERAL, 29 }, { "lr", ARM, GENERAL, 30 },
	{ "pc", ANY, VALUE, REGISTER_PC }, { "rip", X86, VALUE, REGISTER_PC }, { "eip", X86, VALUE, REGISTER_PC },
	{ "ip", ANY, VALUE, REGISTER_PC },
	{ "sp", ANY, VALUE, REGISTER_SP }, { "rsp", X86, VALUE, REGISTER_SP }, { "esp", X86, VALUE, REGISTER_SP },
	{ "rfl", X86, VALUE, REGISTER_FLAGS }, { "efl", X86, VALUE, REGISTER_FLAGS },
	{ "rflags", X86, VALUE, REGISTER_FLAGS }, { "eflags", X86, VALUE, REGISTER_FLAGS },
	{ "flags", ANY, VALUE, REGISTER_FLAGS }, { "pstate", ARM, VALUE, REGISTER_FLAGS },
	{ "cpsr", ARM, VALUE, REGISTER_FLAGS },
	{ "cr0", X86, VALUE, REGISTER_CR0 }, { "cr2", X86, VALUE, REGISTER_CR2 }, { "cr3", X86, VALUE, REGISTER_CR3 },
	{ "cr4", X86, VALUE, REGISTER_CR4 }, { "efer", X86, VALUE, REGISTER_EFER },
	{ "error_code", X86, VALUE, REGISTER_ERROR }, { "errorcode", X86, VALUE, REGISTER_ERROR },
	{ "errcode", X86, VALUE, REGISTER_ERROR }, { "exceptiondata", X86, VALUE, REGISTER_ERROR },
	{ "error", ANY, VALUE, REGISTER_ERROR }, { "error code", X86, VALUE, REGISTER_ERROR },
	{ "cpl", X86, VALUE, REGISTER_CPL }, { "hlt", X86, VALUE, REGISTER_HLT },
	{ "hcr_el2", ARM, VALUE, REGISTER_HCR },
	{ "es", X86, SEGMENT, SEGMENT_ES }, { "cs", X86, SEGMENT, SEGMENT_CS }, { "ss", X86, SEGMENT, SEGMENT_SS },
	{ "ds", X86, SEGMENT, SEGMENT_DS }, { "fs", X86, SEGMENT, SEGMENT_FS }, { "gs", X86, SEGMENT, SEGMENT_GS },
	{ "ldt", X86, SEGMENT, SEGMENT_LDT }, { "ldtr", X86, SEGMENT, SEGMENT_LDT }, { "tr", X86, SEGMENT, SEGMENT_TR },
	{ "gdt", X86, SEGMENT, SEGMENT_GDT }, { "gdtr", X86, SEGMENT, SEGMENT_GDT },
	{ "idt", X86, SEGMENT, SEGMENT_IDT }, { "idtr", X86, SEGMENT, SEGMENT_IDT },
	{ "sctlr", ARM, SYSTEM, SYSTEM_SCTLR }, { "tcr", ARM, SYSTEM, SYSTEM_TCR },
	{ "ttbr0", ARM, SYSTEM, SYSTEM_TTBR0 }, { "ttbr1", ARM, SYSTEM, SYSTEM_TTBR1 },
	{ "mair", ARM, SYSTEM, SYSTEM_MAIR }, { "vbar", ARM, SYSTEM, SYSTEM_VBAR }, { "esr", ARM, SYSTEM, SYSTEM_ESR },
	{ "far", ARM, SYSTEM, SYSTEM_FAR }, { "elr", ARM, SYSTEM, SYSTEM_ELR }, { "spsr", ARM, SYSTEM, SYSTEM_SPSR },
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/* "r8" to "r15" and "r08", "x0" to "x30" and "x00". */
static bool numbered(const char *text, size_t length, struct name *out)
{
	char first = text[0] | 0x20;
	unsigned n = 0;

	if ((first != 'r' && first != 'x') || length < 2 || length > 3)
		return false;
	for (size_t i = 1; i < length; i++) {
		if (!is_digit(text[i]))
			return false;
		n = n * 10 + (unsigned)(text[i] - '0');
	}
	if (first == 'x' ? n >= FAULT_MAX_GENERAL : n < 8 || n > 15)
		return false;
	*out = (struct name){ "", first == 'x' ? ARM : X86, GENERAL, (uint8_t)(first == 'x' ? n : n - 1) };
	return true;
}

/* *level: of a system register. */
static bool find_name(const char *text, size_t length, struct name *out, unsigned *level)
{
	*level = LEVEL_UNSAID;
	if (numbered(text, length, out))
		return true;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t own = strlen(names[i].text);
		bool leveled = names[i].part == SYSTEM && length == own + 4 &&
		               strncasecmp(text + own, "_el", 3) == 0 && text[length - 1] >= '1' &&
		               text[length - 1] <= '3';
		if ((length != own && !leveled) || strncasecmp(text, names[i].text, own) != 0)
			continue;
		*out = names[i];
		*level = leveled ? (unsigned)(text[length - 1] - '0') : LEVEL_UNSAID;
		return true;
	}
	return false;
}

/* ---- Setting ------------------------------------------------------------------------------------------------ */

static void set(struct registers *r, const struct name *name, unsigned level, uint64_t value)
{
	if (name->arch)
		r->arch = name->arch;
	switch (name->part) {
	case GENERAL:
		r->general[name->index] = value;
		r->general_known |= 1u << name->index;
		break;
	case VALUE:
		r->value[name->index] = value;
		r->known |= 1u << name->index;
		break;
	case SEGMENT:
		r->segment[name->index] = (struct segment_register){ .known = true, .selector = (uint16_t)value };
		break;
	case SYSTEM:
		r->system[level][name->index] = value;
		r->system_known[level] |= (uint16_t)(1u << name->index);
		break;
	}
}

bool registers_set(struct registers *r, const char *name, uint64_t value)
{
	struct name found;
	unsigned level;

	if (!find_name(name, strlen(name), &found, &level))
		return false;
	set(r, &found, level, value);
	return true;
}

/* ---- Lines -------------------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* Read a hexadecimal number of at least `least` digits, fewer with 0x before it. NULL: there is none. The text after a
 * number shows that it is none: "faced", "add+0x10". */
static const char *read_number(const char *at, unsigned least, uint64_t *out)
{
	bool prefixed = at[0] == '0' && (at[1] | 0x20) == 'x';
	char *end;

	at += prefixed ? 2 : 0;
	size_t digits = strspn(at, "0123456789abcdefABCDEF");
	if (digits < (prefixed ? 1 : least) || digits > 16)
		return NULL;
	*out = strtoull(at, &end, 16);
	end = (char *)at + digits;
	return is_digit(*end) || is_letter(*end) || *end == '+' || *end == '/' ? NULL : end;
}

/* A base and a limit; or QEMU's selector, base, limit and flags. */
static const char *read_segment(struct segment_register *s, enum segment_id id, uint64_t first, const char *at)
{
	bool is_table = id == SEGMENT_GDT || id == SEGMENT_IDT;
	uint64_t more[3] = { 0 };
	unsigned count = 0;

	for (const char *next = at; count < (is_table ? 1 : 3); count++, at = next) {
		next = read_number(skip_blanks(at), 4, &more[count]);
		if (!next)
			break;
	}
	if (is_table)
		*s = (struct segment_register){
			.known = count, .has_base = count, .base = first, .limit = (uint32_t)more[0],
		};
	else if (count == 3)
		*s = (struct segment_register){
			.known = true, .has_base = true, .selector = (uint16_t)first, .base = more[0],
			.limit = (uint32_t)more[1], .flags = (uint32_t)more[2],
		};
	return at;
}

/* "IP=0008:ffffffff80001000", "EIP: 0010:[<0ff6a1b2>]": the selector comes first. NULL: the text after it is no
 * address. `at` is behind the colon. */
static const char *read_far(struct registers *r, const struct name *name, uint64_t selector, const char *at)
{
	enum segment_id id = name->index == REGISTER_PC ? SEGMENT_CS : SEGMENT_SS;
	uint64_t value;

	while (*at == '[' || *at == '<')
		at++;
	if (name->part != VALUE || name->index > REGISTER_SP)
		return NULL;
	if (!r->segment[id].has_base)
		r->segment[id] = (struct segment_register){ .known = true, .selector = (uint16_t)selector };
	at = read_number(at, 4, &value);
	if (at)
		set(r, name, 0, value);
	return at;
}

/* The value after a name, and the registers that it sets. NULL: there is none. */
static const char *read_value(struct registers *r, const struct name *name, unsigned level, const char *at)
{
	const char *after = skip_blanks(at);
	char separator = *after;
	uint64_t value;

	if (separator == '=' || separator == ':' || separator == '-' || separator == '(')
		after = skip_blanks(after + 1);
	else if (after == at)
		return NULL;
	bool is_short = separator == '=' || (strcmp(name->text, "error code") == 0 && is_digit(*after));
	after = read_number(after, is_short ? 1 : 4, &value);
	if (!after)
		return NULL;
	if (*after == ':' && name->part == VALUE)
		return read_far(r, name, value, after + 1);
	set(r, name, level, value);
	if (name->part == SEGMENT)
		after = read_segment(&r->segment[name->index], name->index, value, after);
	return after;
}

unsigned registers_line(struct registers *r, const char *line)
{
	unsigned count = 0, level;
	struct name name;

	for (const char *at = line; *at;) {
		const char *start = at;
		while (is_letter(*at) || (at > start && is_digit(*at)))
			at++;
		if (at == start) { /* a number's letters are no name */
			while (is_digit(*at))
				while (is_digit(*at) || is_letter(*at))
					at++;
			at += at == start;
			continue;
		}
		if (at == start + 5 && strncasecmp(start, "error code", 10) == 0)
			at = start + 10;
		bool known = find_name(start, (size_t)(at - start), &name, &level);
		const char *after = known ? read_value(r, &name, level, at) : NULL;
		count += after != NULL;
		at = after ? after : at;
	}
	return count;
}
