#include "junit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "file.h"
#include "run.h"
#include "strlist.h"
#include "utf16.h"

/* ---- XML -------------------------------------------------------------------------------------------------------- */

/* XML 1.0, "Characters" (§2.2): of the control characters there are only tab and line ends, and not all of Unicode. */
static bool is_xml(const char *at, size_t bytes)
{
	unsigned char c = (unsigned char)*at;

	if (bytes == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
		return false;
	return !(bytes == 3 && (memcmp(at, "\xef\xbf\xbe", 3) == 0 || memcmp(at, "\xef\xbf\xbf", 3) == 0));
}

/* Other bytes become U+FFFD. Line ends are kept in attributes, too. */
static void put_character(FILE *out, const char *at, size_t bytes)
{
	if (!is_xml(at, bytes))
		fputs("\xef\xbf\xbd", out);
	else if (strchr("<>&\"'\t\n\r", *at))
		fprintf(out, "&#%u;", (unsigned)*at);
	else
		fwrite(at, 1, bytes, out);
}

static void put_text(FILE *out, const char *text, size_t count)
{
	for (size_t step; count; text += step, count -= step) {
		size_t bytes = utf8_next(text, count, NULL);
		step = bytes ? bytes : 1;
		if (*text == '\n')
			fputc('\n', out);
		else
			put_character(out, text, bytes);
	}
}

static void put_attribute(FILE *out, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void put_attribute(FILE *out, const char *name, const char *format, ...)
{
	va_list args;
	char *value = NULL;
	size_t bytes = 0;
	FILE *text = open_memstream(&value, &bytes);

	va_start(args, format);
	vfprintf(text, format, args);
	va_end(args);
	fclose(text);
	fprintf(out, " %s=\"", name);
	for (size_t at = 0, step; at < bytes; at += step) {
		size_t n = utf8_next(value + at, bytes - at, NULL);
		step = n ? n : 1;
		put_character(out, value + at, n);
	}
	fputc('"', out);
	free(value);
}

/* ---- Test cases ------------------------------------------------------------------------------------------------- */

struct report {
	FILE *out;
	const struct run *run;
	unsigned cases, failures, errors;
};

static void put_time(FILE *out, long long milliseconds)
{
	put_attribute(out, "time", "%lld.%03lld", milliseconds / 1000, milliseconds % 1000);
}

/* `kind`: "failure" or "error"; `why` NULL: the case passed. */
static void put_case(struct report *t, const char *name, long long milliseconds, const char *kind, const char *why)
{
	fputs("    <testcase classname=\"hobnail run\"", t->out);
	put_attribute(t->out, "name", "%s", name);
	put_time(t->out, milliseconds);
	t->cases++;
	if (!why) {
		fputs("/>\n", t->out);
		return;
	}
	*(*kind == 'e' ? &t->errors : &t->failures) += 1;
	fprintf(t->out, ">\n      <%s", kind);
	put_attribute(t->out, "message", "%s", why);
	fputs("/>\n    </testcase>\n", t->out);
}

static long long lasted(const struct run *r)
{
	return r->ended_at - r->begun;
}

static void put_pattern(struct report *t, const struct pattern *p, const char *end)
{
	char *name = string_format("%s%s %s", p->is_forbidden ? "forbid" : "expect", p->is_regex ? "-re" : "", p->text);
	bool is_good = p->seen != p->is_forbidden;
	char *why = p->is_forbidden ? string_copy("the guest printed it") : string_format("not seen: %s", end);

	put_case(t, name, p->seen ? p->seen_at - t->run->begun : lasted(t->run), "failure", is_good ? NULL : why);
	free(why);
	free(name);
}

static void put_typing(struct report *t, const struct typing *typing, bool typed, const char *end)
{
	char *name = string_format("type %s", typing->after.text);
	char *why = string_format("not seen: %s", end);

	put_case(t, name, lasted(t->run), "failure", typed ? NULL : why);
	free(why);
	free(name);
}

static void put_ends(struct report *t, const char *end)
{
	const struct run *r = t->run;
	int status = r->guest.end == GUEST_STATUS ? r->guest.status : r->guest.end == GUEST_OFF ? 0 : -1;

	if (r->expect_exit >= 0) {
		char *name = string_format("expect-exit %d", r->expect_exit);
		put_case(t, name, lasted(r), "failure", status == r->expect_exit ? NULL : end);
		free(name);
	}
	if (r->expect_reset)
		put_case(t, "expect-reset", lasted(r), "failure", r->guest.end == GUEST_RESET ? NULL : end);
}

static void put_whole(struct report *t, int status, const char *end)
{
	const char *kind = status == STATUS_TROUBLE || status > STATUS_SIGNAL ? "error" : "failure";
	char *ended = string_format("hobnail run has status %d: %s", status, end);

	put_case(t, "the run as a whole", lasted(t->run), kind, status && !t->failures ? ended : NULL);
	free(ended);
}

static void put_cases(struct report *t, int status)
{
	const struct run *r = t->run;
	char *end = run_ending(r);

	for (size_t i = 0; i < r->pattern_count; i++)
		if (!r->patterns[i].command)
			put_pattern(t, &r->patterns[i], end);
	for (size_t i = 0; i < r->typing_count; i++)
		put_typing(t, &r->typings[i], i < r->typed, end);
	put_ends(t, end);
	put_whole(t, status, end);
	free(end);
}

/* ---- The report ------------------------------------------------------------------------------------------------- */

static void put_suite(FILE *out, const struct run *r, const struct report *t, const char *cases)
{
	const char *what = r->disk ? r->disk : r->volume.kernels.count ? r->volume.kernels.at[0] : "no kernel";

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", out);
	put_attribute(out, "name", "%s on %s", what, arch_info[r->machine.arch].name);
	put_attribute(out, "tests", "%u", t->cases);
	put_attribute(out, "failures", "%u", t->failures);
	put_attribute(out, "errors", "%u", t->errors);
	put_time(out, lasted(r));
	fprintf(out, ">\n%s    <system-out>", cases);
	put_text(out, r->console.lines.at ? r->console.lines.at : "", r->console.lines.bytes);
	fputs("</system-out>\n  </testsuite>\n</testsuites>\n", out);
}

int junit_write(const struct run *r, int status)
{
	char *cases = NULL, *all = NULL;
	size_t cases_bytes, bytes;
	struct report t = { .out = open_memstream(&cases, &cases_bytes), .run = r };

	put_cases(&t, status);
	fclose(t.out);
	FILE *out = open_memstream(&all, &bytes);
	put_suite(out, r, &t, cases);
	fclose(out);
	int written = file_write(r->junit, all, bytes);
	free(all);
	free(cases);
	return written;
}
