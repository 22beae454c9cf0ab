/* doubts.c — doubtful things of an address space, in words. */
#include <inttypes.h>
#include <string.h>

#include "map.h"

/* The words before the first one's entry; "%s" is the plural. A grave one lets user mode or a stray write take the
 * machine, or is a mistake for certain. */
static const struct wording {
	const char *code, *one, *many;
	bool grave;
} wordings[DOUBTS] = {
	[DOUBT_WRITE_EXECUTE] = { "write-execute", "range of pages is writable and executable",
	                          "ranges of pages are writable and executable", true },
	[DOUBT_USER_EXECUTE] = { "user-execute", "range of user pages can be executed by the kernel, too",
	                         "ranges of user pages can be executed by the kernel, too", true },
	[DOUBT_RESERVED] = { "reserved", "entry has a reserved bit, so every access below it faults",
	                     "runs of entries have a reserved bit, so every access below them faults", true },
	[DOUBT_TOO_WIDE] = { "too-wide", "entry has a physical address that the processor has not",
	                     "runs of entries have physical addresses that the processor has not", true },
	[DOUBT_UNREADABLE] = { "outside", "table is outside memory", "tables are outside memory", true },
	[DOUBT_NO_EXECUTE] = { "no-execute-above",
	                       "entry above the last level forbids execution in everything below it",
	                       "entries above the last level forbid execution in everything below them", false },
	[DOUBT_READ_ONLY] = { "read-only-above", "entry above the last level forbids writing in everything below it",
	                      "entries above the last level forbid writing in everything below them", false },
	[DOUBT_RECURSIVE] = { "recursive", "entry leads back to a table above it",
	                      "entries lead back to a table above them", false },
	[DOUBT_REPEATED] = { "repeated", "run of addresses has a table again that was shown 16 times",
	                     "runs of addresses have tables again that were shown 16 times", false },
};

/* The entry to blame. A table that cannot be read is blamed on the entry that points at it. */
static void say_entry(const struct map_space *s, enum walked_doubt kind, const struct walk *k, char *out, size_t size)
{
	enum walk_access access = kind == DOUBT_NO_EXECUTE  ? WALK_EXECUTE
	                          : kind == DOUBT_READ_ONLY ? WALK_WRITE
	                                                    : WALK_READ;
	unsigned step = k->steps;
	char entry[80] = "", why[160] = "";

	walk_guilty(&s->walker, k, access, &step, why, sizeof why);
	if (kind == DOUBT_UNREADABLE && !step) {
		snprintf(out, size, "the top-level one");
		return;
	}
	if (kind == DOUBT_UNREADABLE || (kind != DOUBT_WRITE_EXECUTE && step == k->steps && step))
		step--;
	if (step < k->steps)
		walk_entry(&s->walker, k, step, entry, sizeof entry);
	if (kind == DOUBT_RESERVED || kind == DOUBT_TOO_WIDE)
		snprintf(out, size, "%s: %s", entry, why);
	else
		snprintf(out, size, "%s", kind == DOUBT_WRITE_EXECUTE || kind == DOUBT_USER_EXECUTE ? "" : entry);
}

static void say_doubt(const struct map_space *s, enum walked_doubt kind, struct map_doubt *out)
{
	const struct walked_count *c = &s->walked.doubts[kind];
	const struct wording *w = &wordings[kind];
	char entry[256] = "";

	say_entry(s, kind, &c->first, entry, sizeof entry);
	*out = (struct map_doubt){ .code = w->code, .count = c->count, .at = c->first.va, .grave = w->grave };
	snprintf(out->text, sizeof out->text, "%" PRIu64 " %s; %s %016" PRIx64 "%s%s", c->count,
	         c->count == 1 ? w->one : w->many, c->count == 1 ? "at" : "the first at", c->first.va,
	         *entry ? ": " : "", entry);
}

static void say_writable(const struct map_space *s, bool user, struct map_doubt *out)
{
	const struct walked_writable *w = user ? &s->walked.user_writable : &s->walked.writable;

	*out = (struct map_doubt){ .code = user ? "tables-user-writable" : "tables-writable", .count = w->count,
	                           .at = w->va, .grave = user };
	snprintf(out->text, sizeof out->text, "%zu of the table pages %s mapped writable%s; the first at %016" PRIx64
	         " (the table at %012" PRIx64 ")", w->count, w->count == 1 ? "is" : "are", user ? " for user mode" : "",
	         w->va, w->table);
}

unsigned map_doubts(const struct map_space *s, struct map_doubt out[MAP_DOUBTS])
{
	unsigned n = 0;

	for (unsigned kind = 0; kind < DOUBTS; kind++)
		if (s->walked.doubts[kind].count)
			say_doubt(s, kind, &out[n++]);
	if (s->walked.user_writable.count)
		say_writable(s, true, &out[n++]);
	if (s->walked.writable.count)
		say_writable(s, false, &out[n++]);
	if (s->walked.incomplete) {
		out[n] = (struct map_doubt){ .code = "incomplete", .count = 1, .at = s->walked.end, .grave = true };
		snprintf(out[n].text, sizeof out[n].text, "the list ends at %016" PRIx64
		         ": there are more tables or ranges than are walked", s->walked.end);
		n++;
	}
	return n;
}
