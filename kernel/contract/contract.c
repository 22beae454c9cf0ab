#include "contract.h"

#include "contract/entry.h"
#include "console.h"
#include "format.h"

struct entered entered;

enum verdict broken(struct finding *f, const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	format_v(f->text, sizeof f->text, text, arguments);
	va_end(arguments);
	return BROKEN;
}

enum verdict holds(struct finding *f, const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	format_v(f->text, sizeof f->text, text, arguments);
	va_end(arguments);
	return HOLDS;
}

enum verdict not_applicable(struct finding *f, const char *why)
{
	format(f->text, sizeof f->text, "%s", why);
	return NOT_APPLICABLE;
}

enum verdict expect(struct finding *f, const char *what, uint64_t got, uint64_t want)
{
	if (got != want)
		return broken(f, "%s: got %#lx, want %#lx", what, (unsigned long)got, (unsigned long)want);
	return holds(f, "%s = %#lx", what, (unsigned long)got);
}

static void say(const struct promise *p, enum verdict verdict, const struct finding *f)
{
	static const char *const words[] = { [BROKEN] = "FAIL", [HOLDS] = "ok  ", [NOT_APPLICABLE] = "n/a " };

	console_print("P%u %s %s%s%s\n", p->number, words[verdict], p->says, f->text[0] ? ": " : "", f->text);
}

/* Checks one chapter; false: a promise in it is broken. */
static bool check_chapter(const struct chapter *chapter, const struct hobnail_boot *boot, bool quiet,
                          struct score *score)
{
	bool good = true;

	for (unsigned i = 0; i < chapter->count; i++) {
		struct finding f = { "" };
		const struct promise *promise = &chapter->promises[i];
		enum verdict verdict = promise->check(boot, &f);

		score->applicable += verdict != NOT_APPLICABLE;
		score->held += verdict == HOLDS;
		good = good && verdict != BROKEN;
		if (!quiet || verdict == BROKEN)
			say(promise, verdict, &f);
	}
	return good;
}

struct score contract_check(const struct hobnail_boot *boot, bool quiet)
{
	static const struct chapter *const chapters[] = {
		&cpu_chapter, /* first: in an emulator, processors that poll take time from this one */
		&facts_chapter, &memory_chapter, &image_chapter, &space_chapter, &net_chapter, &device_chapter,
		&arch_chapter, &interrupt_chapter,
	};
	struct score score = { 0 };

	/* Every other check relies on this chapter. */
	score.trusted = check_chapter(&record_chapter, boot, quiet, &score);
	if (!score.trusted) {
		console_print("pith: the record cannot be trusted: nothing that it refers to is read\n");
		return score;
	}
	for (size_t i = 0; i < COUNT_OF(chapters); i++)
		check_chapter(chapters[i], boot, quiet, &score);
	return score;
}

const struct promise *contract_check_processor(const struct hobnail_boot *boot, struct finding *f)
{
	for (unsigned i = 0; i < arch_chapter.count; i++) {
		f->text[0] = 0;
		if (arch_chapter.promises[i].check(boot, f) == BROKEN)
			return &arch_chapter.promises[i];
	}
	return NULL;
}
