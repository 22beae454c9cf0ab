#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "delivery.h"
#include "recognisers.h"

enum { PAGE_FAULT = 14, VECTORS = 32, SYNC = 4, SYNC_LOWER = 8, CLASS_SHIFT = 26 };

/* "vector 14", "exception = 0xe", "Vector 0e" */
static bool number_after(const char *line, const char *word, uint32_t *out)
{
	const char *at = strcasestr(line, word);
	uint64_t value;

	if (!at)
		return false;
	at += strlen(word);
	at += strspn(at, " =:#");
	at += strncasecmp(at, "0x", 2) == 0 ? 2 : 0;
	size_t digits = strspn(at, "0123456789"), hex = strspn(at, "0123456789abcdefABCDEF");
	bool decimal = digits == hex && at[-1] != 'x' && at[-1] != 'X';
	if (!hex || isalnum((unsigned char)at[hex]) || !failure_number(at, "", decimal ? 10 : 16, &value) ||
	    value >= VECTORS)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool find_vector(const char *line, uint32_t *out)
{
	for (unsigned v = 0; v < VECTORS; v++) {
		struct vector_name name = delivery_name(v);
		if (*name.text != '#' || !strstr(line, name.text))
			continue;
		*out = v;
		return true;
	}
	return number_after(line, "vector", out) || number_after(line, "exception", out);
}

/* QEMU's headings: registers of another processor follow. */
static void heading(struct from_text *t, const char *line)
{
	bool reset = strncmp(line, "CPU Reset (CPU ", 15) == 0;

	if (!reset && strncmp(line, "CPU#", 4) != 0)
		return;
	t->r = (struct registers){ .arch = 0 };
	t->is_reset = reset;
	t->processors += !reset;
	snprintf(t->who, sizeof t->who, "CPU %.8s", line + 4);
}

void from_text_line(struct from_text *t, const char *line)
{
	heading(t, line);
	if (find_vector(line, &t->vector))
		t->vector_known = true;
	t->registers += registers_line(&t->r, line);
}

/* Exceptions of the classes 0x20, 0x24 and the like come from a lower level. SVC does as well, as a rule. */
static uint32_t vector_of_esr(uint64_t esr)
{
	unsigned class = esr >> CLASS_SHIFT & 63;

	return class == 0x20 || class == 0x24 || class == 0x15 ? SYNC_LOWER : SYNC;
}

/* Intel SDM vol. 3A, "EFLAGS Register": IF; Arm ARM DDI 0487, "PSTATE": I. */
static const char *where_it_stands(const struct registers *r)
{
	enum { RFLAGS_IF = 1 << 9, PSTATE_I = 1 << 7 };
	uint64_t flags = r->value[REGISTER_FLAGS];

	if (r->arch == HOBNAIL_ARCH_AARCH64)
		return flags & PSTATE_I ? "no exception: the processor stands here, with interrupts masked"
		                        : "no exception: the processor stands here, and takes interrupts";
	if (!r->value[REGISTER_HLT])
		return flags & RFLAGS_IF ? "no exception: the processor runs here, and takes interrupts"
		                         : "no exception: the processor runs here, with interrupts masked";
	return flags & RFLAGS_IF ? "no exception: the processor is halted, and waits for an interrupt"
	                         : "no exception: the processor is halted with interrupts masked, and nothing but an "
	                           "NMI or a reset wakes it";
}

/* The whole of `info registers`, and no exception. */
static bool stands(const struct from_text *t, struct failure *out)
{
	enum { MOST_OF_THEM = 0x7f };

	if (t->is_reset || !t->processors || !registers_have(&t->r, REGISTER_PC) ||
	    (t->r.general_known & MOST_OF_THEM) != MOST_OF_THEM || !registers_have(&t->r, REGISTER_FLAGS))
		return false;
	out->registers = t->r;
	out->vector_known = false;
	snprintf(out->said, sizeof out->said, "%s", where_it_stands(&t->r));
	snprintf(out->who, sizeof out->who, "%s", t->who);
	if (t->processors > 1)
		failure_note(out, "The text has the registers of %u processors: this is the last one.", t->processors);
	return true;
}

bool from_text_found(const struct from_text *t, struct failure *out)
{
	unsigned level = registers_level(&t->r);
	uint64_t esr, far;
	bool has_esr = registers_system(&t->r, level ? level : 1, SYSTEM_ESR, &esr);
	bool has_error = registers_have(&t->r, REGISTER_ERROR), has_cr2 = registers_have(&t->r, REGISTER_CR2);

	*out = (struct failure){ .kind = "a list of registers", .registers = t->r, .vector_known = true };
	if (has_esr) {
		out->registers.arch = HOBNAIL_ARCH_AARCH64;
		out->vector = vector_of_esr(esr);
		out->address_unknown = !registers_system(&t->r, level ? level : 1, SYSTEM_FAR, &far);
		return true;
	}
	if (!t->vector_known && !has_error && stands(t, out))
		return true;
	out->registers.arch = HOBNAIL_ARCH_X86_64;
	out->vector = t->vector_known ? t->vector : PAGE_FAULT;
	out->address_unknown = !has_cr2;
	if (!t->vector_known && has_error && has_cr2)
		failure_note(out,
		             "The exception is not named: with an error code and CR2 it is taken for a page fault.");
	if (out->vector == PAGE_FAULT && !has_error)
		failure_note(out, "The text has no error code: it is taken for 0, a read of a page that is not there.");
	return t->vector_known ? t->registers : has_error && has_cr2;
}
