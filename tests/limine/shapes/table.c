/* table.c — a position-independent kernel that lives by pointers in its data: each is a relocation, RELA or RELR. */
#include "shape.h"

REVISION_AND_MARKERS(6);
ASK(address, ID_ADDRESS);
ASK(modules, ID_MODULES);

static const char *first(void) { return "one"; }
static const char *second(void) { return "two"; }
static const char *third(void) { return "three"; }

/* volatile: the compiler must load each pointer. */
static const struct step {
	const char *(*run)(void);
	const char *says;
} *const volatile steps[] = {
	&(const struct step){ first, "one" },
	&(const struct step){ second, "two" },
	&(const struct step){ third, "three" },
};

void kernel_entry(void)
{
	const struct answer_pair *a = (const void *)address.response;

	if (!a || modules.response)
		end(1);
	say("table:");
	for (unsigned i = 0; i < 3; i++) {
		const struct step *s = steps[i];
		const char *text = s->run();
		for (const char *c = text, *d = s->says; *c || *d; c++, d++)
			if (*c != *d)
				end(1);
		say(" ");
		say(text);
	}
	named("at", a->second);
	say("\n");
	end((uint64_t)kernel_entry - a->second < 1u << 20 ? 0 : 1);
}
