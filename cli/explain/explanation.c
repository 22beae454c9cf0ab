/* explanation.c — Intel SDM vol. 3A, "Page-Fault Exceptions", "Double Fault Exception (#DF)"; Arm ARM DDI 0487,
 * "ESR_EL1". */
#include "explanation.h"

#include <stdlib.h>
#include <string.h>

#include "delivery.h"
#include "format.h"

enum { PAGE_FAULT = 14, X86_VECTORS = 256, ARM_VECTORS = 16 };

#define LL(n) ((unsigned long long)(n))

/* ---- The codes in words --------------------------------------------------------------------------------------- */

static void note_error_code(const struct fault *f, struct report *out)
{
	uint64_t e = f->syndrome;

	if (f->vector == PAGE_FAULT)
		report_note(out, "Error code %#llx of #PF: %s, %s, %s mode%s%s.", LL(e),
		            e & 16 ? "instruction fetch" : e & 2 ? "write" : "read",
		            e & 1 ? "the page is there, but may not be used so" : "the page is not there",
		            e & 4 ? "user" : "kernel", e & 8 ? ", a reserved bit is set" : "",
		            e & 32 ? ", protection key" : "");
	else if (e)
		report_note(out, "Error code %#llx of %s: %s %#llx%s.", LL(e), delivery_name(f->vector).text,
		            e & 2 ? "gate of the IDT" : "selector", e & 2 ? LL(e >> 3 & 0xff) : LL(e & 0xfff8),
		            e & 1 ? ", in an interrupt that the program did not call" : "");
}

/* The level of the tables where an abort ended. "DFSC": codes that come in fours, one for each level. */
static void note_syndrome(const struct fault *f, struct report *out)
{
	static const char *const fours[] = { "address size fault", "translation fault", "access flag fault",
	                                     "permission fault" };
	static const char *const names[64] = {
		[0x20] = "instruction abort from a lower level", [0x21] = "instruction abort",
		[0x24] = "data abort from a lower level", [0x25] = "data abort",
	};
	unsigned class = f->syndrome >> 26 & 63, status = f->syndrome & 63;

	if (names[class] && (status == 0x29 || status == 0x2b)) /* FEAT_LPA2 */
		report_note(out, "ESR %#llx: %s, %s, level -1 of the tables.", LL(f->syndrome), names[class],
		            fours[(status & 3) >> 1]);
	else if (names[class] && status < 16)
		report_note(out, "ESR %#llx: %s, %s, level %u of the tables.", LL(f->syndrome), names[class],
		            fours[status >> 2], status & 3);
	else
		report_note(out, "ESR %#llx: exception class %#x.", LL(f->syndrome), class);
}

/* ---- What came of it ------------------------------------------------------------------------------------------- */

static void note_failed(const struct failure *f, unsigned i, const struct memory *memory, const struct symbols *symbols,
                        struct report *out)
{
	const struct failed_delivery *failed = &f->failed[i];
	struct cpu_space space;
	char why[REPORT_LINE] = "";

	space_open(&space, &failed->registers, memory, symbols);
	bool known = delivery_x86_64(&space, &failed->registers, failed->vector, why, sizeof why) ||
	             delivery_by_second(&failed->registers, failed->vector, failed->second, why, sizeof why);
	report_note(out, "The handler of %s could not be entered%s%s. That raised %s%s.",
	            delivery_name(failed->vector).text, known ? ": " : "", why, delivery_name(failed->second).text,
	            failed->tripled ? ", a triple fault: the processor resets" :
	            failed->doubled ? ", and so a double fault (#DF)" : "");
	if (!i && delivery_advice(&space, &failed->registers, failed->vector, why, sizeof why))
		report_note(out, "Try: %s.", why);
}

static void note_vectors(const struct failure *f, const struct memory *memory, const struct symbols *symbols,
                         struct report *out)
{
	struct cpu_space space;
	char why[REPORT_LINE];

	space_open(&space, &f->registers, memory, symbols);
	if (delivery_aarch64(&space, &f->registers, f->vector << 7, why, sizeof why))
		report_note(out, "%s.", why);
}

/* ---- All of it ------------------------------------------------------------------------------------------------- */

/* "kmain+0x10/0x40" */
static void locate(struct failure *f, const struct symbols *symbols)
{
	size_t length = strcspn(f->symbol, "+/ ");
	char name[sizeof f->symbol];
	vaddr at;

	if (!length || registers_have(&f->registers, REGISTER_PC))
		return;
	memcpy(name, f->symbol, length);
	name[length] = 0;
	if (!symbols_address(symbols, name, &at))
		return;
	if (f->symbol[length] == '+')
		at += strtoull(f->symbol + length + 1, NULL, 0);
	registers_set(&f->registers, "pc", at);
}

/* The sentence names address 0 where the text names none. */
static void hide_address(struct report *r, uint32_t arch)
{
	char rest[REPORT_LINE], *at = strstr(r->sentence, "0x0,");

	at = at ? at : strstr(r->sentence, "0x0 ");
	r->view.has_address = false;
	if (!at)
		return;
	format(rest, sizeof rest, "%s", at + 3);
	format(at, sizeof r->sentence - (size_t)(at - r->sentence), "the address in %s%s",
	       arch == HOBNAIL_ARCH_X86_64 ? "CR2" : "FAR", rest);
}

/* The exception whose decoding is the sentence that the text has. */
static void find_vector(struct failure *f, const struct symbols *symbols)
{
	unsigned count = f->registers.arch == HOBNAIL_ARCH_X86_64 ? X86_VECTORS : ARM_VECTORS;

	for (uint32_t vector = 0; vector < count && !f->vector_known; vector++) {
		struct fault fault;
		struct fault_view view;
		char sentence[FAILURE_TEXT];
		registers_fault(&f->registers, vector, &fault);
		f->code_bytes = symbols_read(symbols, fault_code(&fault), f->code, sizeof f->code);
		fault_decode(&fault, f->code, f->code_bytes, &view);
		err_sentence(&view.what, sentence, sizeof sentence);
		f->vector_known = strcmp(sentence, f->said) == 0;
		f->vector = f->vector_known ? vector : 0;
	}
}

static void take_parts(const struct failure_parts *parts, const struct symbols *symbols, struct report *out)
{
	if (!*out->address)
		format(out->address, sizeof out->address, "%s", parts->address);
	if (!out->walk_count && parts->walk_count) {
		for (unsigned i = 0; i < parts->walk_count; i++) {
			out->walk[i].guilty = parts->walk[i].guilty;
			format(out->walk[i].text, REPORT_LINE, "%s", parts->walk[i].text);
		}
		out->walk_count = parts->walk_count;
		format(out->walk_end, REPORT_LINE, "%s", parts->walk_end);
		format(out->physical, REPORT_LINE, "%s", parts->physical);
	}
	if (out->frame_count)
		return;
	for (unsigned i = 0; i < parts->frame_count; i++) {
		out->frames[i].at = parts->frames[i].at;
		out->frames[i].times = 1;
		if (!symbols_text(symbols, parts->frames[i].at, out->frames[i].text, REPORT_LINE))
			format(out->frames[i].text, REPORT_LINE, "%s", parts->frames[i].text);
	}
	out->frame_count = parts->frame_count;
}

_Static_assert(FAILURE_WALK <= REPORT_MAX_WALK && FAILURE_FRAMES <= REPORT_MAX_FRAMES, "parts fit into a report");

void explanation_make(struct failure *f, const struct memory *memory, const struct symbols *symbols,
                      struct report *out)
{
	struct fault fault;

	locate(f, symbols);
	if (f->said_by_decoder)
		find_vector(f, symbols);
	registers_fault(&f->registers, f->vector, &fault);
	report_make(&(struct report_source){
		.registers = &f->registers, .fault = &fault, .memory = memory, .symbols = symbols,
		.code = f->code_bytes ? f->code : NULL, .code_bytes = f->code_bytes, .vector_known = f->vector_known,
		.address_unknown = f->address_unknown,
	}, out);
	if (f->vector_known && f->address_unknown && out->view.has_address)
		hide_address(out, fault.arch);
	if (!f->vector_known && *f->said) {
		format(out->sentence, sizeof out->sentence, "%s", f->said);
		out->explained = true;
	}
	if (!*out->place && *f->symbol)
		format(out->place, sizeof out->place, "%s", f->symbol);
	if (f->vector_known && fault.arch == HOBNAIL_ARCH_X86_64 && registers_have(&f->registers, REGISTER_ERROR))
		note_error_code(&fault, out);
	else if (f->vector_known && fault.arch == HOBNAIL_ARCH_AARCH64 && fault.vector % 4 == 0)
		note_syndrome(&fault, out);
	take_parts(&f->parts, symbols, out);
	for (unsigned i = 0; i < f->note_count; i++)
		if (!*out->advice || strncmp(f->notes[i], "Try: ", 5) != 0)
			report_note(out, "%s", f->notes[i]);
	if (f->vectors_fail)
		note_vectors(f, memory, symbols, out);
	for (unsigned i = 0; i < f->failed_count; i++)
		note_failed(f, i, memory, symbols, out);
}
