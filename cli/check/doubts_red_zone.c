/* doubts_red_zone.c — functions of x86_64 that keep data below the stack pointer, as the System V ABI allows to
 * programs: "The Stack Frame", the red zone. An interrupt on the same stack overwrites it.
 *
 * Two shapes are sure: a write through RSP with a negative displacement, and a write below RBP in a function that sets
 * RBP to RSP and never moves RSP. Without a function that enables interrupts nothing is said. */
#include "flow.h"

#define LL(n) ((unsigned long long)(n))

enum { MOST_BYTES = 4 << 20 }; /* of code that is looked at */

struct red_zone {
	struct flow_reader reader;
	struct subject *subject;
	uint64_t bytes;
	unsigned functions; /* that have it */
	struct instruction first;
	bool takes_interrupts;
};

static void note_function(struct red_zone *z, const struct instruction *i)
{
	if (!z->functions++)
		z->first = *i;
}

static void look_at_function(struct red_zone *z, const struct symbol *y)
{
	struct instruction i, below = { 0 }, framed = { 0 };
	bool moves = false, has_frame = false;

	for (uint64_t at = y->value; at - y->value < y->bytes; at += i.bytes) {
		if (!flow_read(&z->reader, at, &i))
			return;
		z->takes_interrupts |= i.takes_interrupts;
		moves |= i.moves_stack;
		has_frame |= i.sets_frame;
		if (i.below_stack && !below.bytes)
			below = i;
		if (i.below_frame && has_frame && !framed.bytes)
			framed = i;
	}
	if (below.bytes || (framed.bytes && !moves))
		note_function(z, below.bytes ? &below : &framed);
}

static void look_at_functions(struct red_zone *z)
{
	struct symbol y;

	for (size_t i = 1; i < z->subject->symbol_count && z->bytes < MOST_BYTES; i++) {
		if (!subject_symbol(z->subject, i, &y) || y.type != SYMBOL_FUNCTION || y.section == SYMBOL_UNDEFINED)
			continue;
		look_at_function(z, &y);
		z->bytes += min_u64(y.bytes, MOST_BYTES);
	}
}

void doubts_of_red_zone(struct subject *s)
{
	struct red_zone z = { .subject = s };

	if (s->file->machine != ELF_MACHINE_X86_64 || !s->symbols)
		return;
	if (flow_open(&z.reader, s))
		look_at_functions(&z);
	flow_close(&z.reader);
	if (!z.functions || !z.takes_interrupts)
		return;
	const struct elf_segment *segment = subject_segment(s, z.first.address);
	uint64_t distance;
	findings_add(&s->c->findings, DOUBT_RED_ZONE, segment->offset + (z.first.address - segment->virt),
	             "%u function%s data below the stack pointer, the first in %s: `%s` at 0x%llx", z.functions,
	             z.functions == 1 ? " keeps" : "s keep", subject_function(s, z.first.address, &distance),
	             z.first.text, LL(z.first.address));
}
