/* limine_modules.c — modules: those that the kernel names itself ("Module Feature", internal modules), then those of
 * the configuration. */
#include "limine_parts.h"

#include "log.h"
#include "path.h"

/* Internal modules are relative to the kernel's directory, unless they begin with a separator. */
static enum err resolve(struct boot *b, struct text path, struct text *out, struct problem *p)
{
	struct text pieces[] = { path_directory(b->entry.kernel), path };

	if (!path_is_absolute(path))
		return string_join(b, pieces, COUNT_OF(pieces), out, p);
	*out = path;
	return OK;
}

/* It becomes the next one in the state, unless it is optional and missing. */
static enum err load_internal(struct boot *b, const struct limine_internal *from, struct problem *p)
{
	struct limine_module m = { .string = from->string };
	bool there;
	enum err e = resolve(b, from->path, &m.path, p);

	if (e)
		return e;
	step_set(b, "load the kernel's module", m.path);
	e = limine_internal_allowed(from, p);
	if (e)
		return e;
	e = path_check(m.path, p);
	if (!e) e = module_load(b, m.path, &m.at, p);
	e = limine_internal_judge(from, e, memory_at(m.at.base), m.at.bytes, &there, p);
	if (there)
		b->limine.modules[b->limine.module_count++] = m;
	else if (!e)
		log_line("the kernel's module %.*s is not there, and not required", (int)m.path.bytes, m.path.at);
	return e;
}

static enum err load_all_internal(struct boot *b, struct problem *p)
{
	const struct limine *l = &b->limine.found;
	unsigned count = 0;
	enum err e = limine_internal_count(&b->attempt, l, &count, p);

	for (unsigned i = 0; !e && i < count; i++) {
		struct limine_internal m;
		e = limine_internal(&b->attempt, l, i, &m, p);
		if (!e)
			e = load_internal(b, &m, p);
	}
	return e;
}

enum err limine_modules(struct boot *b, struct problem *p)
{
	struct limine_state *s = &b->limine;
	enum err e = load_all_internal(b, p);

	if (!e)
		e = modules_load(b, p);
	for (unsigned i = 0; !e && i < b->attempt.module_count; i++)
		s->modules[s->module_count++] = (struct limine_module){ b->entry.modules[i].path,
		                                                        b->entry.modules[i].cmdline,
		                                                        b->attempt.modules[i] };
	return e;
}
