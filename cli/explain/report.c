#include "report.h"

#include <stdarg.h>
#include <string.h>

#include "format.h"
#include "limine_kernel.h"
#include "walk_text.h"

enum { MAX_CODE = 15, MAX_RECORDS = 100000, WORD = sizeof(uint64_t), NEAR_NULL = PAGE_BYTES, NEAR_STACK = 512 };

#define LL(n) ((unsigned long long)(n))

void report_note(struct report *r, const char *text, ...)
{
	va_list arguments;

	if (r->note_count == REPORT_MAX_NOTES)
		return;
	va_start(arguments, text);
	format_v(r->notes[r->note_count++], REPORT_LINE, text, arguments);
	va_end(arguments);
}

/* ---- The address -------------------------------------------------------------------------------------------- */

/* Describe the address by a symbol; else by its distance to NULL and to the stack. */
static void say_address(const struct report_source *s, struct report *r)
{
	vaddr at = r->view.address, sp = r->fault.sp;
	char *out = r->address;

	if (!r->view.has_address)
		return;
	if (at < NEAR_NULL)
		format(out, REPORT_LINE, at ? "NULL + %#llx" : "NULL", LL(at));
	else if (symbols_text(s->symbols, at, out, REPORT_LINE))
		return;
	else if (sp && sp - at <= NEAR_STACK && r->view.by_tables && r->view.access != WALK_EXECUTE)
		format(out, REPORT_LINE,
		       "%llu bytes below the stack pointer: the stack has overflowed, or is not mapped", LL(sp - at));
	else if (sp && at - sp < NEAR_STACK && r->view.by_tables && r->view.access != WALK_EXECUTE)
		format(out, REPORT_LINE, "%llu bytes above the stack pointer, which is not mapped either", LL(at - sp));
}

static void say_walk_line(const struct cpu_space *space, const struct walk *found, unsigned i, bool guilty,
                          struct report *r)
{
	struct report_walk *line = &r->walk[r->walk_count++];

	line->guilty = guilty;
	walk_line(&space->walker, found, i, line->text, sizeof line->text);
}

static void say_walk(const struct report_source *s, const struct cpu_space *space, struct report *r)
{
	struct walk found;
	unsigned guilty;
	char why[192];

	if (!r->view.has_address)
		return;
	if (!space_walk(space, r->view.address, r->view.user, &found)) {
		if (r->view.by_tables && s->memory)
			format(r->walk_end, REPORT_LINE, "no walk: %s", space->why);
		return;
	}
	bool refused = walk_guilty(&space->walker, &found, r->view.access, &guilty, why, sizeof why);
	for (unsigned i = 0; i < found.steps; i++)
		say_walk_line(space, &found, i, refused && i == guilty, r);
	if (refused && (found.mapped || !found.steps)) /* else the last line has said it */
		format(r->walk_end, REPORT_LINE, "%s", why);
	else if (!refused && r->view.by_tables)
		format(r->walk_end, REPORT_LINE,
		       "these tables allow it now: the processor has used an older translation, from "
		       "its TLB, or they have changed since");
	if (found.mapped && s->place && s->place(s->context, found.phys, why, sizeof why))
		format(r->physical, REPORT_LINE, "physical %#llx: %s", LL(found.phys), why);
}

/* ---- How it came there -------------------------------------------------------------------------------------- */

/* A function that calls itself takes one line. */
static void add_frame(const struct report_source *s, struct report *r, vaddr at)
{
	if (r->frame_count && r->frames[r->frame_count - 1].at == at - 1) {
		r->frames[r->frame_count - 1].times++;
		return;
	}
	if (r->frame_count == REPORT_MAX_FRAMES)
		return;
	r->frames[r->frame_count].times = 1;
	r->frames[r->frame_count].at = at - 1; /* a call that does not return may be a function's last byte */
	symbols_text(s->symbols, at - 1, r->frames[r->frame_count].text, REPORT_LINE);
	r->frame_count++;
}

static bool is_same_function(const struct symbols *symbols, vaddr a, vaddr b)
{
	struct symbol_place x, y;

	return symbols_find(symbols, a, &x) && symbols_find(symbols, b, &y) && x.name && x.name == y.name;
}

/* Frame records are {next, return address} on both architectures. Each lies higher on the stack than the one before:
 * so the loop ends. */
static void say_frames(const struct report_source *s, const struct cpu_space *space, struct report *r)
{
	const struct fault *f = &r->fault;
	uint64_t frame = fault_frame_pointer(f), record[2] = { 0 }, link = fault_link(f), top = 0;

	if (!r->has_pc)
		return;
	/* The function may have no frame (yet). The return address is then in the link register or, after a call of a
	 * bad address, on top of the stack. */
	if (!link && !symbols_is_code(s->symbols, f->pc) && r->explained && r->view.access == WALK_EXECUTE &&
	    r->view.has_address && space_read(space, f->sp, &top, WORD) == WORD)
		link = top;
	bool framed = frame && frame % WORD == 0 && space_read(space, frame, record, sizeof record) == sizeof record;
	if (symbols_is_code(s->symbols, link) && !is_same_function(s->symbols, link - 1, f->pc) &&
	    !(framed && record[1] == link))
		add_frame(s, r, link);
	for (unsigned n = 0; framed && record[1] && n < MAX_RECORDS && r->frame_count < REPORT_MAX_FRAMES; n++) {
		add_frame(s, r, record[1]);
		framed = record[0] > frame && record[0] % WORD == 0;
		frame = record[0];
		framed = framed && space_read(space, frame, record, sizeof record) == sizeof record;
	}
}

/* ---- All of it ---------------------------------------------------------------------------------------------- */

static bool has_pc(const struct registers *r)
{
	uint64_t elr;

	return registers_have(r, REGISTER_PC) ||
	       (r->arch == HOBNAIL_ARCH_AARCH64 && registers_system(r, registers_level(r), SYSTEM_ELR, &elr));
}

static void say_what(const struct report_source *s, const struct cpu_space *space, struct report *r)
{
	uint8_t bytes[MAX_CODE];
	unsigned count = s->code_bytes;

	if (!s->code && r->has_pc)
		count = space_read(space, fault_code(&r->fault), bytes, sizeof bytes);
	fault_decode(&r->fault, s->code ? s->code : bytes, count, &r->view);
	err_sentence(&r->view.what, r->sentence, sizeof r->sentence);
	if (!limine_kernel_advise(space, r, r->advice, sizeof r->advice))
		format(r->advice, sizeof r->advice, "%s", err_advice(r->view.what.code));
}

void report_make(const struct report_source *source, struct report *out)
{
	struct cpu_space space;

	*out = (struct report){
		.fault = *source->fault, .explained = source->vector_known, .registers = *source->registers,
	};
	space_open(&space, source->registers, source->memory, source->symbols);
	out->has_pc = has_pc(source->registers);
	if (source->vector_known)
		say_what(source, &space, out);
	if (out->has_pc)
		symbols_text(source->symbols, out->fault.pc, out->place, REPORT_LINE);
	if (source->vector_known && !source->address_unknown) {
		say_address(source, out);
		say_walk(source, &space, out);
	}
	say_frames(source, &space, out);
}
