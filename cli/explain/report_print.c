/* report_print.c — a report as text and as JSON. */
#include "report.h"

#include <string.h>

#include "colour.h"
#include "err.h"

enum { NOTE_COLUMNS = 100 };

#define LL(n) ((unsigned long long)(n))

/* ---- Text --------------------------------------------------------------------------------------------------- */

struct printer {
	FILE *out;
	unsigned columns; /* of registers, in this line */
};

static void begin(const struct printer *p, enum colour style)
{
	fputs(colour(p->out, style), p->out);
}

static void end(const struct printer *p)
{
	fprintf(p->out, "%s\n", colour(p->out, COLOUR_PLAIN));
}

static void print_register(struct printer *p, const char *name, uint64_t value)
{
	if (!p->columns)
		begin(p, COLOUR_FAINT);
	fprintf(p->out, "%s%5s %016llx", p->columns ? " " : "", name, LL(value));
	if (++p->columns == 4) {
		end(p);
		p->columns = 0;
	}
}

static void print_known(struct printer *p, const struct registers *r, enum register_id id, const char *name)
{
	if (registers_have(r, id))
		print_register(p, name, r->value[id]);
}

static void print_system(struct printer *p, const struct registers *r, enum system_id id, const char *name)
{
	unsigned level = registers_level(r);
	uint64_t value;

	if (registers_system(r, level ? level : 1, id, &value))
		print_register(p, name, value);
}

static void print_control(struct printer *p, const struct registers *r)
{
	static const struct { enum system_id id; const char *name; } system[] = {
		{ SYSTEM_ESR, "esr" }, { SYSTEM_FAR, "far" }, { SYSTEM_ELR, "elr" }, { SYSTEM_SPSR, "spsr" },
		{ SYSTEM_VBAR, "vbar" }, { SYSTEM_SCTLR, "sctlr" }, { SYSTEM_TCR, "tcr" }, { SYSTEM_TTBR0, "ttbr0" },
		{ SYSTEM_TTBR1, "ttbr1" }, { SYSTEM_MAIR, "mair" },
	};

	if (r->arch != HOBNAIL_ARCH_X86_64) {
		for (size_t i = 0; i < COUNT_OF(system); i++)
			print_system(p, r, system[i].id, system[i].name);
		return;
	}
	print_known(p, r, REGISTER_ERROR, "error");
	print_known(p, r, REGISTER_CR2, "cr2");
	print_known(p, r, REGISTER_CR0, "cr0");
	print_known(p, r, REGISTER_CR3, "cr3");
	print_known(p, r, REGISTER_CR4, "cr4");
	print_known(p, r, REGISTER_EFER, "efer");
	if (r->segment[SEGMENT_CS].known)
		print_register(p, "cs", r->segment[SEGMENT_CS].selector);
	if (r->segment[SEGMENT_SS].known)
		print_register(p, "ss", r->segment[SEGMENT_SS].selector);
}

/* Those that are known, four to a line. */
static void print_registers(struct printer *p, const struct registers *r)
{
	for (unsigned i = 0; i < FAULT_MAX_GENERAL; i++)
		if (r->general_known >> i & 1)
			print_register(p, fault_general_name(r->arch, i).text, r->general[i]);
	print_known(p, r, REGISTER_SP, "sp");
	print_known(p, r, REGISTER_FLAGS, r->arch == HOBNAIL_ARCH_X86_64 ? "flags" : "pst");
	print_control(p, r);
	if (p->columns)
		end(p);
	p->columns = 0;
}

static void print_walk(const struct report *r, const struct printer *p)
{
	for (unsigned i = 0; i < r->walk_count; i++) {
		begin(p, r->walk[i].guilty ? COLOUR_BAD : COLOUR_PLAIN);
		fprintf(p->out, "  %s %s", r->walk[i].guilty ? ">" : " ", r->walk[i].text);
		end(p);
	}
	if (*r->walk_end)
		fprintf(p->out, "    %s\n", r->walk_end);
	if (*r->physical)
		fprintf(p->out, "    %s\n", r->physical);
}

static void print_frames(const struct report *r, const struct printer *p)
{
	for (unsigned i = 0; i < r->frame_count; i++) {
		fprintf(p->out, "%s 0x%016llx%s%s", i ? "           " : "called from", LL(r->frames[i].at),
		        *r->frames[i].text ? "  " : "", r->frames[i].text);
		if (r->frames[i].times > 1)
			fprintf(p->out, ", %u times", r->frames[i].times);
		fputc('\n', p->out);
	}
}

/* A paragraph, broken at blanks. */
static void print_note(const char *text, FILE *out)
{
	while (*text) {
		size_t length = strlen(text), end = length;
		if (length > NOTE_COLUMNS)
			for (end = NOTE_COLUMNS; end > 1 && text[end] != ' ';)
				end--;
		fprintf(out, "         %.*s\n", (int)end, text);
		text += end + (text[end] == ' ');
	}
}

void report_print(const struct report *r, const char *who, FILE *out)
{
	struct printer p = { .out = out };

	if (r->explained) {
		begin(&p, COLOUR_BAD);
		fprintf(out, "hobnail: %s%s%s%s%s.", who ? who : "", who && r->view.user ? ", " : "",
		        r->view.user ? "in user mode" : "", who || r->view.user ? ": " : "", r->sentence);
		end(&p);
		if (*r->advice)
			fprintf(out, "         Try: %s.\n", r->advice);
	}
	for (unsigned i = 0; i < r->note_count; i++)
		print_note(r->notes[i], out);
	if (r->has_pc)
		fprintf(out, "at 0x%016llx%s%s\n", LL(r->fault.pc), *r->place ? "  " : "", r->place);
	else if (*r->place)
		fprintf(out, "at %s\n", r->place);
	print_registers(&p, &r->registers);
	if (r->explained && r->view.has_address)
		fprintf(out, "address 0x%llx%s%s\n", LL(r->view.address), *r->address ? ": " : "", r->address);
	print_walk(r, &p);
	print_frames(r, &p);
}

/* ---- JSON --------------------------------------------------------------------------------------------------- */

static void text_or_null(struct json_out *o, const char *name, const char *text)
{
	json_out_text(o, name, *text ? text : NULL);
}

static void frames_json(const struct report *r, struct json_out *o)
{
	json_out_begin(o, "called_from", '[');
	for (unsigned i = 0; i < r->frame_count; i++) {
		json_out_begin(o, NULL, '{');
		json_out_hex(o, "at", r->frames[i].at);
		text_or_null(o, "place", r->frames[i].text);
		json_out_number(o, "times", r->frames[i].times);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

static void walk_json(const struct report *r, struct json_out *o)
{
	json_out_begin(o, "walk", '[');
	for (unsigned i = 0; i < r->walk_count; i++) {
		json_out_begin(o, NULL, '{');
		json_out_text(o, "entry", r->walk[i].text);
		json_out_bool(o, "guilty", r->walk[i].guilty);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
	text_or_null(o, "walk_end", r->walk_end);
}

void report_json(const struct report *r, struct json_out *o)
{
	bool x86 = r->fault.arch == HOBNAIL_ARCH_X86_64;

	json_out_text(o, "arch", x86 ? "x86_64" : "aarch64");
	json_out_text(o, "code", r->explained ? err_name(r->view.what.code) : NULL);
	text_or_null(o, "sentence", r->sentence);
	text_or_null(o, "advice", r->advice);
	json_out_bool(o, "user", r->view.user);
	if (r->has_pc)
		json_out_hex(o, "pc", r->fault.pc);
	else
		json_out_null(o, "pc");
	text_or_null(o, "place", r->place);
	if (r->view.has_address)
		json_out_hex(o, "address", r->view.address);
	else
		json_out_null(o, "address");
	text_or_null(o, "address_place", r->address);
	walk_json(r, o);
	json_out_begin(o, "notes", '[');
	for (unsigned i = 0; i < r->note_count; i++)
		json_out_text(o, NULL, r->notes[i]);
	json_out_end(o, ']');
	frames_json(r, o);
}
