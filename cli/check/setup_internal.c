/* setup_internal.c — the modules that a kernel of the Limine protocol names itself, on the volume. */
#include <stdint.h>
#include <stdlib.h>

#include "cli.h"
#include "file.h"
#include "path.h"
#include "setup.h"

/* The file's verdict, which is the loader's: loader/protocol/limine_modules.c. */
static void judge_module(struct setup *s, struct setup_entry *e, const struct limine_internal *m)
{
	struct problem p = { .code = OK };
	char *path = setup_absolute(path_directory(text_of(e->kernel)), m->path), *data = NULL;
	char *found = setup_find(s, e->on_xbootldr, text_of(path), &p), *lead = setup_subject(e, text_of(path));
	size_t bytes = 0;
	bool there;

	if (found && m->hash.at)
		data = file_load(found, SIZE_MAX - 1, &bytes);
	if (found && m->hash.at && !data)
		s->trouble = STATUS_TROUBLE;
	else if (limine_internal_judge(m, p.code, data, bytes, &there, &p))
		setup_refuse(e, text_of(path), &p);
	else if (!there)
		findings_add(&e->findings, DOUBT_INTERNAL_ABSENT, 0, "%sthe kernel names this module of its own, "
		             "which is not there", lead);
	free(lead);
	free(data);
	free(found);
	free(path);
}

void setup_judge_internal(struct setup *s, struct setup_entry *e, const struct check *c)
{
	const struct limine *l = &c->limine;
	struct limine_internal m;
	struct problem ignored; /* the kernel boots: each of them can be read */
	unsigned count = 0;

	if (limine_internal_count(&c->attempt, l, &count, &ignored))
		return;
	for (unsigned i = 0; i < count; i++)
		if (!limine_internal(&c->attempt, l, i, &m, &ignored))
			judge_module(s, e, &m);
}
