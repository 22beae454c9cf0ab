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

static enum err load_internal(struct boot *b, const struct limine_internal *from, struct limine_module *out,
                              struct problem *p)
{
	struct text full;
	enum err e = resolve(b, from->path, &full, p);

	if (e)
		return e;
	step_set(b, "load the kernel's module", full);
	e = limine_internal_allowed(from, p);
	if (!e) e = module_load(b, full, &out->at, p);
	if (!e && from->hash.at)
		e = limine_check_hash(memory_at(out->at.base), out->at.bytes, from->hash, p);
	out->path = full;
	out->string = from->string;
	return e;
}

static enum err load_all_internal(struct boot *b, struct problem *p)
{
	const struct limine *l = &b->limine.found;
	struct limine_state *s = &b->limine;
	unsigned count = 0;
	enum err e = limine_internal_count(&b->attempt, l, &count, p);

	for (unsigned i = 0; !e && i < count; i++) {
		struct limine_internal m;
		e = limine_internal(&b->attempt, l, i, &m, p);
		if (!e)
			e = load_internal(b, &m, &s->modules[s->module_count], p);
		if (!e) {
			s->module_count++;
		} else if (e == ERR_FILE_NOT_FOUND && !(m.flags & LIMINE_MODULE_REQUIRED)) {
			log_line("the kernel's module %.*s is not there, and not required", (int)b->step.file.bytes,
			         b->step.file.at);
			e = OK;
		}
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
