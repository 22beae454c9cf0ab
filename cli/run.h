/* run.h — inside `hobnail run`: what was asked for (run_options.c), the run (run.c), what happens meanwhile (run_watch.c), what
 * comes from standard input (run_input.c), and what is said about the guest (run_verdict.c). */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "console.h"
#include "firmware.h"
#include "guest.h"
#include "keys.h"
#include "progress.h"
#include "qemu.h"
#include "volume.h"

enum { DEFAULT_TIMEOUT_SECONDS = 120 }; /* when something is expected */

/* Keys for the guest's serial line, once it has printed a text; the next one's text is looked for behind it. */
struct typing {
	struct pattern after;
	const char *keys;
};

/* Why it was over, if the guest did not end by itself. */
enum run_over {
	OVER_NOT,
	OVER_DECIDED, /* all that was expected was seen, or something forbidden */
	OVER_TIME,    /* the timeout */
	OVER_STOPPED, /* the guest said that nothing more will happen: last_word */
	OVER_ASLEEP,  /* it sleeps, and nobody wakes it */
	OVER_INPUT,   /* standard input has ended, and the guest is quiet */
	OVER_OUTPUT,  /* standard output cannot be written */
	OVER_USER,    /* Ctrl-A X */
};

/* Standard input. From a terminal, keys reach the guest at once; else bytes are held until the guest speaks. */
struct input {
	int fd;              /* -1: it is not read */
	bool is_terminal;
	bool ended;
	long long fed_at;    /* when the guest got or read something last */
	size_t unread;       /* of what it got */
	struct buffer held;
	struct keys keys;
	bool in_monitor;     /* what is typed is QEMU's monitor's */
	struct monitor_line line;
};

struct run {
	struct volume_options volume;
	struct machine machine;
	struct firmware firmware;
	const char *disk;
	const char *wanted_firmware;
	const char *picture;
	const char *log;
	long timeout_seconds; /* 0: none, -1: not said */
	int expect_exit;      /* -1: not said */
	bool expect_reset;
	bool stay;
	bool raw;
	struct pattern *patterns;
	size_t pattern_count;
	struct typing *typings;
	size_t typing_count;

	struct guest guest;
	struct console console;
	struct cleaner shown;
	size_t typed;          /* of the typings; the next one's text is looked for from here on in console.squeezed: */
	size_t typed_until;
	FILE *log_file;
	bool inside_line;      /* of what is shown */
	long long last_output; /* when */
	long long speaks_since; /* when the guest said something first; 0: it has not */
	int output_error;      /* errno of standard output; 0: none */
	struct progress progress;
	uint64_t image_said, net_said; /* of the progress: what gdb was told */
	struct input input;
	enum run_over over;
	enum progress_end last_word; /* progress.end when it was over */
};

enum { INPUT_QUIET_SECONDS = 5, INPUT_SILENT_SECONDS = 30 };

/* Take the command line, which is reordered; --help ends the program. 0 or a status. */
int run_take_options(struct run *r, int argc, char **argv);

/* Is anything expected or forbidden? Else the guest's own status counts. */
bool run_is_judged(const struct run *r);

/* Is it clear how the run went, whatever the guest still does? */
bool run_is_decided(const struct run *r);

/* Watch the guest until it ends, or the run is over (r->over), or a signal comes. Then the rest that it said. */
void run_watch(struct run *r);
void run_hear_rest(struct run *r);

/* What run_watch() hears with. */
struct guest_ears run_ears(struct run *r);

/* Open standard input: a terminal is switched to single keys, until the program ends. */
void input_open(struct run *r);

/* What can be read from now, or -1. Take what is there; give the guest what it may have. */
int input_to_poll(const struct run *r);
void input_take(struct run *r);
void input_feed(struct run *r, long long now);

/* Has it ended, and has the guest read all of it and had time to answer? Or does it not read? */
bool input_is_over(const struct run *r, long long now);

/* What QEMU's monitor answered. */
void input_answer(struct run *r, const char *text);

/* For gdb: where the loader lies, once its log has said that. */
void run_say_loader(struct run *r);

/* After the run: complain about what is not as expected. Returns the exit status. */
int run_judge(const struct run *r);

#endif
