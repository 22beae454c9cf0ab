/* run.h — shared by the files of `hobnail run`: the options (run_options.c), preparation (run.c), the watch over the
 * guest (run_watch.c), standard input (run_input.c), and the verdict (run_verdict.c). */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "accelerator.h"
#include "console.h"
#include "debugger.h"
#include "firmware.h"
#include "guest.h"
#include "keys.h"
#include "outside.h"
#include "progress.h"
#include "qemu.h"
#include "record.h"
#include "image/volume.h"

#define DEFAULT_TIMEOUT_SECONDS 120 /* when something is expected */

/* Keys to type once the guest has printed a text; the next text must come after it. */
struct typing {
	struct pattern after;
	const char *keys;
};

/* The reason why a run is over, if the guest did not end by itself. */
enum run_over {
	OVER_NOT,
	OVER_DECIDED, /* everything expected was seen, or something forbidden */
	OVER_TIME,    /* the timeout */
	OVER_STOPPED, /* the guest's last line means that nothing more will happen: last_word */
	OVER_ASLEEP,  /* the guest sleeps, and nothing wakes it */
	OVER_LOOP,    /* the same exceptions come again and again */
	OVER_DEAD,    /* no processor will do anything any more */
	OVER_INPUT,   /* standard input has ended, and the guest is quiet */
	OVER_OUTPUT,  /* standard output cannot be written */
	OVER_USER,    /* Ctrl-A X */
};

/* Standard input. From a terminal, keys reach the guest at once; else bytes are held until the guest speaks. */
struct input {
	int fd;              /* -1: it is not read */
	bool is_terminal;
	bool ended;
	long long fed_at;    /* time when the guest last got or read input */
	size_t unread;       /* bytes that it got and has not read */
	struct buffer held;
	struct keys keys;
	bool in_monitor;     /* keys go to QEMU's monitor */
	struct monitor_line line;
};

struct run {
	struct volume_options volume;
	struct machine machine;
	struct qemu_firmware firmware;
	const char *disk;
	const char *wanted_firmware;
	struct strings symbols; /* files that explain addresses, perhaps FILE@SLIDE */
	const char *dump;       /* where the memory goes at the end */
	const char *picture;
	const char *log;
	const char *junit;
	const char *recording; /* file for the machine: --record */
	long timeout_seconds; /* 0: none, -1: not given */
	int expect_exit;      /* -1: not given */
	bool expect_reset;
	bool stay;
	bool raw;
	bool gdb, gdb_server; /* start gdb here; let one connect */
	bool cold;            /* begin with the firmware's start */
	enum accelerator_wish accelerator;
	bool forget;
	struct pattern *patterns;
	size_t pattern_count;
	struct typing *typings;
	size_t typing_count;

	struct guest guest;
	struct debugger debugger;
	struct console console;
	struct cleaner shown;
	size_t typed;          /* of the typings; the next one's text is looked for from here on in console.squeezed: */
	size_t typed_until;
	FILE *log_file;
	struct record record;
	bool inside_line;      /* the shown output ends within a line */
	long long begun;       /* time when QEMU was first started */
	long long ended_at;
	long long last_output; /* time of the last output */
	long long speaks_since; /* time of the guest's own first output; 0: none yet */
	int output_error;      /* errno of standard output; 0: none */
	struct progress progress;
	uint64_t image_said, net_said; /* addresses of struct progress that were printed for gdb */
	struct input input;
	struct outside outside;
	enum run_over over;
	enum progress_end last_word; /* progress.end when it was over */
};

#define INPUT_QUIET_SECONDS 5
#define INPUT_SILENT_SECONDS 30

/* The verb, given its options. Returns the exit status. */
int run_command(int argc, char **argv);

/* Take the environment's defaults of options. 0 or a status. */
int run_take_environment(struct run *r);

/* Take the command line, which is reordered; --help ends the program. 0 or a status. */
int run_take_options(struct run *r, int argc, char **argv);

/* Is anything expected or forbidden? Else the guest's own status counts. */
bool run_is_judged(const struct run *r);

/* Is the verdict certain, whatever the guest still does? */
bool run_is_decided(const struct run *r);

/* Is a command for QEMU's monitor still to come? */
bool run_has_command_due(const struct run *r);

/* Does a person watch the machine, so that the run must not end by itself? */
bool run_is_watched(const struct run *r);

/* Watches the guest until it ends, or the run is over (r->over), or a signal comes; then reads the rest of its
 * output. */
void run_watch(struct run *r);
void run_hear_rest(struct run *r);

/* The callbacks of run_watch(). */
struct guest_ears run_ears(struct run *r);

/* Open standard input: a terminal is switched to single keys, until the program ends. */
void input_open(struct run *r);

/* input_to_poll(): a descriptor to read from now, or -1. input_take() reads it; input_feed() types what the guest may
 * get. */
int input_to_poll(const struct run *r);
void input_take(struct run *r);
void input_feed(struct run *r, long long now);

/* Has the input ended, and has the guest read all of it and had time to answer? Or does the guest not read? */
bool input_is_over(const struct run *r, long long now);

/* Shows an answer of QEMU's monitor. */
void input_answer(struct run *r, const char *text);

/* --gdb and --gdb-server: opens the socket on which QEMU waits, and finds gdb. 0 or a status. */
int run_prepare_debugger(struct run *r);

/* QEMU waits: starts gdb, or prints the commands for it. 0 or a status. */
int run_start_debugger(struct run *r);

/* Passes the loader's address on to gdb, or prints it, once the loader's log has it. */
void run_say_loader(struct run *r);

/* How the run ended, as the first half of a sentence: "the guest reset ...". The caller frees. */
char *run_ending(const struct run *r);

/* After the run: reports unexpected results. Returns the exit status. */
int run_judge(const struct run *r);

#endif
