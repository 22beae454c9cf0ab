/* run_input.c — standard input: keys from a terminal, or text from a file or pipe, for the guest. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"
#include "process.h"

enum {
	HELD_BYTES = 1 << 16,
	PAUSE = 500,    /* milliseconds without output, after which the guest is taken to listen */
	PATIENCE = 5000, /* ... or with output, if it does not pause */
	UNKNOWN = 10000, /* the same for output before a known firmware has started anything */
};

/* ---- The terminal --------------------------------------------------------------------------------------------- */

static struct termios terminal_before;

static void terminal_restore(void)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
}

/* Keys go to the guest one by one, without echo; Ctrl-C still ends this program. */
static bool terminal_take(const struct run *r)
{
	if (run_is_judged(r) || r->timeout_seconds || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &terminal_before) != 0)
		return false;
	struct termios t = terminal_before;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_iflag &= ~(tcflag_t)ICRNL;
	atexit(terminal_restore);
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &t) == 0;
}

void input_open(struct run *r)
{
	bool is_terminal = isatty(STDIN_FILENO);

	if (r->gdb) { /* gdb reads it */
		r->input.fd = -1;
		return;
	}
	r->input.is_terminal = is_terminal && terminal_take(r);
	r->input.fd = is_terminal && !r->input.is_terminal ? -1 : STDIN_FILENO;
}

static void say(struct run *r, const char *text)
{
	if (r->inside_line)
		putchar('\n');
	fputs(text, stdout);
	fflush(stdout);
	r->inside_line = false;
}

static const char prompt[] = "(qemu) ";

static void monitor_toggle(struct run *r)
{
	struct input *in = &r->input;

	in->in_monitor = !in->in_monitor;
	in->line = (struct monitor_line){ .bytes = 0 };
	say(r, in->in_monitor ? "QEMU's monitor; Ctrl-A C goes back to the guest\n" : "");
	if (in->in_monitor)
		say(r, prompt);
	r->inside_line = in->in_monitor;
}

static void monitor_byte(struct run *r, char byte)
{
	struct monitor_line *line = &r->input.line;
	char echo[4];
	bool complete = monitor_line_take(line, byte, echo);

	fputs(echo, stdout);
	fflush(stdout);
	if (!complete)
		return;
	r->inside_line = false;
	if (line->bytes)
		guest_command(&r->guest, line->text);
	else
		say(r, prompt);
	*line = (struct monitor_line){ .bytes = 0 };
}

static void take_key(struct run *r, char byte)
{
	switch (keys_take(&r->input.keys, byte)) {
	case KEYS_BYTE:
		if (r->input.in_monitor)
			monitor_byte(r, byte);
		else
			guest_type(&r->guest, &byte, 1);
		break;
	case KEYS_QUIT:
		r->over = OVER_USER;
		break;
	case KEYS_MONITOR:
		monitor_toggle(r);
		break;
	case KEYS_HELP:
		say(r, keys_help);
		break;
	case KEYS_NONE:
		break;
	}
}

/* The text with plain line ends, without one at its end. The caller frees. */
static char *plain_text(const char *text)
{
	char *plain = string_copy(text), *to = plain;

	for (const char *from = text; *from; from++)
		if (*from != '\r')
			*to++ = *from;
	while (to > plain && to[-1] == '\n')
		to--;
	*to = '\0';
	return plain;
}

void input_answer(struct run *r, const char *text)
{
	char *plain = plain_text(text);

	if (r->input.in_monitor) {
		say(r, plain);
		say(r, *plain ? "\n" : "");
		say(r, prompt);
		r->inside_line = true;
	} else if (*plain) {
		say(r, "");
		complain(0, "QEMU's monitor says:%s%s", strchr(plain, '\n') ? "\n" : " ", plain);
	}
	free(plain);
}

/* ---- Files and pipes ------------------------------------------------------------------------------------------ */

/* Holds bytes for the guest, with line ends changed to Return. */
static void hold(struct run *r, char *bytes, size_t count)
{
	for (size_t i = 0; i < count && !r->raw; i++)
		if (bytes[i] == '\n')
			bytes[i] = '\r';
	buffer_add(&r->input.held, bytes, count);
}

int input_to_poll(const struct run *r)
{
	const struct input *in = &r->input;
	bool is_full = !in->is_terminal && in->held.bytes + r->guest.unsent.bytes >= HELD_BYTES;

	return in->ended || is_full ? -1 : in->fd;
}

void input_take(struct run *r)
{
	char bytes[4096];
	ssize_t n = read(r->input.fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	r->input.ended = n <= 0;
	if (n > 0 && !r->input.is_terminal)
		hold(r, bytes, (size_t)n);
	for (ssize_t i = 0; i < n && r->input.is_terminal; i++)
		take_key(r, bytes[i]);
}

/* Is it time to type? Firmware would take earlier bytes as its own keys. */
static bool guest_listens(const struct run *r, long long now)
{
	long long quiet = now - r->last_output;

	if (r->speaks_since)
		return quiet >= PAUSE || now - r->speaks_since >= PATIENCE;
	return r->progress.end == PROGRESS_NOTHING ||
	       (!r->progress.started && r->console.lines.bytes && quiet >= UNKNOWN);
}

void input_feed(struct run *r, long long now)
{
	struct input *in = &r->input;
	size_t unread = guest_unread(&r->guest);

	if (unread != in->unread)
		in->fed_at = now;
	in->unread = unread;
	if (in->held.bytes == 0 || !guest_listens(r, now))
		return;
	guest_type(&r->guest, in->held.at, in->held.bytes);
	in->held.bytes = 0;
	in->unread = guest_unread(&r->guest);
	in->fed_at = now;
}

bool input_is_over(const struct run *r, long long now)
{
	const struct input *in = &r->input;
	long long quiet = now - (in->fed_at > r->last_output ? in->fed_at : r->last_output);

	if (!in->ended || (in->held.bytes && r->speaks_since) || run_is_judged(r) || r->timeout_seconds)
		return false;
	return quiet >= 1000LL * (r->speaks_since && !in->unread ? INPUT_QUIET_SECONDS : INPUT_SILENT_SECONDS);
}
