/* find.c — all findings about a kernel: why it is refused, and what is doubtful about it. */
#include "cli.h"
#include "subject.h"

/* The sentence of a refusal: preflight has its own. */
const char *check_sentence(const struct check *c, char *text, size_t bytes)
{
	if (*c->proof.sentence)
		return c->proof.sentence;
	err_sentence(&c->problem, text, bytes);
	return text;
}

/* Refusals of the loader's steps. */
static void find_refusals(struct check *c)
{
	char text[FINDING_TEXT_BYTES];

	if (!c->problem.code)
		return;
	findings_add_refusal(&c->findings, &c->problem, check_sentence(c, text, sizeof text));
	reasons_find(c);
}

static void find_doubts(struct subject *s)
{
	doubts_of_file(s);
	doubts_of_relocations(s);
	doubts_of_properties(s);
	if (s->c->held >= HELD_REQUESTS)
		doubts_of_code(s);
	doubts_of_red_zone(s);
}

void check_find(struct check *c)
{
	struct subject s;

	find_refusals(c);
	if (c->attempt.protocol == PROTOCOL_EFI || c->attempt.protocol == PROTOCOL_MULTIBOOT2) {
		findings_sort(&c->findings);
		return;
	}
	if (c->held >= HELD_REQUESTS)
		doubts_of_requests(c);
	if (c->held >= HELD_LOADED)
		doubts_of_boards(c);
	if (c->held >= HELD_FILE) {
		if (subject_open(&s, c))
			find_doubts(&s);
		subject_close(&s);
	}
	findings_sort(&c->findings);
}
