#include "preflight.h"

#include "format.h"
#include "walk_text.h"

/* ---- One requirement ----------------------------------------------------------------------------------- */

static bool has(const struct requirement *r, unsigned flag)
{
	return r->flags & flag;
}

/* Accesses that the processor would grant, as REQUIRE_*. */
static unsigned granted(const struct walk *found)
{
	unsigned set = 0;

	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		set |= found->blame[i].cause == WALK_GRANTED ? 1u << i : 0;
	return set;
}

static enum preflight_fault judge_access(const struct requirement *r, const struct walk *found)
{
	unsigned may = granted(found), missing = r->access & ~may, extra = may & ~r->access;

	if (missing)
		return PREFLIGHT_CANNOT_READ + (unsigned)__builtin_ctz(missing);
	if (extra && !has(r, REQUIRE_AT_LEAST))
		return PREFLIGHT_MAY_READ + (unsigned)__builtin_ctz(extra);
	return PREFLIGHT_FINE;
}

/* Judge the page that lies `done` bytes into a requirement. */
static enum preflight_fault judge(const struct requirement *r, const struct walk *found, uint64_t done)
{
	const unsigned both = REQUIRE_WRITE | REQUIRE_EXECUTE;

	/* An unreadable table counts as mapped: the processor would translate by whatever it reads there. */
	if (!r->access)
		return found->mapped || found->blame[WALK_READ].cause == WALK_UNREADABLE ? PREFLIGHT_MAPPED
		                                                                         : PREFLIGHT_FINE;
	if (!found->mapped)
		return has(r, REQUIRE_IF_MAPPED) ? PREFLIGHT_FINE : PREFLIGHT_UNMAPPED;
	if ((found->user || found->user_executable) && !has(r, REQUIRE_ANY_USER))
		return PREFLIGHT_USER;
	if (has(r, REQUIRE_IF_MAPPED))
		return (granted(found) & both) == both ? PREFLIGHT_WRITE_EXECUTE : PREFLIGHT_FINE;
	enum preflight_fault fault = judge_access(r, found);
	if (fault)
		return fault;
	if (found->phys != r->pa + done && !has(r, REQUIRE_ANYWHERE))
		return PREFLIGHT_ELSEWHERE;
	if (has(r, REQUIRE_ANY_MEMORY))
		return PREFLIGHT_FINE;
	return found->memory != r->memory ? PREFLIGHT_MEMORY : found->shared ? PREFLIGHT_FINE : PREFLIGHT_NOT_SHARED;
}

/* Goes from run to run of equal pages. out->walk continues from the last walk. */
static bool is_met(const struct walker *w, const struct requirement *r, struct violation *out)
{
	uint64_t last = r->bytes - 1;

	for (uint64_t done = 0, run; done <= last; done += run) {
		walk_next(w, r->va + done, &out->walk);
		out->fault = judge(r, &out->walk, done);
		if (out->fault) {
			out->wanted = *r;
			out->side = "";
			return false;
		}
		uint64_t left = last - done;
		run = walk_extent(w, &out->walk, left == UINT64_MAX ? left : left + 1);
		if (run > left)
			break;
	}
	return true;
}

bool preflight_list(const struct walker *w, const struct requirement *list, size_t count, struct violation *out)
{
	out->walk.steps = 0;
	for (size_t i = 0; i < count; i++)
		if (!is_met(w, &list[i], out))
			return false;
	return true;
}

/* ---- The whole space ----------------------------------------------------------------------------------- */

/* A mapping between two requirements is named after the one that it touches. */
static void name_gap(const struct requirement *before, const struct requirement *after, struct violation *out)
{
	vaddr va = out->walk.va;
	const struct requirement *touched = &out->wanted;

	if (before && has(before, REQUIRE_GUARDS) && va - (before->va + before->bytes) < PAGE_BYTES) {
		out->side = "the guard above ";
		touched = before;
	} else if (after && has(after, REQUIRE_GUARDS) && after->va - va <= PAGE_BYTES) {
		out->side = "the guard below ";
		touched = after;
	}
	out->wanted.what = touched->what;
	out->wanted.index = touched->index;
}

static bool gap_holds(const struct walker *w, vaddr from, uint64_t bytes, const struct requirement *before,
                      const struct requirement *after, struct violation *out)
{
	const struct requirement nothing = { .va = from, .bytes = bytes, .what = "memory that belongs to nothing" };

	if (is_met(w, &nothing, out))
		return true;
	name_gap(before, after, out);
	return false;
}

/* Is there room between a requirement and the one before it? */
static bool is_crowded(const struct requirement *before, const struct requirement *r, uint64_t gap)
{
	return gap < PAGE_BYTES && (has(r, REQUIRE_GUARDS) || (before && has(before, REQUIRE_GUARDS)));
}

bool preflight_exact(const struct walker *w, const struct requirement *list, size_t count, struct violation *out)
{
	const struct requirement *before = NULL;
	vaddr at = 0;

	out->walk.steps = 0;
	for (size_t i = 0; i < count; i++) {
		const struct requirement *r = &list[i];
		uint64_t gap = r->va - at;
		if (r->va < at || is_crowded(before, r, gap)) {
			walk_next(w, r->va, &out->walk);
			*out = (struct violation){ .fault = PREFLIGHT_CROWDED, .wanted = *r, .side = "",
			                           .walk = out->walk };
			return false;
		}
		if ((gap && !gap_holds(w, at, gap, before, r, out)) || (!has(r, REQUIRE_SKIP) && !is_met(w, r, out)))
			return false;
		at = r->va + r->bytes;
		before = r;
	}
	return (count && !at) || gap_holds(w, at, 0 - at, before, NULL, out);
}

/* ---- In words ------------------------------------------------------------------------------------------ */

size_t preflight_what(const struct requirement *r, char *out, size_t size)
{
	return format(out, size, r->what, r->index);
}

static bool is_denied(const struct violation *v)
{
	return v->fault >= PREFLIGHT_UNMAPPED && v->fault <= PREFLIGHT_CANNOT_EXECUTE;
}

static enum walk_access denied_access(const struct violation *v)
{
	return is_denied(v) && v->fault != PREFLIGHT_UNMAPPED ? v->fault - PREFLIGHT_CANNOT_READ : WALK_READ;
}

static const char *usual_cause(const struct walker *w, const struct violation *v)
{
	const struct walk_blame *b = &v->walk.blame[denied_access(v)];

	switch (v->fault) {
	case PREFLIGHT_UNMAPPED:
		if (b->cause == WALK_TOO_WIDE)
			return "a table made for another processor, or overwritten";
		if (b->cause == WALK_RESERVED)
			return b->bit == 63 && w->flags & WALK_NO_NX
			           ? "NX in tables before EFER.NXE is set"
			           : "flags of a leaf in a table's entry, or a page that is not aligned to its size";
		return b->cause == WALK_ABSENT && b->bit ? "an entry made by hand without the access flag"
		                                         : "the range was left out, or is mapped at another address";
	case PREFLIGHT_CANNOT_READ:
	case PREFLIGHT_CANNOT_WRITE:
	case PREFLIGHT_CANNOT_EXECUTE:
		return b->step + 1u < v->walk.steps
		               ? "rights belong into the last entry: those above must allow everything"
		               : "the flags of another segment, or one page for both";
	case PREFLIGHT_ELSEWHERE:
		return "a wrong difference between virtual and physical addresses, or an entry written twice";
	case PREFLIGHT_MEMORY:
	case PREFLIGHT_NOT_SHARED:
		return "an index of another PAT or MAIR, or attributes left at 0";
	case PREFLIGHT_MAPPED:
		return "a range that is too long, or an entry left over";
	case PREFLIGHT_CROWDED:
		return "two ranges that meet";
	default:
		return "flags that are too generous";
	}
}

static size_t say_fault(const struct violation *v, char *out, size_t size)
{
	static const char verbs[][9] = { "read", "written", "executed" };
	const struct requirement *r = &v->wanted;
	unsigned access = (v->fault - PREFLIGHT_CANNOT_READ) % WALK_ACCESSES;

	switch (v->fault) {
	case PREFLIGHT_UNMAPPED:
		return format(out, size, "is not mapped");
	case PREFLIGHT_MAPPED:
		return format(out, size, "is mapped");
	case PREFLIGHT_USER:
		return format(out, size, "can be reached from user mode");
	case PREFLIGHT_WRITE_EXECUTE:
		return format(out, size, "can be both written and executed");
	case PREFLIGHT_ELSEWHERE:
		return format(out, size, "leads to %#llx instead of %#llx", (unsigned long long)v->walk.phys,
		              (unsigned long long)(r->pa + (v->walk.va - r->va)));
	case PREFLIGHT_MEMORY:
		return format(out, size, "is %s, not %s", walk_memory_name(v->walk.memory),
		              walk_memory_name(r->memory));
	case PREFLIGHT_NOT_SHARED:
		return format(out, size, "is not shareable");
	case PREFLIGHT_CROWDED:
		return format(out, size, "touches what is before it");
	default:
		return is_denied(v) ? format(out, size, "cannot be %s", verbs[access])
		                    : format(out, size, "can be %s", verbs[access]);
	}
}

/* Name the entry that denies the access or, if none does, the one that allows it. */
static size_t say_entry(const struct walker *w, const struct violation *v, char *out, size_t size)
{
	unsigned step = 0;
	char why[128];
	size_t used = format(out, size, ": ");

	if (!is_denied(v))
		return used + (v->walk.steps ? walk_line(w, &v->walk, v->walk.steps - 1, out + used, size - used) : 0);
	walk_guilty(w, &v->walk, denied_access(v), &step, why, sizeof why);
	if (step < v->walk.steps) {
		used += walk_entry(w, &v->walk, step, out + used, size - used);
		used += format(out + used, size - used, ": ");
	}
	return used + format(out + used, size - used, "%s", why);
}

size_t preflight_sentence(const struct walker *w, const struct violation *v, const char *space, char *out, size_t size)
{
	size_t used = format(out, size, "%s", v->side);

	used += preflight_what(&v->wanted, out + used, size - used);
	used += format(out + used, size - used, " at %#llx ", (unsigned long long)v->walk.va);
	used += say_fault(v, out + used, size - used);
	used += format(out + used, size - used, " in %s", space);
	used += say_entry(w, v, out + used, size - used);
	return used + format(out + used, size - used, ". Usual cause: %s", usual_cause(w, v));
}
