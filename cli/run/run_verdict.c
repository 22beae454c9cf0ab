#include "run.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "process.h"
#include "strlist.h"

enum { LINE_SHOWN = 159 }; /* of the guest's last line, in bytes */

/* ---- While it runs ---------------------------------------------------------------------------------------- */

bool run_is_judged(const struct run *r)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (!r->patterns[i].command)
			return true;
	return r->expect_exit >= 0 || r->expect_reset;
}

/* The first forbidden pattern that was seen; NULL: none. */
static const struct pattern *forbidden_seen(const struct run *r)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (r->patterns[i].is_forbidden && r->patterns[i].seen)
			return &r->patterns[i];
	return NULL;
}

static bool all_expected_seen(const struct run *r)
{
	size_t expected = 0;

	for (size_t i = 0; i < r->pattern_count; i++) {
		expected += !r->patterns[i].is_forbidden && !r->patterns[i].command;
		if (!r->patterns[i].is_forbidden && !r->patterns[i].seen)
			return false;
	}
	return expected > 0 && r->typed == r->typing_count;
}

bool run_is_decided(const struct run *r)
{
	return forbidden_seen(r) || r->console.full || (all_expected_seen(r) && r->expect_exit < 0 && !r->expect_reset);
}

/* ---- Afterwards ------------------------------------------------------------------------------------------- */

/* Append it, quoted. */
static void add_missing(char **all, const struct pattern *p)
{
	char *more = string_format("%s%s\"%s\"", *all, **all ? ", " : "", p->text);

	free(*all);
	*all = more;
}

static char *missing_texts(const struct run *r)
{
	char *all = string_copy("");

	for (size_t i = 0; i < r->pattern_count; i++)
		if (!r->patterns[i].is_forbidden && !r->patterns[i].seen)
			add_missing(&all, &r->patterns[i]);
	if (r->typed < r->typing_count)
		add_missing(&all, &r->typings[r->typed].after);
	return all;
}

/* The last line that is not empty, cut if it is long; or "". The caller frees. */
static char *last_line(const struct buffer *b)
{
	size_t end = b->bytes;

	while (end && isspace((unsigned char)b->at[end - 1]))
		end--;
	size_t start = end;
	while (start && b->at[start - 1] != '\n')
		start--;
	int shown = end - start < LINE_SHOWN ? (int)(end - start) : LINE_SHOWN;
	return string_format("%.*s", shown, b->at ? b->at + start : "");
}

static char *ending_reset(const struct run *r)
{
	if (r->outside.was_triple_fault)
		return string_copy("the guest reset: a triple fault");
	if (r->outside.was_asked_for)
		return string_copy("the guest reset, which no exception has caused: it has asked for that");
	char *line = last_line(&r->console.lines);
	const char *guess = r->machine.kvm ? ": --accel tcg explains the first fault" :
	                    r->machine.arch == ARCH_X86_64 ?
	                    " (most often a triple fault: an exception that no handler could take)" : "";
	char *how = *line ? string_format("the guest reset, and printed no explanation after \"%s\"%s", line, guess) :
	            string_format("the guest reset before it printed anything: can this processor run the firmware%s?",
	                          r->machine.arch == ARCH_X86_64 ? ", which is 64-bit code" : "");

	free(line);
	return how;
}

static char *ending_stopped(const struct run *r)
{
	switch (r->last_word) {
	case PROGRESS_RETURNED:
		return string_format("the loader went back to the firmware (%s)", r->progress.error);
	case PROGRESS_STOPPED:
		return string_copy("the loader's fault reporter stopped the guest");
	case PROGRESS_PITH_STOPPED:
		return string_copy("pith stopped after a fault");
	case PROGRESS_PITH_WAITS:
		return string_copy("pith has ended, and cannot switch the machine off");
	default:
		return string_copy("the firmware has found nothing to boot");
	}
}

static char *ending_input(const struct run *r)
{
	if (r->speaks_since && r->input.unread)
		return string_format(
			"standard input has ended, and the guest has been quiet for %d s without reading all of it",
			INPUT_SILENT_SECONDS);
	if (r->speaks_since)
		return string_format("standard input has ended, and the guest has been quiet for %d s",
		                     INPUT_QUIET_SECONDS);
	return string_format("standard input has ended, and nothing was heard of the guest for %d s",
	                     INPUT_SILENT_SECONDS);
}

/* How the guest ended by itself. */
static char *ending_guest(const struct run *r)
{
	switch (r->guest.end) {
	case GUEST_RESET:
		return ending_reset(r);
	case GUEST_OFF:
		return string_format("%sthe guest powered off", r->progress.end == PROGRESS_PITH_STOPPED ?
		                                                "pith stopped after a fault, and " : "");
	case GUEST_PANIC:
		return string_copy("the guest panicked");
	case GUEST_STATUS:
		return string_format("the guest ended with status %d", r->guest.status);
	case GUEST_BROKEN:
		return string_copy("QEMU itself failed");
	default:
		return string_copy("the guest was ended");
	}
}

char *run_ending(const struct run *r)
{
	switch (r->over) {
	case OVER_DECIDED:
		return string_copy("the run ended, because its verdict was clear");
	case OVER_TIME:
		return string_format("time is up after %ld s", r->timeout_seconds);
	case OVER_STOPPED:
		return ending_stopped(r);
	case OVER_ASLEEP:
		return string_copy("the guest sleeps, and nobody wakes it");
	case OVER_LOOP:
		return string_copy("the guest takes the same exception again and again");
	case OVER_DEAD:
		return string_copy("no processor of the guest will do anything any more");
	case OVER_INPUT:
		return ending_input(r);
	case OVER_OUTPUT:
		return r->output_error == EPIPE ? string_copy("nobody reads the guest's output any more") :
		       string_format("the guest's output cannot be written: %s", strerror(r->output_error));
	default:
		return ending_guest(r);
	}
}

static int fail_with(const struct run *r, const char *what)
{
	char *how = run_ending(r);
	int status = complain(r->over == OVER_TIME ? STATUS_TIMEOUT : STATUS_FAILED, "%s%s%s", how, *what ? "; " : "",
	                      what);

	free(how);
	return status;
}

static int judge_missing(const struct run *r)
{
	char *texts = missing_texts(r);
	char *what = string_format("not seen: %s", texts);
	int status = *texts ? fail_with(r, what) : 0;

	free(what);
	free(texts);
	return status;
}

static int judge_exit_status(const struct run *r)
{
	int status = r->guest.end == GUEST_STATUS ? r->guest.status : r->guest.end == GUEST_OFF ? 0 : -1;
	char *what = string_format("expected was that it ends by itself with status %d", r->expect_exit);
	int result = status == r->expect_exit ? 0 : fail_with(r, what);

	free(what);
	return result;
}

static int judge_patterns(const struct run *r)
{
	const struct pattern *forbidden = forbidden_seen(r);

	if (forbidden)
		return complain(STATUS_FAILED, "the guest printed \"%s\", which is forbidden", forbidden->text);
	if (r->console.full)
		return complain(STATUS_FAILED, "the guest printed more than %d MiB", CONSOLE_MAX_BYTES >> 20);
	int status = judge_missing(r);
	if (!status && r->expect_exit >= 0)
		status = judge_exit_status(r);
	if (!status && r->expect_reset)
		status = r->guest.end == GUEST_RESET ? 0 : fail_with(r, "expected was that it resets");
	else if (!status && (r->guest.end == GUEST_RESET || r->guest.end == GUEST_PANIC))
		status = fail_with(r, "");
	if (!status && r->over == OVER_TIME)
		status = fail_with(r, "the guest did not end");
	if (!status && (r->over == OVER_STOPPED || r->over == OVER_ASLEEP || r->over == OVER_LOOP ||
	                r->over == OVER_DEAD))
		status = fail_with(r, "");
	return status;
}

/* Nothing was expected. */
static int judge_guest(const struct run *r)
{
	bool is_off = r->guest.end == GUEST_OFF && r->progress.end != PROGRESS_PITH_STOPPED;

	if (r->over == OVER_USER || (!r->over && is_off))
		return STATUS_OK;
	if (!r->over && r->guest.end == GUEST_STATUS)
		return r->guest.status;
	int status = fail_with(r, "");
	if (r->over == OVER_OUTPUT)
		return r->output_error == EPIPE ? STATUS_SIGNAL + SIGPIPE : STATUS_TROUBLE;
	return r->over == OVER_INPUT && r->speaks_since ? STATUS_OK : status;
}

int run_judge(const struct run *r)
{
	const struct buffer *errors = &r->guest.errors;
	bool suspicious = r->guest.end == GUEST_BROKEN || (r->guest.end == GUEST_STATUS && r->guest.status == 1);

	if (signal_seen())
		return STATUS_SIGNAL + signal_seen();
	if (suspicious && errors->bytes)
		complain(0, "QEMU said: %.*s", (int)strcspn(errors->at, "\n"), errors->at);
	if (r->guest.end == GUEST_BROKEN)
		return complain(STATUS_TROUBLE, "QEMU itself failed; nothing can be said about the guest");
	return run_is_judged(r) ? judge_patterns(r) : judge_guest(r);
}
