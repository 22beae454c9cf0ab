#include "space.h"

#include "format.h"
#include "walk_text.h"

void space_open(struct cpu_space *s, const struct registers *r, const struct memory *memory,
                const struct symbols *symbols)
{
	*s = (struct cpu_space){ .memory = memory, .symbols = symbols };
	bool translated = registers_walker(r, &s->walker, &s->why);

	s->physical = !translated && registers_untranslated(r);
	if (!memory && translated)
		s->why = "there is no memory to read the page tables from";
	s->walks = memory && translated;
	s->walker.read = memory_read_entry;
	s->walker.context = (void *)(uintptr_t)memory;
}

bool space_walk(const struct cpu_space *s, vaddr at, bool as_user, struct walk *out)
{
	struct walker walker = s->walker;

	if (!s->walks)
		return false;
	walker.flags |= as_user ? WALK_AS_USER : 0;
	walk(&walker, at, out);
	return true;
}

unsigned space_read(const struct cpu_space *s, vaddr at, void *to, unsigned bytes)
{
	unsigned done = 0;

	if (!s->walks && !(s->physical && s->memory))
		return symbols_read(s->symbols, at, to, bytes);
	while (done < bytes) {
		struct walk found = { .mapped = s->physical, .phys = at + done };
		unsigned part = (unsigned)min_u64(bytes - done, PAGE_BYTES - (at + done) % PAGE_BYTES);
		space_walk(s, at + done, false, &found);
		if (!found.mapped || !memory_read(s->memory, found.phys, (char *)to + done, part))
			break;
		done += part;
	}
	return done;
}

bool space_refuses(const struct cpu_space *s, vaddr at, enum walk_access access, char *out, size_t size)
{
	static const char *const verbs[WALK_ACCESSES] = { "read", "written", "executed" };
	char why[160];
	unsigned step;
	struct walk found;

	if (!space_walk(s, at, false, &found) ||
	    !walk_guilty(&s->walker, &found, access, &step, why, sizeof why))
		return false;
	size_t used = found.mapped ? format(out, size, "which cannot be %s: ", verbs[access])
	                           : format(out, size, "which is not mapped: ");
	if (step < found.steps) {
		used += walk_entry(&s->walker, &found, step, out + used, size - used);
		used += format(out + used, size - used, ": ");
	}
	format(out + used, size - used, "%s", why);
	return true;
}
