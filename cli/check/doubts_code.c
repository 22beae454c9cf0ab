/* doubts_code.c — instructions that can be reached from the entry point, and that the machine cannot execute yet.
 *
 * Direct jumps and calls are followed, each instruction once. A path ends silently where it cannot be followed: at an
 * indirect jump or call, and where the kernel enables something or asks the processor for its features. A path behind
 * the call of a function in which that happens ends, too: false alarms are worse than silence. */
#include <stdlib.h>

#include "flow.h"

#define LL(n) ((unsigned long long)(n))

enum { MOST_INSTRUCTIONS = 100000, MOST_FUNCTIONS = 2048, MOST_DEPTH = 64, MOST_BRANCHES = 256, SLOTS = 1 << 18 };

struct function {
	uint64_t address;
	bool done;
	bool returns; /* on a path on which nothing has changed */
	bool changes; /* something may have changed when it returns */
};

struct trail {
	struct flow_reader reader;
	struct subject *subject;
	bool has_sse, has_fp, has_cache; /* at entry */
	uint64_t *visited;               /* SLOTS addresses + 1; 0: free */
	unsigned instructions;
	struct function functions[MOST_FUNCTIONS];
	unsigned function_count, depth;
};

/* ---- Needs -------------------------------------------------------------------------------------------------- */

static bool is_met(const struct trail *t, enum need need)
{
	switch (need) {
	case NEED_NOTHING: return true;
	case NEED_SSE:     return t->has_sse;
	case NEED_FP:      return t->has_fp;
	case NEED_CACHED:  return t->has_cache;
	default:           return false;
	}
}

static void report(struct trail *t, const struct instruction *i)
{
	static const struct {
		enum doubt doubt;
		const char *why;
	} needs[] = {
		[NEED_SSE] = { DOUBT_VECTOR_UNUSABLE, "uses SSE or x87, which the kernel asked to trap" },
		[NEED_AVX] = { DOUBT_VECTOR_UNUSABLE, "uses AVX, which is not enabled (CR4.OSXSAVE is 0)" },
		[NEED_FP] = { DOUBT_VECTOR_UNUSABLE, "uses floating point or SIMD, which the kernel asked to trap" },
		[NEED_SVE] = { DOUBT_VECTOR_UNUSABLE, "uses SVE or SME, which are not enabled (CPACR.ZEN, SMEN)" },
		[NEED_CACHED] = { DOUBT_EXCLUSIVE_UNCACHED, "needs cached memory, and translation is off" },
		[NEED_THREAD] = { DOUBT_THREAD_POINTER, "goes through FS or GS, which nobody has set" },
	};
	const struct elf_segment *segment = subject_segment(t->subject, i->address);
	uint64_t distance;
	const char *function = subject_function(t->subject, i->address, &distance);

	findings_add(&t->subject->c->findings, needs[i->need].doubt, segment->offset + (i->address - segment->virt),
	             "`%s` at 0x%llx%s%s, which can be reached from the entry point, %s", i->text, LL(i->address),
	             *function ? " in " : "", function, needs[i->need].why);
}

/* ---- The trail ---------------------------------------------------------------------------------------------- */

/* False: it was there before, or there are too many. */
static bool visit(struct trail *t, uint64_t address)
{
	uint64_t slot = address * 0x9e3779b97f4a7c15ull >> 46; /* 18 bits */

	if (t->instructions == MOST_INSTRUCTIONS)
		return false;
	for (; t->visited[slot]; slot = (slot + 1) % SLOTS)
		if (t->visited[slot] == address + 1)
			return false;
	t->visited[slot] = address + 1;
	t->instructions++;
	return true;
}

/* NULL: there are too many. */
static struct function *function_at(struct trail *t, uint64_t address, bool *is_new)
{
	*is_new = false;
	for (unsigned i = 0; i < t->function_count; i++)
		if (t->functions[i].address == address)
			return &t->functions[i];
	if (t->function_count == MOST_FUNCTIONS)
		return NULL;
	*is_new = true;
	t->functions[t->function_count] = (struct function){ .address = address };
	return &t->functions[t->function_count++];
}

static void follow_function(struct trail *t, struct function *f);

/* The function behind a call, followed. One that calls itself is taken as one that does not return from there. */
static struct function called(struct trail *t, uint64_t address)
{
	bool is_new;
	struct function *f = function_at(t, address, &is_new);

	if (!f || (is_new && t->depth == MOST_DEPTH))
		return (struct function){ .changes = true };
	if (is_new) {
		t->depth++;
		follow_function(t, f);
		t->depth--;
	}
	return *f;
}

/* Goes on behind a call, or ends as a function does that was jumped to. False: the path ends. */
static bool pass_call(struct trail *t, struct function *f, uint64_t target, bool is_jump)
{
	struct function callee = called(t, target);

	f->changes |= callee.changes;
	if (is_jump)
		f->returns |= callee.returns;
	return !is_jump && callee.returns && !callee.changes;
}

/* One path, from `address` to its end; other branches are kept for later. */
static void follow_path(struct trail *t, struct function *f, uint64_t address, uint64_t *later, unsigned *count)
{
	struct instruction i;

	for (;; address += i.bytes) {
		if (!visit(t, address))
			return;
		if (!flow_read(&t->reader, address, &i) || i.changes || i.flow == FLOW_UNKNOWN) {
			f->changes = true;
			return;
		}
		if (!is_met(t, i.need)) {
			report(t, &i);
			return;
		}
		if (i.flow == FLOW_BRANCH) {
			if (*count == MOST_BRANCHES)
				f->changes = true;
			else
				later[(*count)++] = i.target;
		} else if (i.flow == FLOW_CALL && !pass_call(t, f, i.target, false)) {
			return;
		} else if (i.flow == FLOW_JUMP && i.target != f->address && subject_is_start(t->subject, i.target)) {
			/* a call at the end of a function */
			pass_call(t, f, i.target, true);
			return;
		} else if (i.flow == FLOW_JUMP) {
			address = i.target - i.bytes;
		} else if (i.flow == FLOW_RETURN) {
			f->returns = true;
			return;
		} else if (i.flow == FLOW_END) {
			return;
		}
	}
}

static void follow_function(struct trail *t, struct function *f)
{
	uint64_t later[MOST_BRANCHES];
	unsigned count = 0;

	later[count++] = f->address;
	while (count) {
		count--;
		follow_path(t, f, later[count], later, &count);
	}
	f->done = true;
}

void doubts_of_code(struct subject *s)
{
	const struct wants *wants = &s->c->attempt.wants;
	struct trail *t = calloc(1, sizeof *t);

	if (!t)
		return;
	*t = (struct trail){ .subject = s, .has_sse = !wants->fp_trap, .has_fp = !wants->fp_trap,
	                    .has_cache = !wants->mmu_off };
	t->visited = calloc(SLOTS, sizeof *t->visited);
	if (t->visited && flow_open(&t->reader, s))
		called(t, s->file->entry);
	flow_close(&t->reader);
	free(t->visited);
	free(t);
}
