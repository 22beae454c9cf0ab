/* run_watch.c — watches the running guest: its output, actions on it, and the end of the run. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "waiting.h"

/* In milliseconds. */
enum {
	QUIET = 1000,           /* end after so long without output, once the verdict is clear or the last line came */
	LINGER = 2000,          /* ... and not longer than this after the verdict */
	QUIET_OTHERS = 5000,    /* after a last line while other processors may run the kernel */
	QUIET_FIRMWARE = 10000, /* after the loader has returned to the firmware */
};

/* ---- The guest's output ---------------------------------------------------------------------------------------- */

static void show(struct run *r, const char *bytes, size_t count)
{
	struct buffer text = { 0 };

	if (r->gdb) /* which has the terminal */
		return;
	cleaner_feed(&r->shown, bytes, count, &text);
	if (text.bytes)
		waiting_end();
	if (text.bytes && !r->output_error) {
		errno = 0;
		if (fwrite(text.at, 1, text.bytes, stdout) != text.bytes || fflush(stdout) != 0)
			r->output_error = errno ? errno : EIO;
		r->inside_line = text.at[text.bytes - 1] != '\n';
	}
	free(text.at);
}

static void give_commands(struct run *r, long long now)
{
	for (size_t i = 0; i < r->pattern_count; i++) {
		struct pattern *p = &r->patterns[i];
		if (!p->command || !p->seen || p->is_done)
			continue;
		p->is_done = now - p->seen_at >= p->delay_seconds * 1000;
		if (p->is_done) {
			guest_command(&r->guest, p->command);
			r->last_output = now; /* the command's effect may show in the output */
		}
	}
}

static void type_what_is_due(struct run *r)
{
	while (r->typed < r->typing_count && r->console.squeezed.at) {
		const struct typing *t = &r->typings[r->typed];
		const char *all = r->console.squeezed.at, *found = strstr(all + r->typed_until, t->after.squeezed);
		if (!found)
			return;
		r->typed_until = (size_t)(found - all) + strlen(t->after.squeezed);
		r->typed++;
		guest_type(&r->guest, t->keys, strlen(t->keys));
		guest_type(&r->guest, "\r", 1);
	}
}

/* Text without terminal sequences. */
static void take_text(struct run *r, const char *text, size_t bytes)
{
	progress_feed(&r->progress, text, bytes);
	run_say_loader(r);
	if (!r->progress.speaks)
		r->speaks_since = 0;
	else if (!r->speaks_since)
		r->speaks_since = r->last_output;
	if (r->recording)
		record_feed(&r->record, text, bytes);
	if (r->log_file) {
		fwrite(text, 1, bytes, r->log_file);
		fflush(r->log_file);
	}
}

/* When each pattern was first seen. */
static void note_times(struct run *r)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (r->patterns[i].seen && !r->patterns[i].seen_at)
			r->patterns[i].seen_at = r->last_output;
}

/* Keeps the output in the console's buffer and searches it; without patterns the buffer is emptied. */
static void take_output(void *context, const char *bytes, size_t count)
{
	struct run *r = context;

	show(r, bytes, count);
	if (r->pattern_count == 0 && r->typed == r->typing_count && r->console.lines.bytes > 1 << 20)
		r->console.lines.bytes = r->console.squeezed.bytes = r->console.lines_searched = 0;
	size_t before = r->console.lines.bytes;
	console_feed(&r->console, bytes, count, false, r->patterns, r->pattern_count);
	r->last_output = milliseconds_now();
	note_times(r);
	if (r->console.lines.bytes > before)
		take_text(r, r->console.lines.at + before, r->console.lines.bytes - before);
	type_what_is_due(r);
}

static void take_answer(void *context, const char *text)
{
	input_answer(context, text);
}

static void take_log(void *context, const char *bytes, size_t count)
{
	outside_log(context, bytes, count);
}

struct guest_ears run_ears(struct run *r)
{
	return (struct guest_ears){ take_output, take_answer, take_log, r };
}

/* ---- Is it over? ----------------------------------------------------------------------------------------------- */

bool run_has_command_due(const struct run *r)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (r->patterns[i].command && r->patterns[i].seen && !r->patterns[i].is_done)
			return true;
	return false;
}

/* The quiet time after which the guest's last line counts as its end; -1: the line does not mean an end. With
 * expectations it is longer after a return to the firmware, which may start something else, such as a script of its
 * shell. */
static long long quiet_after_last_word(const struct run *r)
{
	bool is_waited_for = r->pattern_count || r->typing_count;

	switch (r->progress.end) {
	case PROGRESS_GOES_ON:
		return -1;
	case PROGRESS_RETURNED:
		return is_waited_for ? QUIET_FIRMWARE : 0;
	case PROGRESS_NOTHING:
		return is_waited_for ? QUIET_FIRMWARE : QUIET;
	case PROGRESS_STOPPED:
		return r->progress.runs_on ? QUIET_OTHERS : QUIET;
	default:
		return QUIET;
	}
}

static bool is_stopped(const struct run *r, long long now)
{
	long long quiet = quiet_after_last_word(r);

	return quiet >= 0 && now - r->last_output >= quiet && !run_has_command_due(r) &&
	       !(r->progress.end == PROGRESS_NOTHING && r->input.held.bytes);
}

bool run_is_watched(const struct run *r)
{
	return r->stay || r->input.is_terminal || r->machine.wait_for_gdb || strcmp(r->machine.display, "none") != 0;
}

static enum run_over over_now(const struct run *r, long long decided, long long now)
{
	long long quiet = now - r->last_output;

	if (decided)
		return quiet >= QUIET || now - decided >= LINGER ? OVER_DECIDED : OVER_NOT;
	if (r->timeout_seconds && now - r->begun >= r->timeout_seconds * 1000LL)
		return OVER_TIME;
	if (r->output_error && !run_is_judged(r))
		return OVER_OUTPUT;
	if (run_is_watched(r))
		return OVER_NOT;
	if (is_stopped(r, now))
		return OVER_STOPPED;
	if (r->guest.sleeps && quiet >= QUIET && !run_has_command_due(r))
		return OVER_ASLEEP;
	return input_is_over(r, now) && !run_has_command_due(r) ? OVER_INPUT : OVER_NOT;
}

void run_watch(struct run *r)
{
	const struct guest_ears ears = run_ears(r);
	long long decided = 0;

	r->last_output = milliseconds_now();
	while (r->guest.end == GUEST_RUNS && !r->over && !signal_seen()) {
		unsigned ready = guest_wait(&r->guest, 100, input_to_poll(r), run_is_judged(r) ? -1 : STDOUT_FILENO,
		                            &ears);
		long long now = milliseconds_now();
		if (ready & GUEST_INPUT)
			input_take(r);
		if (ready & GUEST_OUTLET_GONE && !r->output_error)
			r->output_error = EPIPE;
		input_feed(r, now);
		give_commands(r, now);
		if (!decided && run_is_decided(r))
			decided = now;
		if (!r->over && debugger_has_ended(&r->debugger))
			r->over = OVER_USER;
		if (!r->over)
			r->over = over_now(r, decided, now);
		if (!decided)
			outside_watch(r, now);
		r->last_word = r->progress.end;
	}
}

/* The control socket may report the end before all output has been read, and the monitor may still owe an answer. */
void run_hear_rest(struct run *r)
{
	const struct guest_ears ears = run_ears(r);
	long long deadline = milliseconds_now() + 1000;

	guest_hear_rest(&r->guest, &ears);
	while (r->guest.answers_due && r->guest.control >= 0 && !signal_seen() && milliseconds_now() < deadline)
		guest_wait(&r->guest, 50, -1, -1, &ears);
	console_feed(&r->console, "", 0, true, r->patterns, r->pattern_count);
	r->ended_at = milliseconds_now();
	note_times(r);
}
